#include "cli/arguments.hpp"
#include "cli/console.hpp"

#include <gmock/gmock.h>

#include <cstdlib>

namespace homeport::cli {
namespace {

using testing::HasSubstr;

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

std::string refused(const std::vector<std::string>& arguments) {
    const auto result = parse_arguments(arguments);
    const auto* const refusal = std::get_if<Refusal>(&result);
    if (refusal == nullptr) {
        ADD_FAILURE() << "accepted";
        return {};
    }
    EXPECT_EQ(refusal->exit_code, kWrongUsage);
    return refusal->text;
}

/// The words with where the service is and the token.
std::vector<std::string> use(std::vector<std::string> words) {
    words.insert(words.begin(), "names");
    for (const char* word : {"--url", "https://names.test", "--token-file", "t"})
        words.emplace_back(word);
    return words;
}

TEST(NamesArguments, OperatorsCommands) {
    const auto takedown =
        parsed<OrderNames>({"names", "takedown", "Bad.dyn.test", "--why", "spam", "--by", "root",
                            "--lock-account", "--block-network", "--config", "r.toml"});
    EXPECT_EQ(takedown.what, OrderNames::What::takedown);
    EXPECT_EQ(takedown.subject, "bad.dyn.test");
    EXPECT_EQ(takedown.why, "spam");
    EXPECT_EQ(takedown.by, "root");
    EXPECT_TRUE(takedown.lock_account);
    EXPECT_TRUE(takedown.block_network);
    EXPECT_EQ(takedown.config, "r.toml");

    const auto list = parsed<OrderNames>(
        {"names", "list", "--prefix", "shop", "--limit", "7", "--json", "--config", "r.toml"});
    EXPECT_EQ(list.what, OrderNames::What::list);
    EXPECT_EQ(list.subject, "shop");
    EXPECT_EQ(list.limit, 7U);
    EXPECT_TRUE(list.json);
    const auto accounts = parsed<OrderNames>({"names", "accounts", "--config", "r.toml"});
    EXPECT_EQ(accounts.what, OrderNames::What::accounts);
    EXPECT_EQ(accounts.limit, 1000U);
    EXPECT_EQ(parsed<OrderNames>({"names", "unblock", "192.0.2.0/24", "--config", "r"}).what,
              OrderNames::What::unblock);
    EXPECT_EQ(parsed<OrderNames>({"names", "evidence", "--config", "r"}).subject, "");
    EXPECT_EQ(parsed<OrderNames>({"names", "notice", "Hi you", "--config", "r"}).subject, "Hi you");
    EXPECT_EQ(parsed<ShowDs>({"dns", "ds", "a.test", "--config", "r", "--json"}).zone, "a.test");
    EXPECT_EQ(parsed<ShowDs>({"dns", "ds", "--config", "r"}).zone, "");
}

TEST(NamesArguments, UsersCommands) {
    const auto sign_up = parsed<OpenNames>({"names", "sign-up", "--url", "https://names.test/",
                                            "--account", "alice", "--password-file", "p"});
    EXPECT_TRUE(sign_up.sign_up);
    EXPECT_EQ(sign_up.place.url, "https://names.test");
    EXPECT_EQ(sign_up.account, "alice");
    EXPECT_EQ(sign_up.password_file, "p");
    const auto token =
        parsed<OpenNames>({"names", "token", "--url", "http://localhost:81", "--account", "alice",
                           "--name", "a.dyn.test", "--label", "router", "--token-file", "t"});
    EXPECT_FALSE(token.sign_up);
    EXPECT_EQ(token.name, "a.dyn.test");
    EXPECT_EQ(token.label, "router");
    EXPECT_EQ(token.token_file, "t");

    const auto set = parsed<UseNames>(
        use({"set", "A.dyn.test", "--ipv4", "192.0.2.1", "--ipv6", "none", "--counter", "9"}));
    EXPECT_EQ(set.what, UseNames::What::set);
    EXPECT_EQ(set.name, "a.dyn.test");
    EXPECT_EQ(set.ipv4, "192.0.2.1");
    EXPECT_EQ(set.ipv6, "none");
    EXPECT_EQ(set.counter, 9U);
    EXPECT_EQ(set.token_file, "t");
    EXPECT_TRUE(parsed<UseNames>(use({"set", "a.dyn.test", "--from-here"})).from_here);
    EXPECT_TRUE(parsed<UseNames>(use({"set", "a.dyn.test", "--offline"})).offline);
    EXPECT_EQ(parsed<UseNames>(use({"create", "a.dyn.test"})).what, UseNames::What::create);
    EXPECT_EQ(parsed<UseNames>(use({"delete", "a.dyn.test"})).what, UseNames::What::remove);
    EXPECT_EQ(parsed<UseNames>(use({"propagation", "a.dyn.test"})).what,
              UseNames::What::propagation);
    EXPECT_TRUE(parsed<UseNames>(use({"mine", "--json"})).json);
}

TEST(NamesArguments, AcmeSetsOrClears) {
    const auto put = parsed<UseNames>(use({"acme", "a.dyn.test", "--value", "x"}));
    EXPECT_EQ(put.value, "x");
    EXPECT_FALSE(put.clear);
    const auto one = parsed<UseNames>(use({"acme", "a.dyn.test", "--clear", "x"}));
    EXPECT_TRUE(one.clear);
    EXPECT_EQ(one.value, "x");
    const auto all = parsed<UseNames>(use({"acme", "a.dyn.test", "--clear"}));
    EXPECT_TRUE(all.clear);
    EXPECT_EQ(all.value, "");
    refused(use({"acme", "a.dyn.test", "--clear", "--value", "x"}));
}

TEST(NamesArguments, WherePeopleAreMayStandInTheEnvironment) {
    ::setenv("HOMEPORT_NAMES_URL", "https://names.test//", 1);
    ::setenv("HOMEPORT_NAMES_TOKEN_FILE", "/home/me/token", 1);
    const auto mine = parsed<UseNames>({"names", "mine"});
    ::unsetenv("HOMEPORT_NAMES_URL");
    ::unsetenv("HOMEPORT_NAMES_TOKEN_FILE");
    EXPECT_EQ(mine.place.url, "https://names.test");
    EXPECT_EQ(mine.token_file, "/home/me/token");
    EXPECT_THAT(refused({"names", "mine"}), HasSubstr("--url"));
}

TEST(NamesArguments, WrongUsageIsOneLine) {
    EXPECT_THAT(refused({"names"}), HasSubstr("homeport names --help"));
    EXPECT_THAT(refused({"names", "takedown", "a.dyn.test", "--config", "r"}), HasSubstr("--why"));
    EXPECT_THAT(refused(use({"set", "a.dyn.test", "--ipv4", "::1"})),
                HasSubstr("homeport names set --help"));
    refused(use({"set", "a.dyn.test", "--offline", "--from-here"}));
    refused(use({"create", "no name"}));
    refused({"names", "block", "192.0.2.0/33", "--why", "x", "--config", "r"});
    refused({"names", "lock", "a b", "--config", "r"});
    refused({"names", "sign-up", "--url", "https://names.test", "--account", "x"});
    // A password in a URL is not repeated.
    EXPECT_THAT(
        refused({"names", "mine", "--url", "https://me:hunter2@names.test", "--token-file", "t"}),
        testing::Not(HasSubstr("hunter2")));
}

}  // namespace
}  // namespace homeport::cli
