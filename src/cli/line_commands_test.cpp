#include "cli/commands_testing.hpp"
#include "net/linux/private_network_testing.hpp"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include <filesystem>

namespace homeport::cli {
namespace {

using testing::HasSubstr;

class LineCommands : public Commands {};

TEST_F(LineCommands, PortsAreAskedOfTheAgent) {
    const std::string json =
        R"({"ports":[{"service":"web","transport":"tcp","family":"ipv4","external":443,)"
        R"("internal":50123,"state":"mapped","by":"PCP","proof":"arrived here","proven_s":3}]})";
    {
        OneAnswer agent(dir / "agent.sock", json + "\n");
        EXPECT_EQ(shell({"ports", "--config", agent_file}), kDone) << shell.err;
        EXPECT_EQ(agent.request(), R"({"command":"ports"})");
        EXPECT_THAT(shell.out, HasSubstr("opened by PCP  proven 3 s ago\n"));
    }
    std::filesystem::remove(dir / "agent.sock");
    OneAnswer agent(dir / "agent.sock", json + "\n");
    EXPECT_EQ(shell({"ports", "--json", "--config", agent_file}), kDone) << shell.err;
    EXPECT_EQ(shell.out, json + "\n");
    EXPECT_EQ(shell({"ports", "--config", relay_file}), kWrongUsage);
    EXPECT_THAT(shell.err, HasSubstr("settings of an agent"));
}

TEST_F(LineCommands, DoctorRefusesSettingsThatCannotBeRead) {
    EXPECT_EQ(shell({"doctor", "--config", dir / "none.toml"}), kWrongUsage);
    EXPECT_THAT(shell.err, HasSubstr("none.toml"));
    EXPECT_EQ(shell.out, "");
}

// Alone in a network without a way out: nothing is known, and that is said in time.
TEST_F(LineCommands, AddressOfALineThatIsDown) {
    const bool ran = net::in_private_network([&] {
        EXPECT_EQ(shell({"address", "--no-stun", "--time", "1s"}), kFailed) << shell.err;
        EXPECT_THAT(shell.out, testing::MatchesRegex("ipv4 unknown: .*\nipv6 unknown: .*\n"));
    });
    if (!ran) GTEST_SKIP() << "no right to make a network";
}

// A home with an address but without a router that answers: what can be dialled is asked for.
TEST_F(LineCommands, DoctorHasTheRelayDial) {
    const std::string token = invite("phone");
    ASSERT_EQ(shell({"join", token, "--config", agent_file}), kDone) << shell.err;
    const bool ran = net::in_private_network([&] {
        ASSERT_TRUE(net::ip("link add left type veth peer name right"));
        ASSERT_TRUE(net::ip("addr add 192.0.2.7/24 dev left"));
        ASSERT_TRUE(net::ip("link set left up") && net::ip("link set right up"));
        ASSERT_TRUE(net::ip("route add default via 192.0.2.1"));
        shell.roles.outcome = ask_result(ProbeResult::arrived, {});
        EXPECT_EQ(shell({"doctor", "--no-stun", "--no-map", "--public", "192.0.2.0/24", "--time",
                         "8s", "--json", "--config", agent_file}),
                  kDone)
            << shell.err;
    });
    if (!ran) GTEST_SKIP() << "no right to make a network";
    const auto found = nlohmann::json::parse(shell.out);
    EXPECT_EQ(found["relay"], "relay1");
    ASSERT_EQ(found["probes"].size(), 1U) << shell.out;
    EXPECT_EQ(found["probes"][0]["role"], "wished");
    EXPECT_EQ(found["probes"][0]["result"], "arrived here");
    const auto& question = std::get<tunnel::ProbeQuestion>(shell.roles.questions.front());
    EXPECT_EQ(question.port, found["probes"][0]["port"]);
    EXPECT_FALSE(question.udp);
    // Besides what was asked: the router's table, and mail.
    EXPECT_EQ(found["audit"].size(), shell.roles.questions.size() - 1 + 2) << shell.out;
    EXPECT_EQ(found["audit"][0]["severity"], "bad");
}

}  // namespace
}  // namespace homeport::cli
