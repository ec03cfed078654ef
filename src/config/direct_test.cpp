#include "config/limits.hpp"
#include "config/testing.hpp"

#include <gmock/gmock.h>

/// The settings for visitors who come straight to the home.

namespace homeport::config {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* kLeast = "[agent]\nstate_dir = \"/a\"\n";
constexpr const char* kTcp = "name = \"a\"\nkind = \"tcp\"\nport = 22\ntarget = \"a:22\"\n";
constexpr const char* kFtp =
    "name = \"a\"\nkind = \"ftp\"\nport = 21\ntarget = \"127.0.0.1:21\"\n"
    "passive = \"42000-42010\"\nhosts = [\"ftp.example.net\"]\n";

Loaded<Agent> parse(const std::string& more) {
    testing::FakeFiles files;
    files.files["p.html"] = "<p>away</p>";
    return parse_agent(kLeast + more, "agent.toml", files);
}

std::vector<std::string> problems(const std::string& more) {
    return testing::texts(parse(more));
}

/// [[service]] is line 3, its first setting line 4.
std::vector<std::string> problems_of_service(const std::string& lines) {
    return problems("[[service]]\n" + lines);
}

/// kFtp with one of its lines, "key = ...", replaced by `line`; an empty `line` removes it.
std::vector<std::string> ftp_with(const std::string& key, const std::string& line) {
    std::string text = kFtp;
    const auto begin = text.find("\n" + key + " = ") + 1;
    text.replace(begin, text.find('\n', begin) + 1 - begin, line);
    return problems_of_service(text);
}

TEST(DirectSettings, are_read) {
    const auto agent = parse("[[service]]\n" +
                             (kTcp + std::string("hosts = [\"h.net\"]\n"
                                                 "direct = \"auto\"\n"
                                                 "proxy_protocol = \"v2\"\n")) +
                             "[[service]]\nname = \"w\"\nkind = \"http\"\nhosts = [\"h.net\"]\n"
                             "target = \"a:80\"\ndirect = \"only\"\n"
                             "[[service]]\nname = \"n\"\nkind = \"http\"\nhosts = [\"n.net\"]\n"
                             "target = \"a:80\"\n");
    ASSERT_THAT(testing::texts(agent), IsEmpty());
    EXPECT_EQ(agent->services[0].direct, Direct::automatic);
    EXPECT_EQ(agent->services[1].direct, Direct::only);
    EXPECT_EQ(agent->services[2].direct, Direct::never);
    EXPECT_THAT(problems_of_service(kTcp + std::string("direct = \"always\"\n")),
                ElementsAre(HasSubstr(":8: [[service]] direct: \"always\" is not known")));
}

TEST(DirectSettings, tcp_needs_a_name_to_be_found_by) {
    EXPECT_THAT(problems_of_service(kTcp + std::string("hosts = [\"h.net\"]\n")), IsEmpty());
    for (const auto* word : {"auto", "only"}) {
        EXPECT_THAT(problems_of_service(kTcp + ("direct = \"" + std::string(word) + "\"\n")),
                    ElementsAre(HasSubstr(
                        ":8: [[service]] \"a\": nothing would lead visitors there (add hosts)")));
    }
    EXPECT_THAT(problems_of_service(kTcp + std::string("direct = \"never\"\n")), IsEmpty());
}

TEST(DirectSettings, ftp_is_read) {
    const auto agent = parse("[[service]]\n" + std::string(kFtp) +
                             "address_hook = [\"/bin/tell\", \"-a\", \"-a\"]\n"
                             "check_login = \"check:a:b\"\n");
    ASSERT_THAT(testing::texts(agent), IsEmpty());
    Service ftp;
    ftp.name = "a";
    ftp.kind = ServiceKind::ftp;
    ftp.hosts = {HostGlob::parse("ftp.example.net").value()};
    ftp.ports = PortRange{21, 21};
    ftp.target = {"127.0.0.1", {21, 21}, ""};
    ftp.direct = Direct::only;
    ftp.passive = PortRange{42000, 42010};
    ftp.address_hook = {"/bin/tell", "-a", "-a"};
    ftp.check_login = "check:a:b";
    EXPECT_EQ(agent->services.front(), ftp);
    EXPECT_THAT(problems_of_service(kFtp + std::string("direct = \"only\"\n")), IsEmpty());
}

TEST(DirectSettings, ftp_does_not_go_over_the_relay) {
    for (const auto* word : {"never", "auto"}) {
        EXPECT_THAT(problems_of_service(kFtp + ("direct = \"" + std::string(word) + "\"\n")),
                    ElementsAre(HasSubstr(":10: [[service]] \"a\": ftp does not go over the relay "
                                          "(remove direct, or write direct = \"only\")")));
    }
    EXPECT_THAT(ftp_with("hosts", ""), ElementsAre(HasSubstr("nothing would lead visitors there")));
}

TEST(DirectSettings, ftp_has_its_own_ports) {
    EXPECT_THAT(ftp_with("passive", ""), ElementsAre(HasSubstr("passive is missing")));
    EXPECT_THAT(ftp_with("port", ""), ElementsAre(HasSubstr("port is missing")));
    EXPECT_THAT(ftp_with("port", "port = \"21-22\"\n"), ElementsAre(HasSubstr("one control port")));
    EXPECT_THAT(ftp_with("passive", "passive = \"42000-42063\"\n"), IsEmpty());
    EXPECT_THAT(ftp_with("passive", "passive = \"42000-42064\"\n"),
                ElementsAre(HasSubstr(":8: [[service]] \"a\": passive has 65 ports")));
    EXPECT_THAT(ftp_with("passive", "passive = \"20-30\"\n"),
                ElementsAre(HasSubstr("passive 20-30 overlaps 21 in line 6")));
    EXPECT_THAT(ftp_with("target", "target = \"unix:/run/ftp\"\n"),
                ElementsAre(HasSubstr("ftp needs an address of this machine")));
    EXPECT_THAT(ftp_with("target", "target = \"a:21-22\"\n"),
                ElementsAre(HasSubstr("one control port")));
}

TEST(DirectSettings, ftp_guards_itself) {
    const auto more = [](const std::string& line) { return problems_of_service(kFtp + line); };
    EXPECT_THAT(more("allow = [\"192.0.2.0/24\"]\n"),
                ElementsAre(HasSubstr("which has to refuse them itself (remove allow")));
    EXPECT_THAT(more("deny = [\"192.0.2.0/24\"]\n"),
                ElementsAre(HasSubstr("which has to refuse them itself (remove deny")));
    EXPECT_THAT(more("proxy_protocol = \"v1\"\n"), ElementsAre(HasSubstr("remove proxy_protocol")));
    EXPECT_THAT(more("inner = \"seal\"\n"), ElementsAre(HasSubstr("remove inner")));
    EXPECT_THAT(more("stand_in = \"p.html\"\n"), ElementsAre(HasSubstr("remove stand_in")));
}

TEST(DirectSettings, only_ftp_has_what_ftp_needs) {
    EXPECT_THAT(
        problems_of_service(kTcp + std::string("passive = \"4000\"\naddress_hook = [\"/a\"]\n"
                                               "check_login = \"a:b\"\n")),
        ElementsAre(HasSubstr(":8: [[service]] \"a\": only an ftp service has passive"),
                    HasSubstr(":9: [[service]] \"a\": only an ftp service has address_hook"),
                    HasSubstr(":10: [[service]] \"a\": only an ftp service has check_login")));
}

TEST(DirectSettings, a_hook_is_a_program) {
    const auto hook = [](const std::string& list) {
        return problems_of_service(kFtp + ("address_hook = " + list + "\n"));
    };
    const std::string long_item(kMaxCommandItemBytes + 1, 'x');
    EXPECT_THAT(hook("[\"tell\"]"), ElementsAre(HasSubstr("\"tell\" is not an absolute path")));
    EXPECT_THAT(hook("[]"), ElementsAre(HasSubstr("the list is empty")));
    EXPECT_THAT(hook("\"/bin/tell\""), ElementsAre(HasSubstr("must be a list")));
    EXPECT_THAT(hook("[\"/bin/tell\", 1]"), ElementsAre(HasSubstr("must be a string")));
    EXPECT_THAT(hook("[\"/a\", \"" + long_item + "\"]"), ElementsAre(HasSubstr("1025 bytes")));
    EXPECT_THAT(hook("[\"/a\", \"\\u0000\"]"), ElementsAre(HasSubstr("zero byte")));
    std::string many = "[\"/a\"";
    for (std::size_t i = 1; i < kMaxCommandItems; ++i) many += ", \"\"";
    EXPECT_THAT(hook(many + "]"), IsEmpty());
    EXPECT_THAT(hook(many + ", \"\"]"), ElementsAre(HasSubstr("the list has 17 items")));
}

// A password stands in no message.
TEST(DirectSettings, a_login_is_a_secret) {
    for (const auto& login :
         {std::string("secret"), std::string(":secret"), std::string("a:secret\\r\\nDELE x"),
          "a:secret" + std::string(256, 's')}) {
        const auto found = problems_of_service(kFtp + ("check_login = \"" + login + "\"\n"));
        EXPECT_THAT(found, ElementsAre(HasSubstr(":10: [[service]] check_login: "))) << login;
        for (const std::string& line : found) {
            EXPECT_EQ(line.substr(0, line.find('(')).find("secret"), std::string::npos) << line;
        }
    }
}

TEST(DirectSettings, keep_ports_and_names_apart) {
    const auto two = [](const std::string& first, const std::string& second) {
        return problems("[[service]]\n" + first + "[[service]]\n" + second);
    };
    const std::string tcp = "name = \"b\"\nkind = \"tcp\"\ntarget = \"a:1\"\n";
    EXPECT_THAT(two(kFtp, tcp + "port = 42005\n"),
                ElementsAre(HasSubstr(":14: [[service]] \"b\": port 42005 overlaps 42000-42010 in "
                                      "line 8")));
    EXPECT_THAT(two(kFtp, tcp + "port = 21\n"), ElementsAre(HasSubstr("port 21 overlaps 21")));
    // A name for several ports of one home.
    EXPECT_THAT(two(kFtp, tcp + "port = 22\nhosts = [\"ftp.example.net\"]\n"), IsEmpty());
    EXPECT_THAT(
        two(kTcp + std::string("hosts = [\"h.net\"]\n"), tcp + "port = 23\nhosts = [\"h.net\"]\n"),
        IsEmpty());
}

TEST(ReachSettings, are_read) {
    EXPECT_EQ(parse("")->reach, Reach());
    const auto agent = parse(
        "[reach]\nports = false\nstun = [\"Stun.Example.net:3478\", \"[2001:db8::1]:3478\"]\n"
        "public_networks = [\"10.9.0.0/16\", \"0.0.0.0/0\"]\n");
    ASSERT_THAT(testing::texts(agent), IsEmpty());
    EXPECT_FALSE(agent->reach.ports);
    EXPECT_THAT(agent->reach.stun,
                ElementsAre(HostPort{"stun.example.net", 3478}, HostPort{"2001:db8::1", 3478}));
    EXPECT_THAT(agent->reach.echo, IsEmpty()) << "nobody is asked without being named";
    EXPECT_THAT(agent->reach.public_networks,
                ElementsAre(*Cidr::parse("10.9.0.0/16"), *Cidr::parse("0.0.0.0/0")));
}

TEST(ReachSettings, name_servers_to_ask) {
    const auto agent = parse(
        "[reach]\necho = [\"MyIP.opendns.com@resolver1.opendns.com\", \"TXT a.net@[::1]:54\"]\n");
    ASSERT_THAT(testing::texts(agent), IsEmpty());
    EXPECT_THAT(agent->reach.echo,
                ElementsAre(*EchoQuestion::parse("myip.opendns.com@resolver1.opendns.com"),
                            *EchoQuestion::parse("TXT a.net@[::1]:54")));
    EXPECT_THAT(problems("[reach]\necho = [\"myip.opendns.com\"]\n"),
                ElementsAre(AllOf(HasSubstr(":4: [reach] echo: "), HasSubstr("NAME@SERVER"))));
    EXPECT_THAT(problems("[reach]\necho = [\"a.net@b.net\", \"A.net@b.net:53\"]\n"),
                ElementsAre(HasSubstr("stands twice")));
    std::string nine;
    for (int i = 0; i < 9; ++i) nine += "\"a.net@s" + std::to_string(i) + "\",";
    EXPECT_THAT(problems("[reach]\necho = [" + nine + "]\n"),
                ElementsAre(HasSubstr("the list has 9 items")));
}

TEST(ReachSettings, have_bounds) {
    EXPECT_THAT(problems("[reach]\nstun = [\"stun.example.net\"]\n"),
                ElementsAre(HasSubstr(":4: [reach] stun: ")));
    EXPECT_THAT(problems("[reach]\npublic_networks = [\"10.9.0.1/16\"]\n"),
                ElementsAre(HasSubstr(":4: [reach] public_networks: ")));
    std::string nine;
    for (int i = 0; i < 9; ++i) nine += "\"s" + std::to_string(i) + ":1\",";
    EXPECT_THAT(problems("[reach]\nstun = [" + nine + "]\n"),
                ElementsAre(HasSubstr("the list has 9 items")));
}

TEST(RelayDns, may_let_homes_be_at_private_addresses) {
    testing::FakeFiles files;
    const std::string dns =
        testing::kLeastRelay + std::string("[dns]\nlisten = [\"0.0.0.0:53\"]\n");
    EXPECT_FALSE(parse_relay(dns, "r", files)->dns->allow_private);
    EXPECT_TRUE(parse_relay(dns + "allow_private = true\n", "r", files)->dns->allow_private);
}

}  // namespace
}  // namespace homeport::config
