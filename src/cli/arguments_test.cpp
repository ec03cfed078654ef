#include "cli/arguments.hpp"
#include "cli/console.hpp"

#include <gmock/gmock.h>

namespace homeport::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

template <class T>
T parsed(const std::vector<std::string>& arguments) {
    const auto result = parse_arguments(arguments);
    const auto* const command = std::get_if<Command>(&result);
    if (command == nullptr || !std::holds_alternative<T>(*command)) {
        ADD_FAILURE() << "another command, or a refusal: "
                      << (command == nullptr ? std::get<Refusal>(result).text : "");
        return {};
    }
    return std::get<T>(*command);
}

Refusal refused(const std::vector<std::string>& arguments) {
    const auto result = parse_arguments(arguments);
    if (const auto* const refusal = std::get_if<Refusal>(&result)) return *refusal;
    ADD_FAILURE() << "accepted";
    return {};
}

// Every command of the interface is known and fills its fields.
TEST(Arguments, CommandsFillTheirFields) {
    EXPECT_EQ(parsed<RunRelay>({"relay", "--config", "r.toml"}).config, "r.toml");
    EXPECT_EQ(parsed<RunAgent>({"agent", "--config", "a.toml"}).config, "a.toml");
    EXPECT_EQ(parsed<CheckSettings>({"check", "--config", "a.toml"}).config, "a.toml");
    EXPECT_EQ(parsed<ReloadSettings>({"reload", "--config", "a.toml"}).config, "a.toml");
    EXPECT_TRUE(parsed<ShowStatus>({"status", "--config", "a.toml", "--json"}).json);
    EXPECT_TRUE(parsed<ListAgents>({"agents", "--config", "r.toml", "--json"}).json);
    EXPECT_TRUE(
        parsed<RevokeAgent>({"revoke", "attic", "--config", "r.toml", "--release"}).release);
    EXPECT_TRUE(parsed<ParkService>({"park", "--config", "a.toml"}).parked);
    EXPECT_FALSE(parsed<ParkService>({"unpark", "--config", "a.toml", "--service", "web"}).parked);
    EXPECT_EQ(parsed<JoinRelay>({"join", "hp1.x", "--config", "a.toml"}).token, "hp1.x");
    EXPECT_EQ(parsed<JoinRelay>({"join", "-", "--config", "a.toml", "--force"}).token, "-");
    parsed<ShowVersion>({"version"});
    parsed<ShowVersion>({"--version"});
}

// `invite` takes --host and --port as often as wanted, and the name after them stays the name.
TEST(Arguments, InviteCollectsGrants) {
    const auto invite = parsed<MakeInvite>(
        {"invite", "--host", "home.example.net", "--host", "*.home.example.net", "--port",
         "42000-42010", "--port", "22", "attic", "--config", "r.toml", "--expires", "2h", "--qr"});
    EXPECT_EQ(invite.name, "attic");
    EXPECT_EQ(invite.grants.hosts.size(), 2U);
    EXPECT_EQ(invite.grants.ports.size(), 2U);
    EXPECT_EQ(invite.expires, 2h);
    EXPECT_TRUE(invite.qr);
    EXPECT_EQ(parsed<MakeInvite>({"invite", "attic", "--config", "r.toml"}).expires, 1h);
}

TEST(Arguments, InviteForAMachineThatOnlyParks) {
    const auto invite = parsed<MakeInvite>(
        {"invite", "phone", "--may-park", "attic", "--may-park", "*", "--config", "r.toml"});
    EXPECT_EQ(invite.grants.may_park, (std::vector<std::string>{"attic", "*"}));
    EXPECT_TRUE(invite.grants.hosts.empty());
}

TEST(Arguments, ParkTakesServiceHomeAndAnswer) {
    const auto park = parsed<ParkService>({"park", "web", "--home", "attic", "--answer",
                                           "192.0.2.1,2001:db8::1", "--config", "a.toml"});
    EXPECT_EQ(park.service, "web");
    EXPECT_EQ(park.home, "attic");
    EXPECT_EQ(park.answer, "192.0.2.1,2001:db8::1");
    for (const char* answer : {"stand-in", "nothing", "192.0.2.1"}) {
        EXPECT_EQ(parsed<ParkService>({"park", "--answer", answer, "--config", "a.toml"}).answer,
                  answer);
    }
    EXPECT_EQ(parsed<ParkService>({"unpark", "web", "--config", "a.toml"}).service, "web");
}

// Hooks pass what their certificate authority's client gives them.
TEST(Arguments, AcmeTakesNamesAndValuesAsHooksHaveThem) {
    for (const char* host : {"home.example.net", "*.home.example.net", "Home.Example.Net.",
                             "_acme-challenge.home.example.net."}) {
        const auto acme = parsed<AskAcme>({"acme", "set", host, "token", "--config", "a.toml"});
        EXPECT_EQ(acme.host, "home.example.net") << host;
        EXPECT_EQ(acme.value, "token");
        EXPECT_TRUE(acme.present);
    }
    EXPECT_FALSE(
        parsed<AskAcme>({"acme", "clear", "home.example.net", "token", "--config", "a"}).present);
    const std::string rest(41, 'x');
    for (const std::string& value : {"-a" + rest, "--" + rest, "-_" + rest}) {
        EXPECT_EQ(parsed<AskAcme>({"acme", "set", "a.net", value, "--config", "a"}).value, value);
        EXPECT_EQ(parsed<AskAcme>({"acme", "set", "--config", "a", "a.net", value}).value, value);
    }
}

TEST(Arguments, DemoHasDefaults) {
    const auto demo = parsed<RunDemo>({"demo"});
    EXPECT_EQ(demo.listen.to_string(), "127.0.0.1:8080");
    EXPECT_EQ(demo.state_dir, "");
    EXPECT_EQ(parsed<RunDemo>({"demo", "--listen", "127.0.0.1:9"}).listen.port, 9);
}

TEST(Arguments, TheLineCanBeLookedAt) {
    const auto examine = parsed<Examine>({"doctor", "--config", "a.toml", "--no-map"});
    EXPECT_EQ(examine.config, "a.toml");
    EXPECT_FALSE(examine.map);
    EXPECT_EQ(examine.stun.size(), 2U);
    EXPECT_EQ(examine.time, 30s);
    EXPECT_EQ(parsed<Examine>({"doctor"}).config, "");

    const auto address = parsed<FindAddress>({"address"});
    EXPECT_EQ(address.time, 6s);
    EXPECT_EQ(address.stun.size(), 2U);
    EXPECT_FALSE(address.watch);
    const auto watch =
        parsed<FindAddress>({"address", "--watch", "--json", "--stun", "stun.example.net:3478",
                             "--public", "198.51.100.0/24", "--time", "2s"});
    EXPECT_TRUE(watch.watch);
    EXPECT_TRUE(watch.json);
    EXPECT_EQ(watch.time, 2s);
    EXPECT_EQ(watch.public_networks.size(), 1U);
    ASSERT_EQ(watch.stun.size(), 1U);
    EXPECT_EQ(watch.stun[0].port, 3478);
    EXPECT_TRUE(parsed<FindAddress>({"address", "--no-stun"}).stun.empty());
    EXPECT_TRUE(watch.echo.empty());
    const auto echo = parsed<FindAddress>({"address", "--echo", "TXT a.net@ns1.a.net"}).echo;
    ASSERT_EQ(echo.size(), 1U);
    EXPECT_TRUE(echo[0].text);
    EXPECT_EQ(parsed<Examine>({"doctor", "--echo", "a@b", "--echo", "c@192.0.2.1"}).echo.size(),
              2U);

    const auto ports = parsed<ShowPorts>({"ports", "--config", "a.toml", "--json"});
    EXPECT_EQ(ports.config, "a.toml");
    EXPECT_TRUE(ports.json);
}

TEST(Arguments, DnsCheckCollects) {
    const auto check =
        parsed<CheckName>({"dns", "check", "--server", "127.0.0.1:5353", "--server", "2001:db8::1",
                           "--resolver", "9.9.9.9", "--type", "txt", "--type", "TYPE65280",
                           "home.example.net", "--timeout", "2s", "--json"});
    EXPECT_EQ(check.name.to_text(), "home.example.net.");
    ASSERT_EQ(check.servers.size(), 2U);
    EXPECT_EQ(check.servers[0].to_string(), "127.0.0.1:5353");
    EXPECT_EQ(check.servers[1].to_string(), "[2001:db8::1]:53");
    ASSERT_EQ(check.resolvers.size(), 1U);
    EXPECT_EQ(check.resolvers[0].to_string(), "9.9.9.9:53");
    ASSERT_EQ(check.types.size(), 2U);
    EXPECT_EQ(check.types[0], dns::RrType::txt);
    EXPECT_EQ(check.timeout, 2s);
    EXPECT_TRUE(check.json);
    const auto plain = parsed<CheckName>({"dns", "check", "home.example.net"});
    EXPECT_TRUE(plain.types.empty());
    EXPECT_EQ(plain.timeout, 5s);
}

// Wrong usage: exit code 2 and one line that names the thing.
TEST(Arguments, WrongUsageIsOneLine) {
    const std::vector<std::pair<std::vector<std::string>, std::string>> table{
        {{}, "no command"},
        {{"fly"}, "fly"},
        {{"relay"}, "--config"},
        {{"relay", "--config", "a", "--wings"}, "--wings"},
        {{"invite", "--config", "r.toml"}, "name"},
        {{"invite", "at tic", "--config", "r.toml"}, "at tic"},
        {{"invite", std::string(64, 'a'), "--config", "r.toml"}, "63"},
        {{"invite", "attic", "--config", "r.toml", "--host", "*.net"}, "--host"},
        {{"invite", "attic", "--config", "r.toml", "--port", "70000"}, "--port"},
        {{"invite", "phone", "--config", "r.toml", "--may-park", "at tic"}, "at tic"},
        {{"park", "--config", "a", "--answer", "192.0.2.1,192.0.2.256"}, "192.0.2.256"},
        {{"park", "--config", "a", "--answer", "192.0.2.1,"}, "no address"},
        {{"park", "--config", "a", "--answer", "later"}, "later"},
        {{"unpark", "--config", "a", "--answer", "nothing"}, "--answer"},
        {{"acme", "--config", "a"}, "acme"},
        {{"acme", "set", "a.net", "--config", "a"}, "value"},
        {{"acme", "set", "a.net", "two words", "--config", "a"}, "two words"},
        {{"acme", "set", "not a name", "v", "--config", "a"}, "not a name"},
        {{"acme", "set", "*.*.a.net", "v", "--config", "a"}, "*.*.a.net"},
        {{"invite", "attic", "--config", "r.toml", "--expires", "1s"}, "1s"},
        {{"invite", "attic", "--config", "r.toml", "--expires", "40d"}, "40d"},
        {{"demo", "--listen", "nowhere"}, "--listen"},
        {{"revoke", "--config", "r.toml"}, "name"},
        {{"status", "--config", "a", "extra"}, "extra"},
        {{"relay", "agent", "--config", "a"}, "agent"},
        {{"ports"}, "--config"},
        {{"address", "--time", "10m"}, "10m"},
        {{"address", "--stun", "nowhere"}, "--stun"},
        {{"address", "--echo", "nowhere"}, "nowhere"},
        {{"doctor", "--time", "1s"}, "1s"},
        {{"dns"}, "subcommand"},
        {{"dns", "check"}, "name"},
        {{"dns", "check", "a..b"}, "name"},
        {{"dns", "check", "a.b", "--server", "ns1.b"}, "--server"},
        {{"dns", "check", "a.b", "--resolver", "1.2.3.4:0"}, "--resolver"},
        {{"dns", "check", "a.b", "--type", "AXFR"}, "AXFR"},
        {{"dns", "check", "a.b", "--type", "WINGS"}, "WINGS"},
        {{"dns", "check", "a.b", "--timeout", "1h"}, "1h"},
    };
    for (const auto& [arguments, named] : table) {
        const Refusal refusal = refused(arguments);
        EXPECT_EQ(refusal.exit_code, kWrongUsage) << named;
        EXPECT_THAT(refusal.text, HasSubstr(named));
        EXPECT_THAT(refusal.text, HasSubstr("--help"));
        EXPECT_THAT(refusal.text, Not(HasSubstr("\n")));
    }
}

// --help is no failure, goes to standard output, and shows an example of the command asked about.
TEST(Arguments, HelpShowsAnExample) {
    for (const char* name :
         {"relay", "agent", "demo", "invite", "join", "agents", "revoke", "check", "status",
          "reload", "park", "unpark", "acme", "doctor", "address", "ports", "dns", "version"}) {
        const Refusal help = refused({name, "--help"});
        EXPECT_EQ(help.exit_code, kDone) << name;
        EXPECT_THAT(help.text, HasSubstr(std::string("homeport ") + name));
    }
    EXPECT_THAT(refused({"dns", "check", "--help"}).text, HasSubstr("homeport dns check home"));
    EXPECT_THAT(refused({"--help"}).text, HasSubstr("homeport demo"));
}

}  // namespace
}  // namespace homeport::cli
