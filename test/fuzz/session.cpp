/// A peer that owns a key and lies: frames from the input drive a session as relay or as agent,
/// over links that come and go, with users that read, write, cut and release. No crash, no assert,
/// bounded memory, and nothing is left over in the end.

#include "tunnel/protocol/session.hpp"
#include "core/assert.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

using namespace homeport;
using namespace homeport::tunnel;

namespace {

constexpr std::uint64_t kSessionBytes = 1 << 20;
constexpr std::size_t kMostStreams = 64;

class User final : public StreamUser {
public:
    SessionStream* stream = nullptr;

private:
    void on_news(News) override { HOMEPORT_ASSERT(stream != nullptr); }
};

class Victim final : SessionObserver {
public:
    explicit Victim(bool agent)
        : agent_(agent),
          session_({.role = agent ? Session::Role::agent : Session::Role::relay,
                    .instance = InstanceId{{std::byte{7}}},
                    .stream_bytes = 256 * 1024,
                    .window = 1s,
                    .name = "r"},
                   pool_, *this, kSessionBytes, nullptr) {}
    ~Victim() {
        for (auto& user : users_) release(*user);
        for (const LinkId link : links_) session_.remove_link(link);
        session_.abandon();
        session_.dispatch();
        HOMEPORT_ASSERT(session_.streams() == 0);
        HOMEPORT_ASSERT(session_.budget().used() == 0);
        HOMEPORT_ASSERT(!session_.expects_answer());
    }

    /// One step; the first byte chooses it.
    void step(Reader& in) {
        now_ += 1ms;
        switch (in.u8() % 16) {
        case 0:
            start_link();
            break;
        case 1:
            drop_link(in.u8());
            break;
        case 2:
            open();
            break;
        case 3:
            write(in.u8(), in.u16());
            break;
        case 4:
            read(in.u8(), in.u16());
            break;
        case 5:
            with(in.u8(), [this](SessionStream& s) { session_.finish(s); });
            break;
        case 6:
            with(in.u8(), [this](SessionStream& s) { session_.reset(s, Errc::reset); });
            break;
        case 7:
            establish(in.u8());
            break;
        case 8:
            release_one(in.u8());
            break;
        case 9:
            give_up(in.u8());
            break;
        case 10:
            now_ += Duration(in.u16() * 1'000'000LL);
            break;
        default:
            hear(in);
            break;
        }
        say();
        session_.dispatch();
        HOMEPORT_ASSERT(session_.budget().used() <= kSessionBytes + users_.size() * 64 * 1024);
    }

private:
    void on_open(SessionStream& stream) override {
        if (users_.size() < kMostStreams) return adopt(stream);
        session_.reset(stream, Errc::limit);
        session_.release(stream);
    }
    void on_output() override {}
    void on_link_obsolete(LinkId link) override { std::erase(links_, link); }
    void on_attached(LinkId link, bool) override {
        HOMEPORT_ASSERT(session_.active_link() == link);
    }

    void adopt(SessionStream& stream) {
        auto user = std::make_unique<User>();
        user->stream = &stream;
        session_.set_user(stream, user.get());
        users_.push_back(std::move(user));
    }
    void open() {
        if (agent_ || users_.size() >= kMostStreams) return;
        if (SessionStream* stream = session_.open({.service = 1})) adopt(*stream);
    }
    void start_link() {
        if (links_.size() > 3) return;
        links_.push_back({next_link_++});
        if (agent_) {
            session_.start_attach(links_.back(), next_link_);
            return;
        }
        const HelloFrame hello{
            .version = kProtocolVersion,
            .instance = InstanceId{{std::byte{1}}},
            .relay_instance = InstanceId{{static_cast<std::byte>(next_link_ % 3 == 0 ? 8 : 7)}},
            .kind = LinkKind::attach,
            .epoch = next_link_};
        (void)session_.on_hello(links_.back(), hello);
    }
    void drop_link(std::uint8_t choice) {
        if (links_.empty()) return;
        const LinkId link = links_[choice % links_.size()];
        std::erase(links_, link);
        session_.remove_link(link);
    }
    template <class Act>
    void with(std::uint8_t choice, Act act) {
        if (!users_.empty()) act(*users_[choice % users_.size()]->stream);
    }
    void establish(std::uint8_t choice) {
        if (!agent_) return;
        with(choice, [this](SessionStream& stream) {
            if (!stream.failed()) session_.establish(stream);
        });
    }
    void write(std::uint8_t choice, std::size_t count) {
        with(choice, [this, count](SessionStream& stream) {
            const std::vector<std::byte> bytes(std::min(count, session_.room(stream)));
            session_.append(stream, bytes);
        });
    }
    void read(std::uint8_t choice, std::size_t count) {
        with(choice, [this, count](SessionStream& stream) {
            session_.consume(stream, std::min(count, stream.received().buffer().size()), now_);
        });
    }
    void release(User& user) {
        SessionStream& stream = *std::exchange(user.stream, nullptr);
        session_.release(stream);
    }
    void release_one(std::uint8_t choice) {
        if (users_.empty()) return;
        const auto chosen = users_.begin() + choice % users_.size();
        release(**chosen);
        users_.erase(chosen);
    }
    void give_up(std::uint8_t choice) {
        if (choice % 8 != 0) return;
        while (!links_.empty()) drop_link(0);
        session_.abandon();
    }
    /// A frame of the peer on one of the links; an error drops the link, as the driver does.
    void hear(Reader& in) {
        const std::uint8_t choice = in.u8();
        ChunkRef chunk = pool_.take();
        const Bytes raw = in.take(std::min<std::size_t>(in.remaining(), in.u8()));
        std::copy(raw.begin(), raw.end(), chunk.data());
        const Bytes input(chunk.data(), raw.size());
        const auto parsed = parse_frame(input, kMaxFrameBytes);
        if (!parsed || !*parsed || links_.empty()) return;
        const LinkId link = links_[choice % links_.size()];
        Frame frame = (*parsed)->frame;
        if (auto* data = std::get_if<DataFrame>(&frame); data != nullptr && choice >= 128) {
            data->payload = {chunk.data(),
                             std::size_t{choice} * 64};  // large ones share their block
        }
        if (session_.on_frame(link, frame, choice % 2 == 0 ? chunk : ChunkRef(), now_)) return;
        std::erase(links_, link);
        session_.remove_link(link);
    }
    void say() {
        for (const LinkId link : std::vector<LinkId>(links_)) {
            for (int i = 0; i < 3; ++i) {
                Record record(pool_);
                session_.next_record(link, record, now_);
                std::vector<std::byte> text;
                for (const Bytes view : record.views())
                    text.insert(text.end(), view.begin(), view.end());
                Bytes said(text);
                while (link == session_.active_link() && !said.empty()) {
                    const auto frame = parse_frame(said, kMaxFrameBytes);
                    if (!frame || !*frame) break;  // a list may be cut by the record's end
                    said = said.subspan((*frame)->bytes);
                }
            }
        }
    }

    bool agent_;
    ChunkPool pool_;
    std::vector<std::unique_ptr<User>> users_;
    std::vector<LinkId> links_;
    Session session_;
    std::uint64_t next_link_ = 1;
    TimePoint now_{1h};
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Reader in(std::as_bytes(std::span(data, size)));
    Victim victim(in.u8() % 2 == 1);
    while (in.ok() && in.remaining() > 0) victim.step(in);
    return 0;
}
