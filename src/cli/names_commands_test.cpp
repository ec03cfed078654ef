/// The commands of `homeport names` for users, against a service that answers what it is told to.

#include "cli/names_client.hpp"
#include "cli/names_http.hpp"
#include "cli/names_service_testing.hpp"
#include "cli/testing.hpp"
#include "core/base64.hpp"
#include "names/proof_of_work.hpp"

#include <gmock/gmock.h>

#include <sys/stat.h>

namespace homeport::cli {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr const char* kToken = "hp_aaaaaaaaaaaaaaaaaaaaaaaaaa";

json body_of(const std::string& request) {
    return json::parse(request.substr(request.find("\r\n\r\n") + 4), nullptr, false);
}

class NamesCommands : public testing::Test {
protected:
    int use(const FakeService& service, std::vector<std::string> words) {
        words.insert(words.begin(), "names");
        words.insert(words.end(), {"--url", service.url(), "--token-file", token_file});
        return shell(words);
    }

    TempDir dir;
    Shell shell;
    std::string token_file = dir.write("token", std::string(kToken) + "\n");
    std::string password_file = dir.write("password", "correct horse battery\n");
};

TEST_F(NamesCommands, SetSendsWhatWasSaid) {
    FakeService service({{200, R"({"name":"a.dyn.test","ipv4":"192.0.2.1","changed":true})"}});
    EXPECT_EQ(use(service,
                  {"set", "a.dyn.test", "--ipv4", "192.0.2.1", "--ipv6", "none", "--counter", "9"}),
              kDone)
        << shell.err;
    EXPECT_EQ(shell.out, "a.dyn.test: 192.0.2.1\n");
    const std::string& request = service.requests().at(0);
    EXPECT_THAT(request, StartsWith("PUT /v1/names/a.dyn.test HTTP/1.1\r\n"));
    EXPECT_THAT(request, HasSubstr(std::string("Authorization: Bearer ") + kToken));
    EXPECT_THAT(request, HasSubstr("User-Agent: homeport/"));
    EXPECT_EQ(body_of(request), json::parse(R"({"ipv4":"192.0.2.1","ipv6":null,"counter":9})"));
}

TEST_F(NamesCommands, FromHereAsksWhereHereIs) {
    FakeService service({{200, "2001:db8::7\n"},
                         {200, R"({"name":"a.dyn.test","ipv6":"2001:db8::7","changed":false})"}});
    EXPECT_EQ(use(service, {"set", "a.dyn.test", "--from-here"}), kDone) << shell.err;
    EXPECT_THAT(shell.out, HasSubstr("It was so already"));
    EXPECT_THAT(service.requests().at(0), StartsWith("GET /checkip "));
    EXPECT_EQ(body_of(service.requests().at(1)), json::parse(R"({"ipv6":"2001:db8::7"})"));
}

TEST_F(NamesCommands, AcmeAndDeleteUseTheirMethods) {
    FakeService service({{200, R"({"name":"a.dyn.test","txt":["x"],"changed":true})"},
                         {200, R"({"name":"a.dyn.test"})"},
                         {200, "{}"}});
    EXPECT_EQ(use(service, {"acme", "a.dyn.test", "--value", "x"}), kDone);
    EXPECT_THAT(shell.out, HasSubstr("TXT \"x\""));
    EXPECT_EQ(use(service, {"acme", "a.dyn.test", "--clear"}), kDone);
    EXPECT_EQ(use(service, {"delete", "a.dyn.test"}), kDone);
    EXPECT_THAT(service.requests().at(0), StartsWith("PUT /v1/names/a.dyn.test/acme "));
    EXPECT_THAT(service.requests().at(1), StartsWith("DELETE /v1/names/a.dyn.test/acme "));
    EXPECT_THAT(service.requests().at(2), StartsWith("DELETE /v1/names/a.dyn.test "));
}

// The remedy is the service's; the token is in no error.
TEST_F(NamesCommands, RefusalsHaveARemedy) {
    FakeService service({{409, R"({"error":"taken","remedy":"Choose another name."})"},
                         {429, R"({"error":"too-many-requests","remedy":"Ask less often."})"},
                         {200, "<html>"},
                         {302, "moved"}});
    EXPECT_EQ(use(service, {"create", "a.dyn.test"}), kFailed);
    EXPECT_EQ(shell.err, "homeport: the service refused: taken (Choose another name.)\n");
    EXPECT_EQ(use(service, {"mine"}), kFailed);
    EXPECT_THAT(shell.err, HasSubstr("(Ask less often. Come again in 7 s.)"));
    EXPECT_EQ(use(service, {"mine"}), kFailed);
    EXPECT_THAT(shell.err, HasSubstr("no answer of a name service"));
    EXPECT_EQ(use(service, {"mine"}), kFailed);
    EXPECT_THAT(shell.err, HasSubstr("302"));
    EXPECT_THAT(shell.err, Not(HasSubstr("hp_")));

    const FakeService gone({});
    const std::string url = gone.url();
    token_file = dir.write("empty", "\n");
    EXPECT_EQ(use(gone, {"mine"}), kFailed);
    EXPECT_THAT(shell.err, HasSubstr("the first line of"));
    EXPECT_EQ(use(gone, {"set", "a.dyn.test"}), kWrongUsage);
}

TEST_F(NamesCommands, SignUpWorksAndKeepsTheToken) {
    FakeService service({{200, R"({"challenge":"ch","bits":8})"},
                         {201, R"({"account":"alice"})"},
                         {201, fmt::format(R"({{"token":"{}","id":"7"}})", kToken)}});
    const std::string fresh = dir / "fresh";
    EXPECT_EQ(shell({"names", "sign-up", "--url", service.url(), "--account", "alice",
                     "--password-file", password_file, "--token-file", fresh, "--label", "me"}),
              kDone)
        << shell.err;
    EXPECT_EQ(shell.out, "");
    const json account = body_of(service.requests().at(1));
    EXPECT_EQ(account["account"], "alice");
    EXPECT_EQ(account["password"], "correct horse battery");
    EXPECT_GE(names::proof_bits("ch", account["nonce"].get<std::string>()), 8U);
    EXPECT_THAT(
        service.requests().at(2),
        HasSubstr("Authorization: Basic " + to_base64(as_bytes("alice:correct horse battery"))));
    EXPECT_EQ(body_of(service.requests().at(2)), json::parse(R"({"label":"me"})"));
    struct stat info{};
    ASSERT_EQ(::stat(fresh.c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0777U, 0600U);
    // It is never written over, and that is found before the work.
    EXPECT_EQ(shell({"names", "sign-up", "--url", service.url(), "--account", "alice",
                     "--password-file", password_file, "--token-file", fresh}),
              kFailed);
    EXPECT_THAT(shell.err, HasSubstr("is there already"));
}

TEST_F(NamesCommands, ATokenIsPrintedAlone) {
    FakeService service({{201, fmt::format(R"({{"token":"{}","id":"7"}})", kToken)}});
    EXPECT_EQ(shell({"names", "token", "--url", service.url(), "--account", "alice",
                     "--password-file", password_file, "--name", "a.dyn.test"}),
              kDone)
        << shell.err;
    EXPECT_EQ(shell.out, std::string(kToken) + "\n");
    EXPECT_EQ(body_of(service.requests().at(0)), json::parse(R"({"name":"a.dyn.test"})"));
    EXPECT_EQ(shell({"names", "token", "--url", service.url(), "--account", "alice",
                     "--password-file", dir.write("short", "short\n")}),
              kFailed);
    EXPECT_THAT(shell.err, HasSubstr("10 to 256 characters"));
}

TEST(ServiceUrl, IsChecked) {
    EXPECT_EQ(parse_service_url("https://names.test//").value(), "https://names.test");
    EXPECT_EQ(parse_service_url("http://[::1]:81/below").value(), "http://[::1]:81/below");
    for (const char* url :
         {"", "names.test", "ftp://names.test", "https://", "https:///", "https://:81",
          "https://a@b", "https://a/?x", "https://a b", "http://\x80"})
        EXPECT_FALSE(parse_service_url(url)) << url;
    EXPECT_TRUE(is_readable_on_the_way("http://names.test"));
    EXPECT_FALSE(is_readable_on_the_way("https://names.test"));
    for (const char* url : {"http://localhost:81", "http://127.0.0.1/x", "http://[::1]:81"})
        EXPECT_FALSE(is_readable_on_the_way(url)) << url;
}

TEST(AskHttp, AnAnswerWithoutEndIsRefused) {
    const FakeService service({{200, std::string(2 * 1024 * 1024, 'x')}});
    EXPECT_EQ(ask_http({.url = service.url()}).error().code, Errc::limit);
}

}  // namespace
}  // namespace homeport::cli
