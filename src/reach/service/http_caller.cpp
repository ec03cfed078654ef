#include "reach/service/http_caller.hpp"

#include "net/pump.hpp"
#include "reach/service/http_exchange.hpp"
#include "reach/service/limits.hpp"

#include <algorithm>
#include <iterator>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace homeport::reach {
namespace {

/// One call with its connection, from the first look at it to its result.
class Calling {
public:
    struct World {
        net::Loop& loop;
        net::Network& network;
        HttpSources sources;
    };

    Calling(const World& world, HttpCall call, HttpCaller::Done done, net::Callback on_over)
        : world_(world),
          call_(std::move(call)),
          done_(std::move(done)),
          on_over_(on_over),
          edges_(net::call<&Calling::run>(this)),
          timer_(world.loop.timers(), net::call<&Calling::on_time>(this)) {}
    ~Calling() {
        if (stream_) stream_->set_handler(nullptr);
    }
    Calling(const Calling&) = delete;
    Calling& operator=(const Calling&) = delete;

    void start();
    void fail_with(Error error) { end(std::unexpected(std::move(error))); }
    bool over() const { return result_.has_value(); }
    /// Once over; it may destroy everything but this.
    void tell() { done_(call_.id, std::move(*result_)); }

private:
    void on_dialled(Result<std::unique_ptr<net::Stream>> stream);
    void run();
    void write();
    bool read();
    void on_time();
    void end(Result<HttpReply> result);

    const World& world_;
    HttpCall call_;
    HttpCaller::Done done_;
    net::Callback on_over_;
    net::Edges edges_;
    net::Timer timer_;
    std::unique_ptr<net::Handle> dialling_;
    std::unique_ptr<net::Stream> stream_;
    std::string request_;
    std::size_t sent_ = 0;  ///< of request_
    HttpReplyReader reader_;
    std::optional<Result<HttpReply>> result_;
};

void Calling::start() {
    auto written = write_http_request(call_);
    if (!written) return fail_with(written.error());
    request_ = std::move(*written);
    timer_.arm(world_.loop.now() + kHttpCallTime);
    const auto& source = call_.to.address.is_v4() ? world_.sources.v4 : world_.sources.v6;
    dialling_ = world_.network.dial(
        call_.to, {.timeout = kHttpCallTime, .source = source},
        [this](Result<std::unique_ptr<net::Stream>> stream) { on_dialled(std::move(stream)); });
}

void Calling::on_dialled(Result<std::unique_ptr<net::Stream>> stream) {
    if (over()) return;
    if (!stream) return fail_with(stream.error());
    stream_ = std::move(*stream);
    stream_->set_handler(&edges_);
    run();
}

void Calling::run() {
    if (over()) return;
    write();
    while (read()) {
    }
}

void Calling::write() {
    while (sent_ < request_.size() && edges_.writable) {
        const auto rest = std::string_view(request_).substr(sent_);
        const net::IoResult result = stream_->write(as_bytes(rest));
        if (result.status == net::IoResult::Status::again) {
            edges_.writable = false;
        } else if (result.status == net::IoResult::Status::ok) {
            sent_ += result.bytes;
        } else {
            // It may have answered before it closed; reading tells.
            sent_ = request_.size();
        }
    }
}

/// False: nothing more can be read now, or the call is over.
bool Calling::read() {
    if (!edges_.readable) return false;
    std::vector<std::byte> room(kHttpReadBytes);
    const net::IoResult result = stream_->read(MutableBytes(room));
    switch (result.status) {
    case net::IoResult::Status::again:
        edges_.readable = false;
        return false;
    case net::IoResult::Status::ok:
        break;
    case net::IoResult::Status::eof:
        end(reader_.finish());
        return false;
    case net::IoResult::Status::error:
        fail_with({Errc::reset, call_.to.to_string() + " cut the connection"});
        return false;
    }
    const auto whole = reader_.take(Bytes(room).first(result.bytes));
    if (!whole) fail_with(whole.error());
    if (whole && *whole) end(reader_.finish());
    return !over();
}

void Calling::on_time() {
    if (over()) return;
    fail_with({Errc::timed_out, call_.to.to_string() + " gave no whole answer within " +
                                    std::to_string(to_ms(kHttpCallTime)) + " ms"});
}

void Calling::end(Result<HttpReply> result) {
    result_ = std::move(result);
    timer_.cancel();
    on_over_();
}

}  // namespace

/// Whoever is over is taken away by a task of its own, so that nobody dies inside a call.
struct HttpCaller::Impl {
    explicit Impl(Calling::World in) : world(std::move(in)) {}

    void note_over() { sweep_soon.post(world.loop); }
    void sweep();
    std::size_t open() const {
        return static_cast<std::size_t>(
            std::ranges::count_if(calls, [](const auto& one) { return !one->over(); }));
    }

    const Calling::World world;
    net::Continuation sweep_soon{net::call<&Impl::sweep>(this)};
    std::vector<std::unique_ptr<Calling>> calls;
    std::shared_ptr<char> alive = std::make_shared<char>();
};

void HttpCaller::Impl::sweep() {
    const auto first_over = std::stable_partition(calls.begin(), calls.end(),
                                                  [](const auto& one) { return !one->over(); });
    std::vector<std::unique_ptr<Calling>> ended(std::make_move_iterator(first_over),
                                                std::make_move_iterator(calls.end()));
    calls.erase(first_over, calls.end());
    const std::weak_ptr<char> still = alive;
    for (const auto& one : ended) {
        one->tell();
        if (still.expired()) return;
    }
}

HttpCaller::HttpCaller(net::Loop& loop, net::Network& network, HttpSources sources)
    : impl_(std::make_unique<Impl>(Calling::World{loop, network, sources})) {}

HttpCaller::~HttpCaller() = default;

void HttpCaller::call(HttpCall call, Done done) {
    const bool full = impl_->open() == kMaxHttpCalls;
    impl_->calls.push_back(std::make_unique<Calling>(impl_->world, std::move(call), std::move(done),
                                                     net::call<&Impl::note_over>(impl_.get())));
    if (!full) return impl_->calls.back()->start();
    impl_->calls.back()->fail_with(
        {Errc::limit, "too many HTTP calls at once; wait for one of them to end"});
}

std::size_t HttpCaller::open() const {
    return impl_->open();
}

}  // namespace homeport::reach
