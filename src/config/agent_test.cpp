#include "config/limits.hpp"
#include "config/testing.hpp"

#include <gmock/gmock.h>

namespace homeport::config {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr const char* kLeast = "[agent]\nstate_dir = \"/var/lib/homeport/agent\"\n";

Loaded<Agent> parse(const std::string& text) {
    testing::FakeFiles files;
    files.files["/etc/homeport/web.html"] = "<p>away</p>";
    files.files["/srv/page.html"] = "<p>srv</p>";
    files.files["/etc/homeport/empty.html"] = "";
    files.files["/etc/homeport/long.html"] = std::string(kMaxStandInBytes + 1, 'x');
    return parse_agent(text, "/etc/homeport/agent.toml", files);
}

std::vector<std::string> problems(const std::string& text) {
    return testing::texts(parse(text));
}

/// One service below the least file: [[service]] is line 3, its first setting line 4.
std::vector<std::string> problems_of_service(const std::string& lines) {
    return problems(kLeast + ("[[service]]\n" + lines));
}

TEST(AgentSettings, have_defaults) {
    const auto agent = parse(kLeast);
    ASSERT_THAT(testing::texts(agent), IsEmpty());
    Agent expected;
    expected.state_dir = "/var/lib/homeport/agent";
    expected.control = "/var/lib/homeport/agent/control.sock";
    EXPECT_EQ(*agent, expected);
}

// The example of the interface.
TEST(AgentSettings, are_all_read) {
    const auto agent = parse(R"([agent]
state_dir = "/var/lib/homeport/agent"
control = "/run/homeport/agent.sock"
relay = "relay.example.net:7843"
[[service]]
name = "web"
kind = "http"
hosts = ["home.example.net", "*.Home.example.net"]
target = "127.0.0.1:8080"
proxy_protocol = "v2"
stand_in = "web.html"
[[service]]
name = "files"
kind = "tls"
hosts = ["files.example.net"]
target = "unix:/run/files.sock"
deny = ["192.0.2.0/24"]
[[service]]
name = "ftp-data"
kind = "tcp"
port = "42000-42010"
target = "[::1]:43000-43010"
allow = ["0.0.0.0/0"]
[resume]
window = "10s"
[log]
level = "warn"
)");
    ASSERT_THAT(testing::texts(agent), IsEmpty());
    EXPECT_EQ(agent->relay, (HostPort{"relay.example.net", 7843}));
    EXPECT_EQ(agent->control, "/run/homeport/agent.sock");
    EXPECT_EQ(agent->resume.window, 10s);
    EXPECT_EQ(agent->log_level, Level::warn);
    ASSERT_THAT(agent->services, SizeIs(3));

    Service web;
    web.name = "web";
    web.kind = ServiceKind::http;
    web.hosts = {HostGlob::parse("home.example.net").value(),
                 HostGlob::parse("*.home.example.net").value()};
    web.target = {"127.0.0.1", {8080, 8080}, ""};
    web.proxy_protocol = ProxyProtocol::v2;
    web.stand_in_html = "<p>away</p>";
    EXPECT_EQ(agent->services[0], web);

    Service files;
    files.name = "files";
    files.kind = ServiceKind::tls;
    files.hosts = {HostGlob::parse("files.example.net").value()};
    files.target.unix_path = "/run/files.sock";
    files.deny = {Cidr::parse("192.0.2.0/24").value()};
    EXPECT_EQ(agent->services[1], files);

    Service ftp;
    ftp.name = "ftp-data";
    ftp.kind = ServiceKind::tcp;
    ftp.ports = PortRange{42000, 42010};
    ftp.target = {"::1", {43000, 43010}, ""};
    ftp.allow = {Cidr::parse("0.0.0.0/0").value()};
    EXPECT_EQ(agent->services[2], ftp);
}

TEST(AgentSettings, know_the_settings_of_a_service) {
    EXPECT_THAT(problems_of_service(""),
                ElementsAre(HasSubstr("agent.toml:3: [[service]] name is missing"),
                            HasSubstr(":3: [[service]] kind is missing"),
                            HasSubstr(":3: [[service]] target is missing")));
    const auto found = problems_of_service(
        "name = \"a\"\nkind = \"tcp\"\nport = \"22\"\ntaget = \"x\"\ntarget = \"a:22\"\n"
        "level = \"info\"\n");
    EXPECT_THAT(found, ElementsAre(HasSubstr(":7: unknown setting \"taget\" in [[service]] (did "
                                             "you mean \"target\"?)"),
                                   HasSubstr(":9: unknown setting \"level\" in [[service]] (it "
                                             "belongs in [log])")));
    EXPECT_THAT(problems(std::string(kLeast) + "[service]\nname = \"a\"\n"),
                ElementsAre(HasSubstr("two brackets")));
    EXPECT_THAT(problems("service = [1]\n" + std::string(kLeast)),
                ElementsAre(HasSubstr("two brackets")));
    EXPECT_THAT(problems(std::string(kLeast) + "[park]\nwait = \"1s\"\n"),
                ElementsAre(HasSubstr("it belongs in the settings of a relay")));
}

// The kind decides which settings a service has.
TEST(AgentSettings, fit_the_kind) {
    EXPECT_THAT(problems_of_service("name = \"a\"\nkind = \"http\"\ntarget = \"a:80\"\n"),
                ElementsAre(HasSubstr(":3: [[service]] \"a\": hosts is missing, a service of kind "
                                      "http needs it")));
    EXPECT_THAT(problems_of_service("name = \"a\"\nkind = \"tcp\"\ntarget = \"a:80\"\n"),
                ElementsAre(HasSubstr(":3: [[service]] \"a\": port is missing")));
    EXPECT_THAT(problems_of_service("name = \"a\"\nkind = \"tls\"\nport = 80\nhosts = [\"h.net\"]\n"
                                    "target = \"a:80\"\nstand_in = \"web.html\"\n"),
                ElementsAre(HasSubstr(":6: [[service]] \"a\": a service of kind tls has no port"),
                            HasSubstr(":9: [[service]] \"a\": only an http service")));
    EXPECT_THAT(problems_of_service("name = \"a\"\nkind = \"http\"\nhosts = [\"h.net\"]\n"
                                    "target = \"a:80\"\ninner = \"trust\"\n"),
                ElementsAre(HasSubstr(":8: [[service]] \"a\": only visitors of a tls service")));
    EXPECT_THAT(problems_of_service("name = \"a\"\nkind = \"tls\"\nhosts = [\"h.net\"]\n"
                                    "target = \"a:443\"\ninner = \"trust\"\n"),
                IsEmpty());
    EXPECT_THAT(problems_of_service("name = \"a\"\nkind = \"udp\"\nport = 80\ntarget = \"a:80\"\n"),
                ElementsAre(HasSubstr(":5: [[service]] kind: \"udp\" is not supported by this "
                                      "version")));
    EXPECT_THAT(problems_of_service("name = \"a\"\nkind = \"https\"\nhosts = [\"h.net\"]\n"
                                    "target = \"a:80\"\n"),
                ElementsAre(HasSubstr("\"https\" is not supported by this version (use \"tls\"")));
    EXPECT_THAT(problems_of_service("name = \"a\"\nkind = \"nfs\"\ntarget = \"a:80\"\n"),
                ElementsAre(HasSubstr("\"nfs\" is not known (write one of \"http\", \"tls\"")));
}

TEST(AgentSettings, map_a_range_to_a_range) {
    const auto service = [](const std::string& port, const std::string& target) {
        return problems_of_service("name = \"a\"\nkind = \"tcp\"\nport = \"" + port +
                                   "\"\ntarget = \"" + target + "\"\n");
    };
    EXPECT_THAT(service("10-19", "h:20-29"), IsEmpty());
    EXPECT_THAT(service("10", "unix:/run/s"), IsEmpty());
    EXPECT_THAT(service("10-19", "h:20-28"),
                ElementsAre(HasSubstr(":7: [[service]] \"a\": port has 10 ports, target has 9")));
    EXPECT_THAT(service("10-19", "h:20"), ElementsAre(HasSubstr("target has 1")));
    EXPECT_THAT(service("10-19", "unix:/run/s"), ElementsAre(HasSubstr("one port only")));
    EXPECT_THAT(service("19-10", "h:20"), ElementsAre(HasSubstr("is not a port or a range")));
    EXPECT_THAT(problems_of_service("name = \"a\"\nkind = \"http\"\nhosts = [\"h.net\"]\n"
                                    "target = \"a:80-81\"\n"),
                ElementsAre(HasSubstr("only a tcp service has a range of ports")));
}

TEST(AgentSettings, check_the_target) {
    const auto target = [](const std::string& text) {
        return problems_of_service("name = \"a\"\nkind = \"tcp\"\nport = 22\ntarget = \"" + text +
                                   "\"\n");
    };
    for (const auto* good : {"localhost:22", "[::1]:22", "10.0.0.1:22", "my_nas:22", "unix:/a"}) {
        EXPECT_THAT(target(good), IsEmpty()) << good;
    }
    for (const auto* bad : {"", "localhost", "localhost:", "localhost:0", ":22", "::1:22", "a b:22",
                            "*.a.net:22", "unix:", "unix:run", "http://a:22", "a:22/x"}) {
        EXPECT_THAT(target(bad), ElementsAre(HasSubstr(":7: [[service]] target: "))) << bad;
    }
    EXPECT_THAT(target("unix:/" + std::string(107, 'a')), SizeIs(1));
}

TEST(AgentSettings, keep_services_apart) {
    const auto two = [](const std::string& first, const std::string& second) {
        return problems(kLeast + ("[[service]]\ntarget = \"a:1\"\n" + first) +
                        "[[service]]\ntarget = \"a:1\"\n" + second);
    };
    const std::string web = "name = \"a\"\nkind = \"http\"\nhosts = [\"h.net\", \"*.h.net\"]\n";
    EXPECT_THAT(
        two(web, "name = \"a\"\nkind = \"http\"\nhosts = [\"x.h.net\",\n\"H.net.\"]\n"),
        ElementsAre(HasSubstr(":10: [[service]] name \"a\" is taken in line 5"),
                    HasSubstr(":13: [[service]] \"a\": host \"h.net\" is taken in line 7")));
    EXPECT_THAT(two(web, "name = \"b\"\nkind = \"tls\"\nhosts = [\"h.net\", \"*.h.net\"]\n"),
                IsEmpty());
    const std::string tcp = "name = \"a\"\nkind = \"tcp\"\nport = \"5\"\n";
    EXPECT_THAT(two(tcp, "name = \"b\"\nkind = \"tcp\"\nport = 5\n"),
                ElementsAre(HasSubstr(":12: [[service]] \"b\": port 5 overlaps 5 in line 7")));
    EXPECT_THAT(two(tcp, "name = \"b\"\nkind = \"tcp\"\nport = 6\n"), IsEmpty());
    EXPECT_THAT(problems_of_service("name = \"a\"\nkind = \"http\"\ntarget = \"a:1\"\n"
                                    "hosts = [\"h.net\", \"h.net\"]\n"),
                ElementsAre(HasSubstr("\"h.net\" stands twice in the list")));
}

// An empty list of allowed visitors reads like "nobody" and would mean "everybody".
TEST(AgentSettings, never_widen_a_rule_silently) {
    const std::string service = "name = \"a\"\nkind = \"tcp\"\nport = 22\ntarget = \"a:22\"\n";
    EXPECT_THAT(problems_of_service(service + "allow = []\n"),
                ElementsAre(HasSubstr(":8: [[service]] allow: an empty list allows nobody")));
    EXPECT_THAT(problems_of_service(service + "allow = [\"10.0.0.0/8\", \"x\"]\n"), SizeIs(1));
    EXPECT_THAT(problems_of_service(service + "alow = [\"10.0.0.0/8\"]\n"),
                ElementsAre(HasSubstr("did you mean \"allow\"?")));
    EXPECT_THAT(problems_of_service(service + "deny = []\n"), IsEmpty());
    EXPECT_THAT(problems_of_service(service + "proxy_protocol = \"v3\"\n"), SizeIs(1));
}

TEST(AgentSettings, read_the_stand_in_page) {
    const auto page = [](const std::string& file) {
        return parse(kLeast + ("[[service]]\nname = \"a\"\nkind = \"http\"\nhosts = [\"h.net\"]\n"
                               "target = \"a:80\"\nstand_in = \"" +
                               file + "\"\n"));
    };
    EXPECT_EQ(page("web.html")->services.front().stand_in_html, "<p>away</p>");
    EXPECT_EQ(page("/srv/page.html")->services.front().stand_in_html, "<p>srv</p>");
    EXPECT_THAT(testing::texts(page("gone.html")),
                ElementsAre("/etc/homeport/agent.toml:8: [[service]] stand_in: "
                            "/etc/homeport/gone.html is missing (check the path)"));
    EXPECT_THAT(testing::texts(page("empty.html")), ElementsAre(HasSubstr("is empty")));
    EXPECT_THAT(testing::texts(page("long.html")), ElementsAre(HasSubstr("is too long")));
    EXPECT_THAT(testing::texts(page("")), SizeIs(1));
}

// What does not fit into one announcement is found here, not when the relay refuses it.
TEST(AgentSettings, bound_what_is_announced) {
    std::string many = kLeast;
    for (std::size_t i = 0; i <= kMaxServices; ++i) many += "[[service]]\n";
    EXPECT_THAT(problems(many),
                ElementsAre(HasSubstr("agent.toml:259: more than 256 tables [[service]]")));

    testing::FakeFiles files;
    files.files["p"] = std::string(kMaxStandInBytes, 'x');
    std::string pages = kLeast;
    for (int i = 0; i < 13; ++i) {
        const auto name = "s" + std::to_string(i);
        pages += "[[service]]\nname = \"" + name + "\"\nkind = \"http\"\nhosts = [\"" + name +
                 ".net\"]\ntarget = \"a:1\"\nstand_in = \"p\"\n";
    }
    EXPECT_THAT(testing::texts(parse_agent(pages, "agent.toml", files)),
                ElementsAre(HasSubstr("\"s11\": hosts, rules and stand-in pages")));
}

TEST(Role, is_what_the_file_has) {
    EXPECT_EQ(parse_role("[relay]\n", "f").value(), Role::relay);
    EXPECT_EQ(parse_role("[agent]\n", "f").value(), Role::agent);
    EXPECT_THAT(testing::texts(parse_role("[agent]\n[relay]\n", "f")),
                ElementsAre(HasSubstr("f:2: both [relay] and [agent]")));
    EXPECT_THAT(testing::texts(parse_role("# nothing\n", "f")),
                ElementsAre(HasSubstr("f:1: neither [relay] nor [agent]")));
    EXPECT_THAT(testing::texts(parse_role("[", "f")), ElementsAre(HasSubstr("f:1: ")));
}

}  // namespace
}  // namespace homeport::config
