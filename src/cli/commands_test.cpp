#include "cli/commands_testing.hpp"
#include "cli/relay_state.hpp"
#include "tunnel/protocol/token.hpp"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace homeport::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

// The token stands alone on standard output, and the relay's store knows its secret by its hash
// only.
TEST_F(Commands, InviteFeedsTheStore) {
    const std::string text =
        invite("attic", {"--host", "home.example.net", "--port", "42000-42010"});
    const auto token = tunnel::Token::parse(text);
    ASSERT_TRUE(token) << text;
    EXPECT_EQ(token->agent, "attic");
    EXPECT_EQ(token->relay.to_string(), "relay.example.net:7843");
    EXPECT_EQ(token->expires, shell.now + 3600);
    EXPECT_EQ(token->relay_key, own_identity(dir / "relay")->public_key());

    const auto store = open_relay_store(dir / "relay");
    ASSERT_TRUE(store);
    PublicKey key;
    key.bytes.fill(std::byte{7});
    const auto agent = (*store)->redeem(net::sha256(token->secret), key, shell.now + 3599);
    ASSERT_TRUE(agent) << agent.error().what;
    EXPECT_EQ(agent->grants.ports.front().to_string(), "42000-42010");
    EXPECT_FALSE((*store)->redeem(net::sha256(token->secret), key, shell.now));
}

TEST_F(Commands, InviteRefusesNamesOfOthers) {
    invite("attic", {"--host", "home.example.net"});
    EXPECT_EQ(shell({"invite", "cellar", "--config", relay_file, "--host", "*.example.net"}),
              kFailed);
    EXPECT_THAT(shell.err, HasSubstr("attic"));
    EXPECT_EQ(shell.out, "");
}

TEST_F(Commands, InviteShowsAQrCodeOnStandardError) {
    const std::string text = invite("attic", {"--qr", "--host", "home.example.net"});
    EXPECT_TRUE(tunnel::Token::parse(text));
    EXPECT_THAT(shell.err, HasSubstr("█"));
}

TEST_F(Commands, AgentsAreListed) {
    invite("attic", {"--host", "home.example.net"});
    ASSERT_EQ(shell({"agents", "--config", relay_file, "--json"}), kDone);
    const auto list = nlohmann::json::parse(shell.out);
    ASSERT_EQ(list.size(), 1U);
    EXPECT_EQ(list[0]["name"], "attic");
    EXPECT_EQ(list[0]["state"], "invited");
    EXPECT_EQ(list[0]["hosts"][0], "home.example.net");
    ASSERT_EQ(shell({"agents", "--config", relay_file}), kDone);
    EXPECT_THAT(shell.out, HasSubstr("attic"));
    EXPECT_THAT(shell.out, Not(HasSubstr("may park")));
}

// A machine that may only park others, and what it may stays when it is invited anew.
TEST_F(Commands, InviteToPark) {
    invite("phone", {"--may-park", "attic", "--may-park", "cellar"});
    EXPECT_THAT(shell.err, Not(HasSubstr("may publish nothing yet")));
    ASSERT_EQ(shell({"agents", "--config", relay_file, "--json"}), kDone);
    EXPECT_EQ(nlohmann::json::parse(shell.out)[0]["may_park"],
              (nlohmann::json::array({"attic", "cellar"})));
    invite("phone", {"--host", "phone.example.net"});
    ASSERT_EQ(shell({"agents", "--config", relay_file}), kDone);
    EXPECT_THAT(shell.out, HasSubstr("may publish phone.example.net, may park attic cellar\n"));
}

TEST_F(Commands, RevokeAndRelease) {
    invite("attic", {"--host", "home.example.net"});
    EXPECT_EQ(shell({"revoke", "nobody", "--config", relay_file}), kFailed);
    EXPECT_EQ(shell({"revoke", "attic", "--config", relay_file}), kDone) << shell.err;
    EXPECT_EQ(shell({"revoke", "attic", "--config", relay_file, "--release"}), kDone) << shell.err;
    invite("cellar", {"--host", "home.example.net"});
}

// A relay that runs is told at once; when it cannot follow, the command has failed.
TEST_F(Commands, RunningRelayIsTold) {
    invite("attic");
    {
        OneAnswer relay(dir / "relay.sock", "{}\n");
        EXPECT_EQ(shell({"revoke", "attic", "--config", relay_file}), kDone) << shell.err;
        EXPECT_EQ(relay.request(), R"({"command":"refresh"})");
    }
    std::filesystem::remove(dir / "relay.sock");
    OneAnswer relay(dir / "relay.sock", "{\"error\":\"disk full\",\"remedy\":\"\"}\n");
    EXPECT_EQ(shell({"revoke", "attic", "--config", relay_file}), kFailed);
    EXPECT_THAT(shell.err, HasSubstr("disk full"));
}

TEST_F(Commands, JoinRemembersTheRelay) {
    const std::string text = invite("attic");
    ASSERT_EQ(shell({"join", "-", "--config", agent_file}, text + "\n"), kDone) << shell.err;
    const auto paired = load_paired_relay(dir / "agent");
    ASSERT_TRUE(paired);
    EXPECT_EQ(paired->relay, "relay1");
    EXPECT_EQ(paired->agent, "attic");
    EXPECT_EQ(paired->address.to_string(), "relay.example.net:7843");
    EXPECT_EQ(shell({"agent", "--config", agent_file}), kDone);
    EXPECT_EQ(shell.roles.agent_of, *paired);
}

TEST_F(Commands, JoinDialsTheAddressOfTheSettings) {
    const std::string text = invite("attic");
    dir.write("agent.toml", agent_text("relay = \"192.0.2.1:9\"\n"));
    ASSERT_EQ(shell({"join", text, "--config", agent_file}), kDone) << shell.err;
    EXPECT_EQ(shell.roles.tokens.at(0).relay.to_string(), "192.0.2.1:9");
    EXPECT_EQ(load_paired_relay(dir / "agent")->address.to_string(), "relay.example.net:7843");
}

// A second relay needs --force; the same relay again does not; a failure leaves the pairing as it
// was.
TEST_F(Commands, JoinKeepsAnotherRelay) {
    const std::string text = invite("attic");
    ASSERT_EQ(shell({"join", text, "--config", agent_file}), kDone);
    ASSERT_EQ(shell({"join", text, "--config", agent_file}), kDone);
    auto paired = load_paired_relay(dir / "agent").value();
    paired.key.bytes.fill(std::byte{9});
    ASSERT_TRUE(save_paired_relay(dir / "agent", paired));
    EXPECT_EQ(shell({"join", text, "--config", agent_file}), kFailed);
    EXPECT_THAT(shell.err, HasSubstr("--force"));
    shell.roles.pairing = fail(Errc::denied, "the token was used already");
    EXPECT_EQ(shell({"join", text, "--config", agent_file, "--force"}), kFailed);
    EXPECT_THAT(shell.err, HasSubstr("the token was used already"));
    EXPECT_EQ(load_paired_relay(dir / "agent").value(), paired);
    shell.roles.pairing = "relay1";
    EXPECT_EQ(shell({"join", text, "--config", agent_file, "--force"}), kDone);
}

TEST_F(Commands, JoinRefusesBadTokens) {
    std::string text = invite("attic");
    EXPECT_EQ(shell({"join", "hp1.nonsense", "--config", agent_file}), kWrongUsage);
    EXPECT_THAT(shell.err, HasSubstr("homeport invite"));
    shell.now += 3600;
    EXPECT_EQ(shell({"join", text, "--config", agent_file}), kFailed);
    EXPECT_THAT(shell.err, HasSubstr("expired"));
    EXPECT_TRUE(shell.roles.tokens.empty());
}

TEST_F(Commands, UnpairedAgentIsToldWhatToDo) {
    EXPECT_EQ(shell({"agent", "--config", agent_file}), kWrongUsage);
    EXPECT_THAT(shell.err, HasSubstr("homeport join TOKEN"));
}

TEST_F(Commands, CheckAndStartNameFileAndLine) {
    EXPECT_EQ(shell({"check", "--config", relay_file}), kDone) << shell.err;
    EXPECT_EQ(shell({"check", "--config", agent_file}), kDone) << shell.err;
    const std::string bad = dir.write("bad.toml", "[relay]\nnmae = \"x\"\n");
    EXPECT_EQ(shell({"check", "--config", bad}), kFailed);
    EXPECT_THAT(shell.err, HasSubstr(bad + ":2: "));
    const std::string lines = shell.err;
    EXPECT_EQ(shell({"relay", "--config", bad}), kWrongUsage);
    EXPECT_EQ(shell.err, lines);
    EXPECT_EQ(shell({"status", "--config", dir / "none.toml"}), kWrongUsage);
}

TEST_F(Commands, NobodyRunningIsOneLineWithARemedy) {
    for (const char* command : {"status", "reload", "park", "unpark"}) {
        EXPECT_EQ(shell({command, "--config", agent_file}), kFailed);
        EXPECT_THAT(shell.err, HasSubstr("the agent is not running"));
        EXPECT_THAT(shell.err, HasSubstr("homeport agent --config " + agent_file));
        EXPECT_EQ(std::count(shell.err.begin(), shell.err.end(), '\n'), 1);
    }
}

TEST_F(Commands, StatusPrintsJsonAsItCame) {
    const std::string json = R"({"role":"agent","name":"attic"})";
    OneAnswer agent(dir / "agent.sock", json + "\n");
    EXPECT_EQ(shell({"status", "--config", agent_file, "--json"}), kDone) << shell.err;
    EXPECT_EQ(shell.out, json + "\n");
}

TEST_F(Commands, ReloadTellsWhatChanged) {
    {
        OneAnswer agent(dir / "agent.sock",
                        R"({"changed":["log.level"],"restart":["agent.control"]})"
                        "\n");
        EXPECT_EQ(shell({"reload", "--config", agent_file}), kDone);
        EXPECT_EQ(shell.out, "changed: log.level\nneeds a restart: agent.control\n");
    }
    std::filesystem::remove(dir / "agent.sock");
    OneAnswer agent(dir / "agent.sock",
                    R"j({"error":"wrong","remedy":"","problems":["a.toml:3: x (y)"]})j"
                    "\n");
    EXPECT_EQ(shell({"reload", "--config", agent_file}), kWrongUsage);
    EXPECT_THAT(shell.err, HasSubstr("a.toml:3: x (y)\n"));
}

TEST_F(Commands, ParkNamesTheService) {
    OneAnswer agent(dir / "agent.sock", "{}\n");
    EXPECT_EQ(shell({"park", "--config", agent_file, "--service", "web"}), kDone) << shell.err;
    EXPECT_EQ(agent.request(), R"({"command":"park","service":"web"})");
}

TEST_F(Commands, ParkOfAnotherHomeGoesThroughTheRunningAgent) {
    OneAnswer agent(dir / "agent.sock", "{}\n");
    EXPECT_EQ(
        shell({"park", "web", "--home", "attic", "--answer", "nothing", "--config", agent_file}),
        kDone)
        << shell.err;
    EXPECT_EQ(nlohmann::json::parse(agent.request()),
              nlohmann::json::parse(R"({"command":"park","service":"web","home":"attic",
                                        "answer":"nothing"})"));
    EXPECT_THAT(shell.out, HasSubstr("web of attic: "));
    EXPECT_TRUE(shell.roles.questions.empty());
}

TEST_F(Commands, RefusedParkIsAFailure) {
    OneAnswer agent(dir / "agent.sock", "{\"error\":\"no right\",\"remedy\":\"\"}\n");
    EXPECT_EQ(shell({"unpark", "--home", "attic", "--config", agent_file}), kFailed);
    EXPECT_THAT(shell.err, HasSubstr("no right"));
    EXPECT_EQ(shell.out, "");
}

// With the key that was paired, and to where the settings say that the relay is.
TEST_F(Commands, AsksTheRelayItselfWhenNoAgentRuns) {
    EXPECT_EQ(shell({"park", "--home", "attic", "--config", agent_file}), kWrongUsage);
    EXPECT_THAT(shell.err, HasSubstr("homeport join"));
    const std::string text = invite("phone");
    ASSERT_EQ(shell({"join", text, "--config", agent_file}), kDone) << shell.err;

    EXPECT_EQ(shell({"unpark", "web", "--home", "attic", "--config", agent_file}), kDone)
        << shell.err;
    EXPECT_EQ(shell.roles.asked_of->address.to_string(), "relay.example.net:7843");
    EXPECT_EQ(shell.roles.questions.back(),
              tunnel::Question(tunnel::ParkQuestion{"attic", "web", false, ""}));
    EXPECT_EQ(shell({"acme", "clear", "*.home.example.net", "token", "--config", agent_file}),
              kDone);
    EXPECT_EQ(shell.roles.questions.back(),
              tunnel::Question(tunnel::ChallengeQuestion{"home.example.net", "token", false}));

    shell.roles.outcome = fail(Errc::denied, "no right to park");
    EXPECT_EQ(shell({"park", "--home", "attic", "--config", agent_file}), kFailed);
    EXPECT_EQ(shell.err, "homeport: no right to park\n");
    EXPECT_EQ(shell.out, "");
    shell.roles.outcome = fail(Errc::timed_out, "no answer");
    EXPECT_EQ(shell({"acme", "set", "a.net", "token", "--config", agent_file}), kFailed);
    EXPECT_THAT(shell.err, HasSubstr("check the line"));
}

TEST_F(Commands, AcmeGoesThroughTheRunningAgent) {
    OneAnswer agent(dir / "agent.sock", "{}\n");
    EXPECT_EQ(shell({"acme", "set", "home.example.net", "token", "--config", agent_file}), kDone)
        << shell.err;
    EXPECT_EQ(nlohmann::json::parse(agent.request()),
              nlohmann::json::parse(R"({"command":"acme-set","arguments":{
                  "host":"home.example.net","value":"token"}})"));
    EXPECT_EQ(shell.out, "_acme-challenge.home.example.net: name servers answer with it\n");
}

TEST_F(Commands, OperatorParksOneHome) {
    EXPECT_EQ(shell({"park", "--answer", "nothing", "--config", relay_file}), kWrongUsage);
    EXPECT_THAT(shell.err, HasSubstr("--home"));
    EXPECT_EQ(shell({"park", "--home", "attic", "--config", relay_file}), kFailed);
    EXPECT_THAT(shell.err, HasSubstr("the relay is not running"));
    OneAnswer relay(dir / "relay.sock", "{}\n");
    EXPECT_EQ(shell({"park", "--home", "attic", "--answer", "192.0.2.1", "--config", relay_file}),
              kDone)
        << shell.err;
    EXPECT_EQ(relay.request(), R"({"answer":"192.0.2.1","command":"park","home":"attic"})");
}

TEST_F(Commands, OrdersOfTheOperatorGoToTheRelay) {
    {
        OneAnswer relay(dir / "relay.sock", "{\"changed\":true}\n");
        EXPECT_EQ(shell({"names", "takedown", "bad.dyn.test", "--why", "spam", "--by", "root",
                         "--lock-account", "--config", relay_file}),
                  kDone)
            << shell.err;
        EXPECT_THAT(shell.out, HasSubstr("bad.dyn.test: taken down"));
        EXPECT_EQ(nlohmann::json::parse(relay.request()),
                  nlohmann::json::parse(R"({"command":"names-takedown","arguments":{
                      "name":"bad.dyn.test","why":"spam","by":"root","lock_account":true,
                      "block_network":false}})"));
    }
    std::filesystem::remove(dir / "relay.sock");
    {
        OneAnswer relay(dir / "relay.sock", "{\"changed\":false}\n");
        EXPECT_EQ(shell({"names", "unblock", "192.0.2.0/24", "--config", relay_file}), kDone);
        EXPECT_EQ(shell.out, "192.0.2.0/24: was not blocked\n");
    }
    std::filesystem::remove(dir / "relay.sock");
    OneAnswer relay(dir / "relay.sock",
                    "{\"error\":\"this relay runs no name service\",\"remedy\":\"add [names]\"}\n");
    EXPECT_EQ(shell({"names", "notice", "--config", relay_file}), kFailed);
    EXPECT_THAT(shell.err, HasSubstr("(add [names])"));
}

TEST_F(Commands, ListOfNamesEndsAtItsLimit) {
    const std::string answer =
        R"({"names":[{"name":"b.dyn.test"},{"name":"a.dyn.test"},{"name":"c.dyn.test"}],)"
        R"("next":"0.7.3"})";
    OneAnswer relay(dir / "relay.sock", answer + "\n");
    EXPECT_EQ(shell({"names", "list", "--limit", "2", "--config", relay_file}), kDone) << shell.err;
    EXPECT_LT(shell.out.find("a.dyn.test"), shell.out.find("b.dyn.test"));
    EXPECT_THAT(shell.out, Not(HasSubstr("c.dyn.test")));
    EXPECT_THAT(shell.err, HasSubstr("--limit"));
}

TEST_F(Commands, DsRecordsStandAlone) {
    OneAnswer relay(dir / "relay.sock",
                    R"({"zones":[{"zone":"a.test","key_tag":7,"ds":"a.test. IN DS 7 13 2 ab"}]})"
                    "\n");
    EXPECT_EQ(shell({"dns", "ds", "a.test", "--config", relay_file}), kDone) << shell.err;
    EXPECT_EQ(shell.out, "a.test. IN DS 7 13 2 ab\n");
    EXPECT_EQ(relay.request(), R"({"arguments":{"zone":"a.test"},"command":"dns-ds"})");
}

// What only shows when the name server starts is found by the check, too.
TEST_F(Commands, CheckLooksAtKeysAndCertificates) {
    const std::string dns =
        "[relay]\nname = \"r\"\nstate_dir = \"" + dir / "relay" +
        "\"\nlisten = [\"127.0.0.1:7843\"]\npublic_address = \"relay.example.net:7843\"\n"
        "[dns]\nlisten = [\"127.0.0.1:5353\"]\n"
        "[[zone]]\nname = \"dyn.test\"\nrecords = [\"@ NS ns1\", \"ns1 A 192.0.2.1\"]\n"
        "[[key]]\nname = \"k\"\nupdate = [\"a.dyn.test\"]\n"
        "secret = \"MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=\"\n";
    EXPECT_EQ(shell({"check", "--config", dir.write("good.toml", dns)}), kDone) << shell.err;
    EXPECT_EQ(shell({"check", "--config", dir.write("bad.toml", dns + "types = [\"NONSENSE\"]\n")}),
              kFailed);
    EXPECT_THAT(shell.err, HasSubstr("bad.toml:1: [[key]] \"k\": \"NONSENSE\""));
    EXPECT_EQ(
        shell({"check", "--config",
               dir.write("names.toml",
                         dns + "[names]\nlisten = [\"127.0.0.1:8053\"]\nzones = [\"dyn.test\"]\n"
                               "certificate = \"none.pem\"\nprivate_key = \"none.key\"\n")}),
        kFailed);
    EXPECT_THAT(shell.err, HasSubstr("none.pem"));
    EXPECT_EQ(std::count(shell.err.begin(), shell.err.end(), '\n'), 1);
}

TEST_F(Commands, SilentOrGarbledRoleIsAnError) {
    {
        OneAnswer agent(dir / "agent.sock", "");
        EXPECT_EQ(shell({"status", "--config", agent_file}), kFailed);
    }
    std::filesystem::remove(dir / "agent.sock");
    OneAnswer agent(dir / "agent.sock", "[1]\n");
    EXPECT_EQ(shell({"status", "--config", agent_file}), kFailed);
}

TEST_F(Commands, KeyThatOthersReadIsWrongUsage) {
    shell.roles.outcome = fail(Errc::denied, "key file k can be read by others; run: chmod 600 k");
    EXPECT_EQ(shell({"relay", "--config", relay_file}), kWrongUsage);
    EXPECT_THAT(shell.err, HasSubstr("chmod 600"));
}

// Nobody listens at port 9: a server that does not answer is exit code 1, in text and in JSON.
TEST_F(Commands, DnsCheckTellsWhoIsSilent) {
    const std::vector<std::string> asked{
        "dns", "check", "home.example.net", "--server", "127.0.0.1:9", "--timeout", "100ms"};
    EXPECT_EQ(shell(asked), kFailed) << shell.err;
    EXPECT_THAT(shell.out, HasSubstr("127.0.0.1:9"));
    EXPECT_THAT(shell.out, HasSubstr("does not answer"));
    auto as_json = asked;
    as_json.push_back("--json");
    EXPECT_EQ(shell(as_json), kFailed);
    EXPECT_EQ(nlohmann::json::parse(shell.out)["servers"][0]["state"], "silent");
    // Without a resolver that answers nothing is known of the zone.
    EXPECT_EQ(shell({"dns", "check", "home.example.net", "--resolver", "127.0.0.1:9", "--timeout",
                     "100ms"}),
              kFailed);
    EXPECT_THAT(shell.err, HasSubstr("--server"));
    EXPECT_EQ(shell.out, "");
}

TEST_F(Commands, DnsCheckHasLimits) {
    std::vector<std::string> many{"dns", "check", "home.example.net"};
    for (int i = 0; i < 9; ++i) many.insert(many.end(), {"--resolver", "127.0.0.1:9"});
    EXPECT_EQ(shell(many), kWrongUsage);
    EXPECT_THAT(shell.err, HasSubstr("resolvers"));
}

TEST_F(Commands, FailedStartIsExitCodeOne) {
    shell.roles.outcome = fail(Errc::exists, "cannot listen on 127.0.0.1:80: taken");
    EXPECT_EQ(shell({"relay", "--config", relay_file}), kFailed);
    EXPECT_THAT(shell.err, HasSubstr("127.0.0.1:80"));
    EXPECT_EQ(shell({"demo"}), kFailed);
    EXPECT_EQ(shell({"version"}), kDone);
    EXPECT_THAT(shell.out, HasSubstr("homeport 0."));
}

}  // namespace
}  // namespace homeport::cli
