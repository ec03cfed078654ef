#include "config/fields.hpp"
#include "config/limits.hpp"
#include "config/read.hpp"
#include "config/report.hpp"
#include "config/testing.hpp"

#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace homeport::config {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class LoadTest : public ::testing::Test {
protected:
    LoadTest() {
        std::string name = ::testing::TempDir() + "homeport-config-XXXXXX";
        folder_ = ::mkdtemp(name.data());
    }
    ~LoadTest() override { std::filesystem::remove_all(folder_); }

    std::string write(const std::string& name, const std::string& text, unsigned mode = 0644) {
        const std::string path = folder_ + "/" + name;
        std::ofstream(path) << text;
        ::chmod(path.c_str(), mode);
        return path;
    }

    std::string folder_;
};

constexpr const char* kAgent = "[agent]\nstate_dir = \"/var/lib/homeport/agent\"\n";

TEST_F(LoadTest, reads_a_file_and_the_pages_beside_it) {
    write("page.html", "<p>away</p>");
    const auto path = write("agent.toml", kAgent + std::string("[[service]]\nname = \"a\"\n"
                                                               "kind = \"http\"\nhosts = [\"h\"]\n"
                                                               "target = \"a:80\"\n"
                                                               "stand_in = \"page.html\"\n"));
    const auto agent = load_agent(path);
    ASSERT_THAT(testing::texts(agent), IsEmpty());
    EXPECT_EQ(agent->services.front().stand_in_html, "<p>away</p>");
    EXPECT_EQ(detect_role(path).value(), Role::agent);
    EXPECT_THAT(testing::texts(load_relay(path)), Contains(HasSubstr("[relay] is missing")));
}

TEST_F(LoadTest, says_why_a_file_cannot_be_read) {
    EXPECT_THAT(testing::texts(load_relay(folder_ + "/none.toml")),
                ElementsAre(HasSubstr("/none.toml:1: settings file: cannot be read: ")));
    EXPECT_THAT(testing::texts(load_relay(folder_ + "/none.toml")).front(),
                HasSubstr("No such file or directory (check the path)"));
    EXPECT_THAT(testing::texts(load_agent(folder_)), ElementsAre(HasSubstr("is a folder")));
    EXPECT_THAT(testing::texts(load_agent("/dev/null")),
                ElementsAre(HasSubstr("is not a regular file")));
    const auto large = write("large.toml", std::string(kMaxFileBytes + 1, '\n'));
    EXPECT_THAT(testing::texts(detect_role(large)), ElementsAre(HasSubstr("longer than 1024 KiB")));
    const auto secret = write("secret.toml", kAgent, 0000);
    if (::geteuid() != 0) {
        EXPECT_THAT(testing::texts(load_agent(secret)),
                    ElementsAre(HasSubstr("Permission denied")));
    }
}

// A pipe without a writer must not hang the program.
TEST_F(LoadTest, does_not_wait_for_a_pipe) {
    const std::string path = folder_ + "/pipe";
    ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
    EXPECT_THAT(testing::texts(load_agent(path)), ElementsAre(HasSubstr("not a regular file")));
}

// Who can write the settings can publish any service of the home.
TEST_F(LoadTest, refuses_a_file_that_others_can_write) {
    for (const unsigned mode : {0664U, 0646U, 0666U}) {
        const auto path = write("open.toml", kAgent, mode);
        EXPECT_THAT(testing::texts(load_agent(path)),
                    ElementsAre(HasSubstr("(run: chmod go-w " + path + ")")));
        EXPECT_FALSE(detect_role(path));
    }
    EXPECT_TRUE(load_agent(write("closed.toml", kAgent, 0600)));
}

// Whoever reads the secret of a key has the key.
TEST_F(LoadTest, refuses_a_secret_that_others_can_read) {
    const auto path =
        write("relay.toml", testing::kLeastRelay + std::string("[dns]\nlisten = [\"0.0.0.0:53\"]\n"
                                                               "[[key]]\nname = \"a\"\n"
                                                               "secret_file = \"secret\"\n"));
    for (const unsigned mode : {0640U, 0604U, 0660U}) {
        write("secret", "QUJDREVGR0hJSktMTU5PUA==\n", mode);
        EXPECT_THAT(testing::texts(load_relay(path)),
                    ElementsAre(HasSubstr("relay.toml:9: [[key]] secret_file: " + folder_ +
                                          "/secret can be used by its group or by everybody (run: "
                                          "chmod go-rwx " +
                                          folder_ + "/secret)")));
    }
    write("secret", "QUJDREVGR0hJSktMTU5PUA==\n", 0600);
    const auto relay = load_relay(path);
    ASSERT_THAT(testing::texts(relay), IsEmpty());
    EXPECT_EQ(relay->keys.front().secret.size(), 16U);
}

TEST(Nearest, finds_slips_and_beginnings) {
    const std::vector<std::string_view> known{"state_dir", "listen", "level", "per_service"};
    EXPECT_EQ(nearest("stat_dir", known), "state_dir");
    EXPECT_EQ(nearest("statedir", known), "state_dir");
    EXPECT_EQ(nearest("lsiten", known), "listen");
    EXPECT_EQ(nearest("lvl", known), "level");
    EXPECT_EQ(nearest("state", known), "state_dir");
    EXPECT_EQ(nearest("listen_address", known), "listen");
    EXPECT_EQ(nearest("colour", known), "");
    EXPECT_EQ(nearest("", known), "");
    EXPECT_EQ(nearest("ab", std::vector<std::string_view>{"cd"}), "");
}

// The documented defaults are the real ones: written out, they change nothing.
TEST(Reference, states_true_defaults) {
    testing::FakeFiles files;
    Relay table;
    std::string least;
    std::string full;
    for (const Section& section : relay_sections(table)) {
        full += header(section) + "\n";
        if (section.need == Need::required) least += header(section) + "\n";
        for (const Field& field : section.fields) {
            const std::string line =
                std::string(field.name) + " = " + std::string(field.example) + "\n";
            if (field.need == Need::required) least += line;
            if (field.absent.empty()) full += line;
        }
    }
    const auto from_least = parse_relay(least, "f", files);
    EXPECT_THAT(testing::texts(from_least), IsEmpty());
    const auto from_full = parse_relay(full, "f", files);
    EXPECT_THAT(testing::texts(from_full), IsEmpty());
    EXPECT_EQ(from_full.value(), from_least.value());
}

// docs/settings.md is what the program says. HOMEPORT_WRITE_DOCS=1 writes it anew.
TEST(Reference, is_the_page_in_the_documentation) {
    const auto source = std::filesystem::path(__FILE__).parent_path();
    const auto page = source / "../../docs/settings.md";
    if (std::getenv("HOMEPORT_WRITE_DOCS") != nullptr) std::ofstream(page) << reference_page();
    std::stringstream contents;
    contents << std::ifstream(page).rdbuf();
    EXPECT_EQ(contents.str(), reference_page())
        << "run this test with HOMEPORT_WRITE_DOCS=1 and look at the difference";
}

}  // namespace
}  // namespace homeport::config
