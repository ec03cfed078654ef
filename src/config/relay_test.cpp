#include "config/limits.hpp"
#include "config/testing.hpp"

#include <gmock/gmock.h>

namespace homeport::config {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

using testing::kLeastRelay;

Loaded<Relay> parse(const std::string& text) {
    testing::FakeFiles files;
    return parse_relay(text, "relay.toml", files);
}

std::vector<std::string> problems(const std::string& text) {
    return testing::texts(parse(text));
}

/// The least file with more lines; the first of them is line 5.
std::vector<std::string> problems_with(const std::string& more) {
    return problems(kLeastRelay + more);
}

// What is left out has the default that the documentation states.
TEST(RelaySettings, have_defaults) {
    const auto relay = parse(kLeastRelay);
    ASSERT_THAT(testing::texts(relay), IsEmpty());
    Relay expected;
    expected.state_dir = "/var/lib/homeport/relay";
    expected.listen = {Endpoint::parse("0.0.0.0:7843").value()};
    expected.public_address = {"relay.example.net", 7843};
    expected.control = "/var/lib/homeport/relay/control.sock";
    EXPECT_EQ(*relay, expected);
}

// The example of the interface, every setting in use.
TEST(RelaySettings, are_all_read) {
    const auto relay = parse(R"([relay]
name = "relay1"
state_dir = "/var/lib/homeport/relay/"
listen = ["0.0.0.0:7843", "[::]:7843"]
public_address = "Relay.Example.net:7843"
control = "/run/homeport/relay.sock"
[front]
address = "192.0.2.1"
http = ["0.0.0.0:80"]
tls = ["0.0.0.0:443"]
trusted_proxies = ["10.0.0.0/8"]
[park]
wait = "10s"
per_service = 100
per_source = 10
[resume]
window = "60s"
stream_bytes = "1MiB"
session_bytes = "16MiB"
total_bytes = "128MiB"
[stand_in]
directory = "/etc/homeport/stand-in"
[log]
level = "debug"
[metrics]
listen = "127.0.0.1:9843"
)");
    ASSERT_THAT(testing::texts(relay), IsEmpty());
    Relay expected;
    expected.name = "relay1";
    expected.state_dir = "/var/lib/homeport/relay";
    expected.listen = {Endpoint::parse("0.0.0.0:7843").value(),
                       Endpoint::parse("[::]:7843").value()};
    expected.public_address = {"relay.example.net", 7843};
    expected.control = "/run/homeport/relay.sock";
    expected.front = {IpAddress::parse("192.0.2.1").value(),
                      {Endpoint::parse("0.0.0.0:80").value()},
                      {Endpoint::parse("0.0.0.0:443").value()},
                      {Cidr::parse("10.0.0.0/8").value()}};
    expected.park = {10s, 100, 10};
    expected.resume = {60s, 1 * kMiB, 16 * kMiB, 128 * kMiB};
    expected.stand_in_directory = "/etc/homeport/stand-in";
    expected.log_level = Level::debug;
    expected.metrics = Endpoint::parse("127.0.0.1:9843").value();
    EXPECT_EQ(*relay, expected);
}

// Every fault is told in one run, in the order of the lines, with what to do.
TEST(RelaySettings, report_every_problem_at_once) {
    const auto found = problems(R"([relay]
stat_dir = "/var/lib/homeport"
listen = []
public_address = "relay.example.net"
[park]
wait = "20m"
per_service = "many"
[resume]
window = 30
[front]
http = ["0.0.0.0:80",
        "0.0.0.0:99999"]
)");
    EXPECT_THAT(
        found,
        ElementsAre(
            "relay.toml:1: [relay] state_dir is missing (add for example state_dir = "
            "\"/var/lib/homeport/relay\")",
            "relay.toml:2: unknown setting \"stat_dir\" in [relay] (did you mean \"state_dir\"?)",
            "relay.toml:3: [relay] listen: the list is empty (write for example listen = "
            "[\"0.0.0.0:7843\"])",
            "relay.toml:4: [relay] public_address: \"relay.example.net\" has no port (write "
            "host:port)",
            "relay.toml:6: [park] wait: \"20m\" is out of range (allowed is 0s to 10m)",
            "relay.toml:7: [park] per_service: must be a whole number, not a string (write for "
            "example per_service = 1024)",
            "relay.toml:9: [resume] window: must be a string, not a whole number (write for "
            "example window = \"120s\")",
            "relay.toml:12: [front] http: \"0.0.0.0:99999\" needs a port from 1 to 65535 (write "
            "for example http = [\"0.0.0.0:80\"])"));
}

TEST(RelaySettings, need_their_table_and_its_settings) {
    EXPECT_THAT(problems(""), ElementsAre(HasSubstr("relay.toml:1: [relay] is missing")));
    EXPECT_THAT(problems("\n[relay]\n"),
                ElementsAre(HasSubstr(":2: [relay] state_dir is missing"),
                            HasSubstr(":2: [relay] listen is missing"),
                            HasSubstr(":2: [relay] public_address is missing")));
}

// Whoever writes a setting in the wrong place is told the right one.
TEST(RelaySettings, say_where_a_misplaced_setting_belongs) {
    EXPECT_THAT(problems_with("wait = \"1s\"\n"),
                ElementsAre(HasSubstr(":5: unknown setting \"wait\" in [relay] (it belongs in "
                                      "[park])")));
    EXPECT_THAT(problems("state_dir = \"/x\"\n" + std::string(kLeastRelay)),
                ElementsAre(HasSubstr("outside of the tables (write it below [relay])")));
    EXPECT_THAT(problems_with("[[service]]\nname = \"web\"\n"),
                ElementsAre(HasSubstr(":5: unknown table \"service\" (it belongs in the settings "
                                      "of an agent)")));
    EXPECT_THAT(problems_with("[frnot]\n"),
                ElementsAre(HasSubstr(":5: unknown table \"frnot\" (did you mean \"front\"?)")));
    EXPECT_THAT(problems_with("[smtp]\n"), ElementsAre(HasSubstr("(known are relay, front,")));
    EXPECT_THAT(problems("relay = 5\n"),
                ElementsAre(HasSubstr(":1: relay must be a table, not a whole number")));
    EXPECT_THAT(problems_with("[[park]]\n"), ElementsAre(HasSubstr("write [park] once")));
}

TEST(RelaySettings, must_be_toml) {
    EXPECT_THAT(problems("[relay]\nname = \"a\n"), ElementsAre(HasSubstr("relay.toml:2: ")));
    EXPECT_THAT(problems("[relay]\nname = \"a\"\nname = \"b\"\n"),
                ElementsAre(HasSubstr("relay.toml:3: ")));
    EXPECT_THAT(problems("[relay]\nname = \"\xff\"\n"), ElementsAre(HasSubstr("relay.toml:2: ")));
    EXPECT_THAT(problems("\n" + std::string(5000, ' ')),
                ElementsAre(HasSubstr("relay.toml:2: the line is longer than 4096 bytes")));
}

// A file of nothing but faults is not answered with as many lines.
TEST(RelaySettings, end_the_list_of_problems) {
    std::string many = kLeastRelay;
    for (int i = 0; i < 3000; ++i) many += "k" + std::to_string(i) + " = 1\n";
    EXPECT_THAT(problems(many), SizeIs(kMaxProblems));
}

// The TOML parser asserts on these; they are faults of the file like others.
TEST(RelaySettings, survive_a_header_without_a_name) {
    for (const auto* header :
         {"[", "[=", "[.a]", "[[#", " [ \xc3\xbc]", "[\t= 1", "[,", "[]", "[[]]"}) {
        EXPECT_THAT(problems(kLeastRelay + std::string(header) + "\n[log]\n"),
                    ElementsAre(HasSubstr("relay.toml:5: ")))
            << header;
    }
}

// As deep as the line limit allows, and in a list too: no overflow of the stack, only problems.
TEST(RelaySettings, survive_deep_nesting) {
    std::string dotted;
    for (int i = 0; i < 2000; ++i) dotted += "a.";
    EXPECT_THAT(problems_with("[" + dotted + "a]\n" + dotted + "a = 1\n"), SizeIs(1));
    EXPECT_THAT(problems("x = " + std::string(2000, '[') + std::string(2000, ']')), SizeIs(1));
}

TEST(RelaySettings, check_every_kind_of_value) {
    const auto one = [](const std::string& line) {
        const auto found = problems_with(line + "\n");
        EXPECT_THAT(found, SizeIs(1)) << line;
        return found.empty() ? "" : found.front();
    };
    EXPECT_THAT(one("name = \"a b\""), HasSubstr("is not a name"));
    EXPECT_THAT(one("name = \"\""), HasSubstr("is not a name"));
    EXPECT_THAT(one("control = \"relay.sock\""), HasSubstr("is not an absolute path"));
    EXPECT_THAT(one("control = \"/" + std::string(107, 'a') + "\""), HasSubstr("has 108 bytes"));
    EXPECT_THAT(one("control = \"/a\\u0000b\""), HasSubstr("zero byte"));
    EXPECT_THAT(one("[front]\naddress = \"localhost\""), HasSubstr("is not an IPv4 or IPv6"));
    EXPECT_THAT(one("[front]\nhttp = \"0.0.0.0:80\""), HasSubstr("must be a list, not a string"));
    EXPECT_THAT(one("[front]\nhttp = [80]"), HasSubstr("must be a string, not a whole number"));
    EXPECT_THAT(one("[front]\ntrusted_proxies = [\"10.0.0.1/8\"]"), HasSubstr("bits set"));
    EXPECT_THAT(one("[park]\nwait = \"soon\""), HasSubstr("is not a duration"));
    EXPECT_THAT(one("[park]\nper_service = -1"), HasSubstr("-1 is out of range"));
    EXPECT_THAT(one("[park]\nper_source = 0"), HasSubstr("0 is out of range"));
    EXPECT_THAT(one("[resume]\nwindow = \"500ms\""), HasSubstr("allowed is 1s to 1h"));
    EXPECT_THAT(one("[resume]\nstream_bytes = \"63KiB\""), HasSubstr("allowed is 64KiB to 1GiB"));
    EXPECT_THAT(one("[resume]\nstream_bytes = \"4MB\""), HasSubstr("is not a size"));
    EXPECT_THAT(one("[stand_in]\ndirectory = \"pages\""), HasSubstr("is not an absolute path"));
    EXPECT_THAT(one("[log]\nlevel = \"loud\""), HasSubstr("\"loud\" is not known (write one of"));
    EXPECT_THAT(one("[metrics]\nlisten = \":9843\""), HasSubstr("is not host:port"));
    EXPECT_THAT(one("[metrics]\nlisten = true"), HasSubstr("not true or false"));
}

TEST(RelaySettings, need_an_address_that_agents_can_use) {
    for (const auto* address : {"0.0.0.0:7843", "[::]:7843", "a b:7843", "*.example.net:7843"}) {
        const auto found = problems("[relay]\nstate_dir = \"/s\"\nlisten = [\"0.0.0.0:7843\"]\n" +
                                    ("public_address = \"" + std::string(address)) + "\"\n");
        EXPECT_THAT(found, ElementsAre(HasSubstr("relay.toml:4: "))) << address;
    }
}

// Two listeners that cannot both be bound are found before the start, wherever they stand.
TEST(RelaySettings, find_listeners_in_each_others_way) {
    EXPECT_THAT(problems_with("[front]\nhttp = [\"127.0.0.1:7843\"]\n"),
                ElementsAre(HasSubstr(":6: [front] http: 127.0.0.1:7843 is taken by [relay] listen "
                                      "0.0.0.0:7843 in line 3")));
    EXPECT_THAT(problems_with("[front]\nhttp = [\"0.0.0.0:80\"]\ntls = [\"0.0.0.0:80\"]\n"),
                ElementsAre(HasSubstr(":7: [front] tls")));
    EXPECT_THAT(problems_with("[front]\nhttp = [\"0.0.0.0:80\", \"0.0.0.0:80\"]\n"),
                ElementsAre(HasSubstr("stands twice")));
    EXPECT_THAT(problems_with("[metrics]\nlisten = \"127.0.0.1:7843\"\n"),
                ElementsAre(HasSubstr(":6: [metrics] listen")));
    EXPECT_THAT(problems_with("[front]\nhttp = [\"0.0.0.0:80\", \"[::]:80\"]\n"), IsEmpty());
    EXPECT_THAT(problems_with("[front]\nhttp = [\"192.0.2.1:80\", \"192.0.2.2:80\"]\n"), IsEmpty());
}

TEST(RelaySettings, compare_the_sizes_with_each_other) {
    EXPECT_THAT(problems_with("[resume]\nstream_bytes = \"128MiB\"\n"),
                ElementsAre(HasSubstr(":6: [resume] session_bytes (64MiB) is smaller than "
                                      "stream_bytes (128MiB)")));
    EXPECT_THAT(problems_with("[resume]\n\ntotal_bytes = \"1MiB\"\n"),
                ElementsAre(HasSubstr(":7: [resume] total_bytes (1MiB) is smaller than "
                                      "session_bytes (64MiB)")));
    EXPECT_THAT(problems_with("[park]\nper_service = 10\n"),
                ElementsAre(HasSubstr(":6: [park] per_source (64) is more than per_service (10)")));
}

// Trust in everybody would let every visitor choose his address.
TEST(RelaySettings, refuse_to_trust_everybody) {
    for (const auto* all : {"0.0.0.0/0", "::/0"}) {
        EXPECT_THAT(problems_with("[front]\ntrusted_proxies = [\"" + std::string(all) + "\"]\n"),
                    ElementsAre(HasSubstr("could forge")));
    }
    EXPECT_THAT(problems_with("[front]\ntrusted_proxies = []\n"), IsEmpty());
}

TEST(RelaySettings, keep_the_control_socket_short_enough) {
    const std::string folder = "/" + std::string(100, 'a');
    const std::string rest = "listen = [\"0.0.0.0:1\"]\npublic_address = \"a:1\"\n";
    const std::string text = "[relay]\nstate_dir = \"" + folder + "\"\n" + rest;
    EXPECT_THAT(problems(text), ElementsAre(HasSubstr(":2: [relay] state_dir is too long")));
    EXPECT_THAT(problems(text + "control = \"/run/relay.sock\"\n"), IsEmpty());
}

// A value in a message cannot break the line or run over the screen.
TEST(RelaySettings, quote_values_in_one_line) {
    const auto found = problems_with("name = \"a\\nb\\u001b[2J" + std::string(900, 'x') + "\"\n");
    ASSERT_THAT(found, SizeIs(1));
    EXPECT_THAT(found.front(), HasSubstr("\"a?b?[2J"));
    EXPECT_LT(found.front().size(), 600U);
}

}  // namespace
}  // namespace homeport::config
