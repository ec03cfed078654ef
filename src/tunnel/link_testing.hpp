#pragma once
/// For tests: links over lines that the test holds, and two session drivers joined by such links.

#include "net/entropy.hpp"
#include "net/network.hpp"
#include "net/pump_testing.hpp"
#include "net/secure.hpp"
#include "tunnel/session_driver.hpp"
#include "tunnel/tunnel_stream.hpp"

#include <array>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace homeport::tunnel::testing {

using net::IoResult;
using net::testing::FakeLoop;
using net::testing::Line;

/// A line whose keys are proven when the test says so (Line::establish).
class SecureLine final : public net::testing::LineStream<net::SecureStream> {
public:
    using LineStream::LineStream;

    using LineStream::write;
    IoResult write(std::span<const Bytes> from) override {
        return ready_to_write() ? line_->write_all(from) : IoResult::again();
    }
    bool ready_to_write() override {
        if (line_->room() == 0) line_->want_write();
        return line_->room() > 0;
    }
    bool established() const override { return line_->established(); }
    PublicKey peer_key() const override { return key; }
    std::string_view protocol() const override { return "homeport/1"; }
    std::string_view failure() const override { return "cut by the test"; }
    std::size_t backlog() const override { return 0; }

    PublicKey key{};  ///< of the peer
};

/// Its streams have proven their keys already.
class NoSecurity final : public net::Security {
public:
    PublicKey own_key() const override { return {}; }
    std::unique_ptr<net::SecureStream> connect(std::unique_ptr<net::Stream> stream,
                                               const PublicKey&) override {
        return accept(std::move(stream));
    }
    std::unique_ptr<net::SecureStream> accept(std::unique_ptr<net::Stream> stream) override {
        return std::unique_ptr<net::SecureStream>(
            dynamic_cast<net::SecureStream*>(stream.release()));
    }
};

class SameBytes final : public net::Entropy {
public:
    void fill(MutableBytes out) override { std::ranges::fill(out, std::byte{7}); }
};

inline std::string bytes_of(const Frame& frame) {
    std::size_t payload = 0;
    if (const auto* data = std::get_if<DataFrame>(&frame)) payload = data->payload.size();
    if (const auto* announce = std::get_if<AnnounceFrame>(&frame))
        payload = announce->offers.size();
    std::vector<std::byte> bytes(kMaxControlFrameBytes + payload);
    Writer out(bytes);
    write_frame(out, frame);
    return std::string(as_text(out.written()));
}

inline std::string text_of(std::size_t size) {
    std::string text(size, 0);
    for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>((i * 2654435761U) >> 24);
    return text;
}

/// Everything that is there to read now; the status that ended it.
inline std::pair<std::string, IoResult::Status> drain(net::Stream& stream) {
    std::string got;
    std::array<std::byte, 5000> buffer;
    while (true) {
        const IoResult result = stream.read(MutableBytes(buffer));
        if (result.status != IoResult::Status::ok) return {got, result.status};
        got += as_text(Bytes(buffer).first(result.bytes));
    }
}

/// Notes what it is asked for; nothing ever connects.
class RecordingNetwork final : public net::testing::NoNetwork {
public:
    std::unique_ptr<net::Handle> dial(const net::SocketAddress& to, const net::DialOptions&,
                                      net::DialHandler) override {
        const auto* endpoint = std::get_if<Endpoint>(&to);
        dialled.insert(endpoint != nullptr ? endpoint->to_string()
                                           : std::get<net::UnixPath>(to).path);
        ++dials;
        return nullptr;
    }
    std::unique_ptr<net::Handle> resolve(std::string host, net::ResolveHandler on_done) override {
        resolved.insert(host);
        on_done(std::vector<IpAddress>{*IpAddress::parse("192.168.1.10")});
        return nullptr;
    }

    std::set<std::string> dialled;
    std::set<std::string> resolved;
    std::size_t dials = 0;
};

/// A relay's and an agent's driver. pump() carries what they write to each other, in pieces.
class Pair {
public:
    struct Side final : DriverUser {
        Side(Pair& pair, Session::Role role)
            : owner(pair),
              driver(pair.loop, pair.pool, pair.log, "peer", *this,
                     {.role = role,
                      .instance = id(role),
                      .stream_bytes = 4 << 20,
                      .window = 120s,
                      .name = "r"},
                     64 << 20, nullptr) {}
        void on_open(SessionStream& stream) override {
            wishes.push_back(stream.info());
            opened.push_back(
                std::make_unique<TunnelStream>(owner.loop, driver.session(), stream, nullptr));
        }
        Result<> on_control(Link&, const Frame& frame) override {
            controls.push_back(std::string(frame_name(frame)));
            return {};
        }
        void on_attached(Link&, bool was_resumed) override {
            ++attached;
            resumed = was_resumed;
        }
        void on_health() override { ++health_calls; }

        static InstanceId id(Session::Role role) {
            InstanceId id;
            id.bytes.fill(role == Session::Role::relay ? std::byte{1} : std::byte{2});
            return id;
        }

        Pair& owner;
        SessionDriver driver;
        std::vector<std::unique_ptr<TunnelStream>> opened;
        std::vector<OpenInfo> wishes;  ///< what each was opened for
        std::vector<std::string> controls;
        int attached = 0;
        int health_calls = 0;
        bool resumed = false;
    };
    struct Wire {
        std::shared_ptr<Line> relay;
        std::shared_ptr<Line> agent;
        bool dead = false;
    };

    FakeLoop loop;
    ChunkPool pool;
    NullLog log;
    std::size_t piece = 100'000;  ///< most bytes that go over at once
    std::vector<Wire> wires;
    Side relay{*this, Session::Role::relay};
    Side agent{*this, Session::Role::agent};

    ~Pair() {
        relay.opened.clear();
        agent.opened.clear();
        relay.driver.drop_all(true);
        agent.driver.drop_all(true);
        loop.run();
    }

    /// A fresh link; the relay's gate is played by greeting_.
    LinkId attach() {
        Wire wire{std::make_shared<Line>(loop), std::make_shared<Line>(loop)};
        wires.push_back(wire);
        const LinkId id{wires.size()};
        greeting_ = std::make_unique<Gate>(*this);
        greeting_->link = make_link(id, wire.relay, *greeting_);
        auto link = make_link(id, wire.agent, *greeting_);
        Link& added = agent.driver.add_link(std::move(link));
        agent.driver.start_attach(added, id.value);
        return id;
    }
    void kill(LinkId link) {
        Wire& wire = wires.at(link.value - 1);
        wire.dead = true;
        wire.relay->cut();
        wire.agent->cut();
        pump();
    }
    /// The line goes silent: nothing arrives any more, nobody is told.
    void silence(LinkId link) { wires.at(link.value - 1).dead = true; }

    void pump() {
        bool moved = true;
        while (moved) {
            loop.run();
            moved = false;
            for (Wire& wire : wires) {
                moved = carry(wire, *wire.relay, *wire.agent) || moved;
                moved = carry(wire, *wire.agent, *wire.relay) || moved;
            }
        }
    }
    void advance(Duration by) {
        const Duration step = by > 1s ? 10ms : 1ms;
        for (; by > 0ms; by -= step) {
            loop.advance(step);
            pump();
        }
    }
    std::unique_ptr<TunnelStream> open() {
        SessionStream* stream = relay.driver.session().open({.service = 1});
        return std::make_unique<TunnelStream>(loop, relay.driver.session(), *stream, nullptr);
    }

private:
    /// Stands in for LinkGate: waits for HELLO.
    struct Gate final : LinkUser {
        explicit Gate(Pair& pair) : owner(pair) {}
        void on_link_up(Link&) override {}
        Result<> on_link_frame(Link& greeted, const Frame& frame, const ChunkRef&) override {
            const auto result =
                owner.relay.driver.session().on_hello(greeted.id(), std::get<HelloFrame>(frame));
            if (result) owner.relay.driver.add_link(std::move(link));
            return result;
        }
        void on_link_batch(Link&) override {}
        void next_link_record(Link&, Record&) override {}
        void on_link_down(Link&, const std::string&) override {}
        Pair& owner;
        std::unique_ptr<Link> link;
    };

    std::unique_ptr<Link> make_link(LinkId id, const std::shared_ptr<Line>& line, LinkUser& user) {
        return std::make_unique<Link>(id, loop, pool, std::make_unique<SecureLine>(line), user,
                                      1024);
    }
    bool carry(const Wire& wire, Line& from, Line& to) {
        const std::string text = from.take();
        for (std::size_t done = 0; done < text.size() && !wire.dead; done += piece) {
            to.send(std::string_view(text).substr(done, piece));
            loop.run();
        }
        if (!wire.dead && (from.saw_reset() || from.saw_end()) && !to.closed()) {
            from.saw_reset() ? to.cut() : to.shut();
            loop.run();
        }
        return !text.empty();
    }

    std::unique_ptr<Gate> greeting_;
};

}  // namespace homeport::tunnel::testing
