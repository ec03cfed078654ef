#include "dns/check/checker.hpp"

#include "core/assert.hpp"
#include "dns/check/testing.hpp"
#include "dns/wire/query.hpp"
#include "net/linux/entropy.hpp"
#include "net/linux/network.hpp"

#include <gmock/gmock.h>
#include <functional>

namespace homeport::dns::check {
namespace {

using namespace testing;
using net::IoResult;

/// A name server on loopback, UDP and TCP at one port.
class FakeServer {
public:
    using Says = std::function<Outcome(const Ask&)>;

    FakeServer(net::Network& network, Says says) : says_(std::move(says)) {
        // The port that UDP got may be somebody's for TCP: then another one.
        for (int tries = 0; tcp_ == nullptr && tries < 100; ++tries) open(network);
        HOMEPORT_ASSERT(tcp_ != nullptr);
    }
    Endpoint address() const { return udp_->local(); }

    bool silent = false;
    bool truncating = false;  ///< by UDP
    bool cutting = false;     ///< by TCP
    int lost = 0;             ///< datagrams not to be answered
    int asked_by_tcp = 0;

private:
    void open(net::Network& network) {
        udp_ = network
                   .open_datagrams({*IpAddress::parse("127.0.0.1"), 0},
                                   [this](const Endpoint& from, Bytes datagram) {
                                       on_datagram(from, datagram);
                                   })
                   .value();
        auto tcp = network.listen(udp_->local(), {}, [this](std::unique_ptr<net::Stream> stream) {
            talks_.push_back(std::make_unique<Talk>(*this, std::move(stream)));
        });
        if (tcp) tcp_ = std::move(*tcp);
    }

    /// One question, answered in two pieces.
    struct Talk final : net::StreamHandler {
        Talk(FakeServer& server, std::unique_ptr<net::Stream> from)
            : owner(server), stream(std::move(from)) {
            stream->set_handler(this);
            on_readable();
        }
        void on_readable() override {
            std::array<std::byte, 512> room;
            IoResult result = stream->read(MutableBytes(room));
            for (; result.status == IoResult::Status::ok; result = stream->read(MutableBytes(room)))
                got.insert(got.end(), room.begin(), room.begin() + static_cast<long>(result.bytes));
            if (got.size() < 2 || got.size() < 2U + load_u16(octets(got))) return;
            ++owner.asked_by_tcp;
            if (owner.cutting) return stream->reset();
            const Octets reply = owner.answer_to(Bytes(got).subspan(2), false);
            got.clear();
            stream->write(Build().u16(static_cast<unsigned>(reply.size())).bytes);
            stream->write(reply);
        }
        void on_writable() override {}

        FakeServer& owner;
        std::unique_ptr<net::Stream> stream;
        Octets got;
    };

    Octets answer_to(Bytes question, bool truncated) const {
        Query query;
        EXPECT_EQ(parse_query(question, query), QueryStatus::ok);
        const Ask ask{Name(query.name), query.type, query.recursion_desired};
        return message(query.id, ask, says_(ask), truncated);
    }
    void on_datagram(const Endpoint& from, Bytes datagram) {
        if (silent || lost-- > 0) return;
        Octets reply = answer_to(datagram, truncating);
        Octets other = reply;
        other[0] ^= std::byte{1};  // another id
        EXPECT_TRUE(udp_->send(from, as_bytes("noise")));
        EXPECT_TRUE(udp_->send(from, other));
        EXPECT_TRUE(udp_->send(from, reply));
    }

    Says says_;
    std::unique_ptr<net::DatagramPort> udp_;
    std::unique_ptr<net::Listener> tcp_;
    std::vector<std::unique_ptr<Talk>> talks_;
};

struct CheckerTest : ::testing::Test {
    /// A server of the zone "example" with this serial and address of home.example.
    FakeServer::Says zone(std::uint32_t serial, const char* ip) {
        return [serial, ip](const Ask& ask) {
            EXPECT_FALSE(ask.recursion);
            if (ask.type == RrType::a && ask.name == name("home.example"))
                return reply({answer("home.example", RrType::a, address(ip))}, true);
            const bool apex = ask.name == name("example") && ask.type == RrType::soa;
            const Section section = apex ? Section::answer : Section::authority;
            return reply({record(section, "example", RrType::soa, soa(serial))}, true);
        };
    }
    static FakeServer::Says resolver(const char* ip, std::uint32_t ttl) {
        return [ip, ttl](const Ask& ask) {
            EXPECT_TRUE(ask.recursion);
            return reply({answer("home.example", RrType::a, address(ip), ttl)});
        };
    }
    Report check(std::vector<Endpoint> servers, std::vector<Endpoint> resolvers = {}) {
        over = false;
        checker = std::make_unique<Checker>(loop, network, entropy,
                                            Options{.name = name("home.example"),
                                                    .types = {RrType::a},
                                                    .servers = std::move(servers),
                                                    .resolvers = std::move(resolvers),
                                                    .timeout = 600ms},
                                            net::call<&CheckerTest::on_done>(this));
        for (int i = 0; i < 500 && !over; ++i) loop.turn(20ms);
        EXPECT_TRUE(over);
        return report;
    }
    void on_done() {
        EXPECT_FALSE(over);
        over = true;
        report = checker->report();
        checker.reset();
    }

    net::EpollLoop loop;
    net::LinuxNetwork network{loop};
    net::KernelEntropy entropy;
    std::unique_ptr<Checker> checker;
    Report report;
    bool over = false;
};

// Two servers and two resolvers on real sockets; replies with another id are not believed.
TEST_F(CheckerTest, WhoIsBehind) {
    FakeServer one(network, zone(7, "192.0.2.9"));
    FakeServer two(network, zone(4, "192.0.2.8"));
    FakeServer fresh(network, resolver("192.0.2.9", 50));
    FakeServer old(network, resolver("192.0.2.8", 33));
    const Report found = check({one.address(), two.address()}, {fresh.address(), old.address()});
    EXPECT_EQ(found.problem, "");
    EXPECT_EQ(found.zone, name("example"));
    EXPECT_EQ(found.serial, 7U);
    ASSERT_EQ(found.servers.size(), 2U);
    EXPECT_EQ(found.servers[0].state, State::current);
    EXPECT_GT(found.servers[0].took, Duration{0});
    EXPECT_EQ(found.servers[1].state, State::behind);
    EXPECT_EQ(found.servers[1].behind_by, 3U);
    ASSERT_EQ(found.resolvers.size(), 2U);
    EXPECT_EQ(found.resolvers[0].state, State::current);
    EXPECT_EQ(found.resolvers[1].state, State::old);
    EXPECT_EQ(found.resolvers[1].old_seconds, 33U);
}

// A long answer is fetched by TCP, a lost datagram is sent again.
TEST_F(CheckerTest, TruncatedAndLost) {
    FakeServer one(network, zone(7, "192.0.2.9"));
    FakeServer two(network, zone(7, "192.0.2.9"));
    one.truncating = true;
    two.lost = 2;
    EXPECT_TRUE(check({one.address(), two.address()}).all_current());
    EXPECT_EQ(one.asked_by_tcp, 4);
    EXPECT_EQ(two.asked_by_tcp, 0);
}

TEST_F(CheckerTest, SilentAndCut) {
    FakeServer good(network, zone(7, "192.0.2.9"));
    FakeServer silent(network, zone(7, "192.0.2.9"));
    FakeServer cut(network, zone(7, "192.0.2.9"));
    silent.silent = true;
    cut.truncating = cut.cutting = true;
    const Report found = check({good.address(), silent.address(), cut.address()});
    ASSERT_EQ(found.servers.size(), 3U);
    EXPECT_EQ(found.servers[0].state, State::current);
    EXPECT_EQ(found.servers[1].state, State::silent);
    EXPECT_EQ(found.servers[2].state, State::no_tcp);
}

// More questions than may be under way at once: all are asked.
TEST_F(CheckerTest, ManyServers) {
    FakeServer one(network, zone(7, "192.0.2.9"));
    const Report found = check(std::vector<Endpoint>(1, one.address()),
                               std::vector<Endpoint>(3 * kMaxOpenQuestions, at("127.0.0.1:9")));
    EXPECT_EQ(found.resolvers.size(), 3 * kMaxOpenQuestions);
    EXPECT_EQ(found.resolvers.back().state, State::silent);
    EXPECT_EQ(found.servers[0].state, State::current);
}

// The zone is found through the resolver; its server there is asked at port 53, where nobody is.
TEST_F(CheckerTest, FindsTheServers) {
    FakeServer one(network, [](const Ask& ask) {
        const bool apex = ask.name == name("example") || ask.name == name(".");
        if (ask.type == RrType::ns && apex)
            return reply({answer(ask.name.to_text(), RrType::ns, target("ns.example"))});
        if (ask.type == RrType::aaaa || ask.type == RrType::ns) return reply({});
        const bool server = ask.name == name("ns.example");
        const char* const ip = server ? "127.99.99.99" : "192.0.2.9";
        return reply({answer(ask.name.to_text(), RrType::a, address(ip))});
    });
    const Report found = check({}, {one.address()});
    EXPECT_EQ(found.problem, "");
    EXPECT_EQ(found.zone, name("example"));
    ASSERT_EQ(found.servers.size(), 1U);
    EXPECT_EQ(found.servers[0].address, at("127.99.99.99:53"));
    EXPECT_EQ(found.servers[0].state, State::silent);
    EXPECT_EQ(found.resolvers[0].state, State::unknown);
}

// It may be given up at any time.
TEST_F(CheckerTest, DestroyedInBetween) {
    FakeServer one(network, zone(7, "192.0.2.9"));
    one.truncating = true;
    for (int turns = 0; turns < 8; ++turns) {
        checker = std::make_unique<Checker>(loop, network, entropy,
                                            Options{.name = name("home.example"),
                                                    .types = {RrType::a},
                                                    .servers = {one.address()},
                                                    .resolvers = {}},
                                            net::call<&CheckerTest::on_done>(this));
        for (int i = 0; i < turns; ++i) loop.turn(5ms);
        checker.reset();
        loop.turn(1ms);
    }
}

}  // namespace
}  // namespace homeport::dns::check
