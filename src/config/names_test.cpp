#include "config/fields.hpp"
#include "config/limits.hpp"
#include "config/testing.hpp"

#include <gmock/gmock.h>

namespace homeport::config {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const std::string kDns = std::string(testing::kLeastRelay) +
                         "[dns]\nlisten = [\"0.0.0.0:53\"]\n"
                         "[[zone]]\nname = \"dyn.example.net\"\nrecords = [\"x\"]\n";
const std::string kLeast = kDns +
                           "[names]\nlisten = [\"127.0.0.1:8053\"]\nzones = "
                           "[\"dyn.example.net\"]\n";

struct NamesSettings : ::testing::Test {
    testing::FakeFiles files;

    Loaded<Relay> parse(const std::string& text) {
        return parse_relay(text, "/etc/homeport/relay.toml", files);
    }
    /// The least file with more lines; the first of them is line 13.
    std::string problem_with(const std::string& more) { return problem_of(kLeast + more); }
    std::string problem_of(const std::string& text) {
        const auto found = testing::texts(parse(text));
        EXPECT_THAT(found, SizeIs(1)) << text;
        return found.empty() ? "" : found.front();
    }
};

TEST_F(NamesSettings, have_the_stated_defaults) {
    EXPECT_FALSE(parse(kDns)->names);
    Names expected;
    expected.listen = {Endpoint::parse("127.0.0.1:8053").value()};
    expected.zones = {"dyn.example.net"};
    EXPECT_EQ(parse(kLeast)->names, expected);
    Names table;
    std::string full = kLeast;
    for (const Field& field : names_section(table, "").fields) {
        if (field.need == Need::optional && field.absent.empty())
            full += std::string(field.name) + " = " + std::string(field.example) + "\n";
    }
    EXPECT_EQ(parse(full)->names, expected);
}

TEST_F(NamesSettings, are_all_read) {
    const auto relay = parse(kDns + std::string(R"([names]
listen = ["0.0.0.0:443", "[::]:443"]
zones = ["DYN.example.net."]
certificate = "names.pem"
private_key = "/etc/ssl/names.key"
trusted_proxies = ["10.0.0.0/8"]
ttl = "30s"
quarantine = "0s"
names_per_account = 20
sign_up = false
difficulty = 24
sign_ups_per_day = 0
rate_limit = 1000
change_interval = "0s"
expire_after = "365d"
reserved = ["Shop", "mail*"]
allow_private = true
)"));
    ASSERT_THAT(testing::texts(relay), IsEmpty());
    const Names expected{
        {Endpoint::parse("0.0.0.0:443").value(), Endpoint::parse("[::]:443").value()},
        {"dyn.example.net"},
        "/etc/homeport/names.pem",
        "/etc/ssl/names.key",
        {Cidr::parse("10.0.0.0/8").value()},
        30s,
        0s,
        20,
        false,
        24,
        0,
        1000,
        0s,
        365 * 24h,
        {"shop", "mail*"},
        true};
    EXPECT_EQ(relay->names, expected);
}

TEST_F(NamesSettings, check_every_kind_of_value) {
    EXPECT_THAT(testing::texts(parse(kDns + "[names]\n")),
                ElementsAre(HasSubstr(":10: [names] listen is missing"),
                            HasSubstr(":10: [names] zones is missing")));
    EXPECT_THAT(problem_with("ttl = \"2h\"\n"), HasSubstr(":13: [names] ttl: \"2h\" is out of"));
    EXPECT_THAT(problem_with("ttl = \"1500ms\"\n"), HasSubstr("ttl is no whole number of seconds"));
    EXPECT_THAT(problem_with("quarantine = \"31d\"\n"), HasSubstr("allowed is 0s to 30d"));
    EXPECT_THAT(problem_with("quarantine = \"1ms\"\n"),
                HasSubstr(":13: [names] quarantine is no whole number"));
    EXPECT_THAT(problem_with("change_interval = \"2h\"\n"), HasSubstr("allowed is 0s to 1h"));
    EXPECT_THAT(problem_with("expire_after = \"6d\"\n"), HasSubstr("allowed is 7d to 3650d"));
    EXPECT_THAT(problem_with("names_per_account = 0\n"), HasSubstr("allowed is 1 to 1000"));
    EXPECT_THAT(problem_with("difficulty = 7\n"), HasSubstr("allowed is 8 to 32"));
    EXPECT_THAT(problem_with("difficulty = 33\n"), HasSubstr("allowed is 8 to 32"));
    EXPECT_THAT(problem_with("sign_up = 1\n"), HasSubstr("must be true or false, not a whole"));
    EXPECT_THAT(problem_with("certificate = \"\"\nprivate_key = \"k\"\n"),
                HasSubstr("is not a file"));
    EXPECT_THAT(problem_with("trusted_proxies = [\"0.0.0.0/0\"]\n"), HasSubstr("could forge"));
    EXPECT_THAT(problem_with("reserved = [\"a\", \"A\"]\n"), HasSubstr("stands twice"));
    for (const std::string label : {"", "*", "a.b", "a*b", "a**", "a b", "\xc3\xa4"}) {
        EXPECT_THAT(problem_with("reserved = [\"" + label + "\"]\n"),
                    HasSubstr("is not the first part of a name (use letters, digits and hyphens"));
    }
    EXPECT_THAT(problem_with("reserved = [\"" + std::string(64, 'a') + "\"]\n"),
                HasSubstr("is not the first part of a name"));
}

TEST_F(NamesSettings, are_below_zones_of_the_relay) {
    EXPECT_THAT(problem_of(kDns + "[names]\nlisten = [\"127.0.0.1:8053\"]\nzones = "
                                  "[\"dyn.example.net\",\n\"example.org\"]\n"),
                HasSubstr(":13: [names] zones: there is no zone \"example.org\" (add [[zone]] with "
                          "name = \"example.org\", or "));
    EXPECT_THAT(problem_of(std::string(testing::kLeastRelay) +
                           "[names]\nlisten = [\"127.0.0.1:8053\"]\nzones = [\"a.net\"]\n"),
                HasSubstr(":5: [names] without [dns]: nobody could look up a name (add [dns] "));
}

// Passwords do not cross the net in the clear unless a proxy in front was named.
TEST_F(NamesSettings, want_encryption_where_others_listen) {
    const auto with = [](const std::string& more) {
        return kDns + "[names]\nzones = [\"dyn.example.net\"]\nlisten = [\"127.0.0.1:80\",\n" +
               "\"192.0.2.1:80\"]\n" + more;
    };
    EXPECT_THAT(problem_of(with("")),
                HasSubstr(":13: [names] listen: passwords would come to 192.0.2.1:80 without "
                          "encryption (add certificate and private_key, or list your proxy in "
                          "trusted_proxies)"));
    EXPECT_THAT(problem_of(with("trusted_proxies = []\n")), HasSubstr("without encryption"));
    EXPECT_THAT(problem_of(with("certificate = \"c\"\n")),
                HasSubstr(":14: [names] certificate without private_key (add for example "));
    EXPECT_THAT(problem_of(with("private_key = \"k\"\n")),
                HasSubstr(":14: [names] private_key without certificate"));
    for (const auto* more :
         {"trusted_proxies = [\"192.0.2.2\"]\n", "certificate = \"c\"\nprivate_key = \"k\"\n"}) {
        EXPECT_THAT(testing::texts(parse(with(more))), IsEmpty());
    }
}

TEST_F(NamesSettings, listen_where_nobody_else_does) {
    EXPECT_THAT(problem_with("[front]\nhttp = [\"0.0.0.0:8053\"]\n"),
                HasSubstr(":14: [front] http: 0.0.0.0:8053 is taken by [names] listen"));
}

TEST_F(NamesSettings, have_limits) {
    std::string many;
    for (std::size_t i = 0; i <= kMaxReservedLabels; ++i)
        many += "\"w" + std::to_string(i) + "\",\n";
    EXPECT_THAT(problem_with("reserved = [\n" + many + "]\n"), HasSubstr("allowed are 1000"));
}

}  // namespace
}  // namespace homeport::config
