#include "config/fields.hpp"
#include "config/limits.hpp"
#include "config/testing.hpp"
#include "core/base64.hpp"
#include "core/bytes.hpp"

#include <gmock/gmock.h>

namespace homeport::config {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

const std::string kLeast = std::string(testing::kLeastRelay) +
                           "[dns]\nlisten = [\"0.0.0.0:53\"]\ncatalog = \"cat.example\"\n"
                           "[[zone]]\nname = \"example.net\"\nrecords = [\"x\"]\n";
constexpr const char* kSecret = "QUJDREVGR0hJSktMTU5PUA==";  // ABCDEFGHIJKLMNOP
const std::string kKey =
    "[[key]]\nname = \"home-key\"\nsecret = \"" + std::string(kSecret) + "\"\n";
const std::string kSecondary = "[[secondary]]\naddress = \"192.0.2.53:53\"\n";

std::vector<std::byte> octets(std::string_view text) {
    const auto bytes = std::as_bytes(std::span(text));
    return {bytes.begin(), bytes.end()};
}

struct DnsKeySettings : ::testing::Test {
    testing::FakeFiles files;

    Loaded<Relay> parse(const std::string& more) {
        return parse_relay(kLeast + more, "/etc/homeport/relay.toml", files);
    }
    /// The least file with more lines; the first of them is line 11.
    std::vector<std::string> problems_with(const std::string& more) {
        return testing::texts(parse(more));
    }
    std::string problem_with(const std::string& more) {
        const auto found = problems_with(more);
        EXPECT_THAT(found, SizeIs(1)) << more;
        return found.empty() ? "" : found.front();
    }
};

TEST_F(DnsKeySettings, have_the_stated_defaults) {
    DnsKey key;
    key.name = "home-key";
    key.secret = octets("ABCDEFGHIJKLMNOP");
    Secondary secondary;
    secondary.address = Endpoint::parse("192.0.2.53:53").value();
    const auto least = parse(kKey + kSecondary);
    ASSERT_THAT(testing::texts(least), IsEmpty());
    EXPECT_THAT(least->keys, ElementsAre(key));
    EXPECT_THAT(least->secondaries, ElementsAre(secondary));
    EXPECT_THAT(parse("")->keys, IsEmpty());
    EXPECT_THAT(parse("")->secondaries, IsEmpty());
    DnsKey table;
    std::string full = kKey;
    for (const Field& field : key_section(table, "", files).fields) {
        if (field.need == Need::optional && field.absent.empty())
            full += std::string(field.name) + " = " + std::string(field.example) + "\n";
    }
    EXPECT_THAT(parse(full)->keys, ElementsAre(key));
}

TEST_F(DnsKeySettings, are_all_read) {
    files.files["/etc/homeport/home.key"] = "QUJDREVGR0hJSktMTU5PUA==\r\n";
    const auto relay = parse(R"([[key]]
name = "Home-Key.Example.NET."
algorithm = "hmac-sha512"
secret_file = "home.key"
transfer = ["Example.net", "cat.example"]
update = ["Home.example.net", "*.dyn.example.net", "example.net"]
types = ["a", "Https", "TYPE65280"]
[[key]]
name = "all"
secret = "QUJDREVGR0hJSktMTU5PUA=="
transfer = ["*"]
[[secondary]]
address = "192.0.2.53:53"
key = "HOME-KEY.example.net"
zones = ["example.net", "cat.example"]
[[secondary]]
address = "[2001:db8::53]:5353"
)");
    ASSERT_THAT(testing::texts(relay), IsEmpty());
    const DnsKey first{
        "home-key.example.net",
        "hmac-sha512",
        octets("ABCDEFGHIJKLMNOP"),
        {"example.net", "cat.example"},
        {HostGlob::parse("home.example.net").value(), HostGlob::parse("*.dyn.example.net").value(),
         HostGlob::parse("example.net").value()},
        {"A", "HTTPS", "TYPE65280"}};
    ASSERT_THAT(relay->keys, SizeIs(2));
    EXPECT_EQ(relay->keys[0], first);
    EXPECT_THAT(relay->keys[1].transfer, ElementsAre("*"));
    EXPECT_THAT(relay->secondaries,
                ElementsAre(Secondary{Endpoint::parse("192.0.2.53:53").value(),
                                      "home-key.example.net",
                                      {"example.net", "cat.example"}},
                            Secondary{Endpoint::parse("[2001:db8::53]:5353").value(), "", {}}));
}

TEST_F(DnsKeySettings, check_every_kind_of_value) {
    EXPECT_THAT(problem_with("[[key]]\nsecret = \"" + std::string(kSecret) + "\"\n"),
                HasSubstr("relay.toml:11: [[key]] name is missing"));
    EXPECT_THAT(problem_with("[key]\nname = \"a\"\n"), HasSubstr("write [[key]] with two"));
    EXPECT_THAT(problem_with(kKey + "algorithm = \"hmac-md5\"\n"),
                AllOf(HasSubstr(":14: [[key]] algorithm: \"hmac-md5\" is not known"),
                      HasSubstr("\"hmac-sha384\"")));
    EXPECT_THAT(problem_with(kKey + "transfer = []\n"), HasSubstr("the list is empty"));
    EXPECT_THAT(problem_with(kKey + "transfer = [\"*\", \"example.net\"]\n"),
                HasSubstr("\"*\" is not the name of a domain"));
    EXPECT_THAT(problem_with(kKey + "update = [\"**.example.net\"]\n"),
                HasSubstr("is not a host name (write \"home.example.net\" or "));
    EXPECT_THAT(problem_with(kKey + "types = []\n"), HasSubstr("the list is empty"));
    EXPECT_THAT(problem_with(kKey + "types = [\"a\", \"A\"]\n"), HasSubstr("stands twice"));
    EXPECT_THAT(problem_with(kKey + "types = [\"A A\"]\n"),
                HasSubstr("\"A A\" is not a type of records (write for example types = "));
    EXPECT_THAT(problem_with(kKey + "types = [\"" + std::string(17, 'A') + "\"]\n"),
                HasSubstr("is not a type of records"));
    EXPECT_THAT(problem_with("[[secondary]]\n"), HasSubstr("[[secondary]] address is missing"));
    EXPECT_THAT(problem_with("[[secondary]]\naddress = \"192.0.2.53\"\n"), HasSubstr("port"));
    EXPECT_THAT(problem_with("[[secondary]]\naddress = \"0.0.0.0:53\"\n"),
                HasSubstr("is no address to connect to"));
    EXPECT_THAT(problem_with(kSecondary + "zones = []\n"), HasSubstr("the list is empty"));
}

TEST_F(DnsKeySettings, want_one_secret_of_a_fit_length) {
    EXPECT_THAT(problem_with("[[key]]\nname = \"a\"\n"),
                HasSubstr(":11: [[key]] \"a\": neither secret nor secret_file (add for example "));
    files.files["/etc/homeport/k"] = kSecret;
    EXPECT_THAT(problem_with(kKey + "secret_file = \"k\"\n"),
                HasSubstr(":14: [[key]] \"home-key\": both secret and secret_file (remove one"));
    const auto of_size = [](std::size_t size) {
        return "[[key]]\nname = \"a\"\nsecret = \"" + to_base64(octets(std::string(size, 'x'))) +
               "\"\n";
    };
    EXPECT_THAT(problems_with(of_size(16)), IsEmpty());
    EXPECT_THAT(problems_with(of_size(512)), IsEmpty());
    EXPECT_THAT(
        problem_with(of_size(15)),
        HasSubstr(":13: [[key]] secret: the secret has 15 octets (allowed are 16 to 512; "));
    EXPECT_THAT(problem_with(of_size(513)), HasSubstr("has 513 octets"));
    EXPECT_THAT(problem_with("[[key]]\nname = \"a\"\nsecret_file = \"none\"\n"),
                HasSubstr(":13: [[key]] secret_file: /etc/homeport/none is missing (check the"));
    for (const auto& text : {std::string(), std::string("\n"), std::string(1000, 'A')}) {
        files.files["/etc/homeport/k"] = text;
        EXPECT_THAT(problem_with("[[key]]\nname = \"a\"\nsecret_file = \"k\"\n"),
                    HasSubstr(":13: [[key]] secret_file: the secret has "));
    }
}

// What is wrong with a secret is told without it.
TEST_F(DnsKeySettings, never_show_a_secret) {
    const std::string key = "[[key]]\nname = \"a\"\n";
    for (const auto* text : {"hunter2", "aHVudGVyMg==", "hunter2hunter2hunter2hunter"}) {
        files.files["/etc/homeport/k"] = text;
        const auto listed = problems_with(key + "secret = \"" + text + "\"\n");
        const auto in_file = problems_with(key + "secret_file = \"k\"\n");
        EXPECT_THAT(listed, ElementsAre(HasSubstr("openssl rand -base64 32")));
        EXPECT_THAT(in_file, ElementsAre(HasSubstr("openssl rand -base64 32")));
        EXPECT_THAT(listed, Each(Not(AnyOf(HasSubstr("hunter"), HasSubstr("aHVu")))));
        EXPECT_THAT(in_file, Each(Not(AnyOf(HasSubstr("hunter"), HasSubstr("aHVu")))));
    }
    EXPECT_THAT(
        problems_with(key + "secert = \"hunter2\"\n"),
        AllOf(Contains(HasSubstr("did you mean \"secret\"?")), Each(Not(HasSubstr("hunter")))));
}

TEST_F(DnsKeySettings, name_only_what_is_there) {
    EXPECT_THAT(
        problem_with(kKey + "transfer = [\"example.net\",\n\"example.org\"]\n"),
        HasSubstr(":15: [[key]] \"home-key\": transfer \"example.org\" is no zone here (write "));
    EXPECT_THAT(problems_with(kKey + "update = [\"example.org\", \"badexample.net\",\n"
                                     "\"*.dyn.example.org\", \"a.cat.example\"]\n"),
                ElementsAre(HasSubstr(":14: [[key]] \"home-key\": update \"example.org\" is in no"),
                            HasSubstr(":14: [[key]] \"home-key\": update \"badexample.net\""),
                            HasSubstr(":15: [[key]] \"home-key\": update \"*.dyn.example.org\""),
                            HasSubstr(":15: [[key]] \"home-key\": update \"a.cat.example\"")));
    EXPECT_THAT(problem_with(kSecondary + "key = \"away-key\"\n"),
                HasSubstr(":13: [[secondary]] \"192.0.2.53:53\": there is no key \"away-key\" "
                          "(write the name of a [[key]])"));
    EXPECT_THAT(problem_with(kSecondary + "zones = [\"a.example.net\"]\n"),
                HasSubstr(":13: [[secondary]] \"192.0.2.53:53\": zones \"a.example.net\" is no"));
}

TEST_F(DnsKeySettings, stand_once) {
    EXPECT_THAT(problem_with(kKey + kKey),
                HasSubstr(":15: [[key]] name \"home-key\" is taken in line 12 (give each key "));
    EXPECT_THAT(problem_with(kSecondary + kSecondary),
                HasSubstr(":14: [[secondary]] address \"192.0.2.53:53\" is taken in line 12 ("));
}

// One fault is told once, not again wherever the name is used.
TEST_F(DnsKeySettings, do_not_repeat_a_fault) {
    EXPECT_THAT(problem_with("[[zone]]\nname = \"a b\"\nrecords = [\"x\"]\n" + kKey +
                             "transfer = [\"a.org\"]\nupdate = [\"a.org\"]\n"),
                HasSubstr(":12: [[zone]] name"));
    EXPECT_THAT(problem_with("[[key]]\nname = \"a b\"\nsecret = \"" + std::string(kSecret) +
                             "\"\n" + kSecondary + "key = \"a.b\"\n"),
                HasSubstr(":12: [[key]] name"));
}

TEST_F(DnsKeySettings, need_a_name_server) {
    const auto found =
        testing::texts(parse_relay(testing::kLeastRelay + kKey + kSecondary, "f", files));
    EXPECT_THAT(found, ElementsAre(HasSubstr("f:5: [[key]] without [dns] (add [dns] with "),
                                   HasSubstr("f:8: [[secondary]] without [dns]")));
    EXPECT_THAT(testing::texts(parse_agent("[agent]\nstate_dir = \"/s\"\n" + kKey, "f", files)),
                ElementsAre(HasSubstr("f:3: unknown table \"key\" (it belongs in the settings of a "
                                      "relay)")));
}

TEST_F(DnsKeySettings, have_limits) {
    const auto tables = [](const std::string& name, std::size_t count) {
        std::string text;
        for (std::size_t i = 0; i < count; ++i) text += "[[" + name + "]]\n";
        return text;
    };
    EXPECT_THAT(problem_with(tables("key", kMaxDnsKeys + 1)),
                HasSubstr(":10011: more than 10000 tables [[key]]"));
    EXPECT_THAT(problem_with(tables("secondary", kMaxSecondaries + 1)),
                HasSubstr(":111: more than 100 tables [[secondary]]"));
    std::string types;
    for (std::size_t i = 0; i <= kMaxUpdateTypes; ++i) types += "\"T" + std::to_string(i) + "\",";
    EXPECT_THAT(problem_with(kKey + "types = [" + types + "]\n"), HasSubstr("allowed are 16"));
    files.files["/etc/homeport/k"] = std::string(kMaxSecretFileBytes + 1, 'A');
    EXPECT_THAT(problem_with("[[key]]\nname = \"a\"\nsecret_file = \"k\"\n"),
                HasSubstr("/etc/homeport/k is too long"));
}

}  // namespace
}  // namespace homeport::config
