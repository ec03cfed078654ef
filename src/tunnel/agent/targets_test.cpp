#include "tunnel/agent/targets.hpp"

#include "tunnel/link_testing.hpp"

#include <gtest/gtest.h>
#include <random>
#include <set>

namespace homeport::tunnel::testing {
namespace {

class NoSecurity final : public net::Security {
public:
    PublicKey own_key() const override { return {}; }
    std::unique_ptr<net::SecureStream> connect(std::unique_ptr<net::Stream>,
                                               const PublicKey&) override {
        return nullptr;
    }
    std::unique_ptr<net::SecureStream> accept(std::unique_ptr<net::Stream>) override {
        return nullptr;
    }
};

class NoEntropy final : public net::Entropy {
public:
    void fill(MutableBytes out) override { std::ranges::fill(out, std::byte{}); }
};

class NoBypass final : public BypassDesk {
public:
    void on_bulk(BypassStream&) override {}
    void on_gone(BypassStream&) override {}
};

struct TargetsTest : ::testing::Test {
    Pair pair;
    RecordingNetwork network;
    NoSecurity security;
    NoEntropy entropy;
    Services services;
    NoBypass bypasses;
    std::unique_ptr<Targets> targets;
    std::mt19937 random{11};

    TargetsTest() {
        config::Service web{.name = "web", .kind = ServiceKind::http};
        web.target = {.host = "nas.lan", .ports = {80, 80}, .unix_path = {}};
        config::Service ftp{.name = "ftp", .kind = ServiceKind::tcp};
        ftp.ports = PortRange{42000, 42010};
        ftp.target = {.host = "192.168.1.10", .ports = {42000, 42010}, .unix_path = {}};
        services.replace({web, ftp});
        targets = std::make_unique<Targets>(
            AgentWorld{pair.loop, network, security, entropy, pair.log, pair.pool}, services,
            bypasses);
        pair.attach();
        pair.pump();
    }
    ~TargetsTest() override { targets.reset(); }

    Endpoint any_endpoint() {
        constexpr std::array kHosts{
            "192.168.1.66",        "10.0.0.1",        "127.0.0.1", "::1", "fe80::1",
            "::ffff:192.168.1.66", "169.254.169.254", "0.0.0.0"};
        return {*IpAddress::parse(kHosts[random() % kHosts.size()]),
                static_cast<std::uint16_t>(random())};
    }
    /// Mostly near what is there, sometimes anything.
    OpenInfo any_wish() {
        OpenInfo info;
        info.service = static_cast<std::uint32_t>(random() % 4 == 0 ? random() : random() % 5);
        info.port =
            static_cast<std::uint16_t>(random() % 3 == 0 ? 41990 + random() % 30 : random());
        if (random() % 8 == 0) info.port = 0;
        info.visitor = any_endpoint();
        info.local = any_endpoint();
        return info;
    }
};

// A relay asks for whatever it likes: the agent dials what its own settings say, or nothing.
TEST_F(TargetsTest, NothingElseIsEverDialled) {
    for (int round = 0; round < 100; ++round) {
        std::vector<std::unique_ptr<TunnelStream>> asked;
        for (int i = 0; i < 100; ++i) {
            SessionStream* stream = pair.relay.driver.session().open(any_wish());
            ASSERT_NE(stream, nullptr);
            asked.push_back(std::make_unique<TunnelStream>(pair.loop, pair.relay.driver.session(),
                                                           *stream, nullptr));
        }
        pair.pump();
        ASSERT_EQ(pair.agent.opened.size(), asked.size());
        const auto wishes = std::exchange(pair.agent.wishes, {});
        auto opened = std::exchange(pair.agent.opened, {});
        for (std::size_t i = 0; i < opened.size(); ++i)
            targets->open(std::move(opened[i]), wishes[i]);
        asked.clear();
        pair.pump();
    }
    std::set<std::string> allowed{"192.168.1.10:80"};
    for (int port = 42000; port <= 42010; ++port)
        allowed.insert("192.168.1.10:" + std::to_string(port));
    EXPECT_GT(network.dials, 100U);
    EXPECT_EQ(network.dialled, allowed);
    EXPECT_EQ(network.resolved, (std::set<std::string>{"nas.lan", "192.168.1.10"}));
}

}  // namespace
}  // namespace homeport::tunnel::testing
