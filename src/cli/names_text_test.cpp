#include "cli/names_text.hpp"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

namespace homeport::cli {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

TEST(NamesText, ListsAreInOrder) {
    const std::string text = render_names_list(json::parse(R"({"names":[
        {"name":"b.dyn.test","account":"bob","offline":true,"ipv4":null},
        {"name":"a.dyn.test","account":"alice","ipv4":"192.0.2.1","ipv6":"2001:db8::1"},
        {"name":"c.dyn.test","account":"bob"}]})"));
    EXPECT_LT(text.find("a.dyn.test"), text.find("b.dyn.test"));
    EXPECT_THAT(text, HasSubstr("192.0.2.1, 2001:db8::1\n"));
    EXPECT_THAT(text, HasSubstr("offline\n"));
    EXPECT_THAT(text, HasSubstr("no address\n"));
    EXPECT_EQ(render_names_list(json::object()), "no name\n");
    EXPECT_THAT(render_accounts(json::parse(
                    R"({"accounts":[{"account":"bob","names":2,"tokens":1,"locked":true}]})")),
                HasSubstr("2 names, 1 token, since never, last seen never, locked\n"));
}

TEST(NamesText, AName) {
    const std::string text = render_name(json::parse(R"({"name":"a.dyn.test","account":"alice",
        "account_locked":true,"ipv4":"192.0.2.1","created":1000000000,"confirmed":1000000000,
        "expires":1018000000,"quarantined_until":1000001000,"txt":["proof"]})"));
    EXPECT_THAT(text, HasSubstr("a.dyn.test: 192.0.2.1\n"));
    EXPECT_THAT(text, HasSubstr("of alice (locked), since 2001-09-09T01:46:40Z\n"));
    EXPECT_THAT(text, HasSubstr("until 2001-09-09T02:03:20Z only where"));
    EXPECT_THAT(text, HasSubstr("TXT \"proof\"\n"));
    EXPECT_THAT(render_name(json::parse(
                    R"({"name":"a","removed":{"why":"spam","kept_until":1000000000}})")),
                HasSubstr("a: removed (spam), kept from others until 2001-"));
}

TEST(NamesText, Evidence) {
    const std::string text = render_evidence(json::parse(R"({"evidence":[
        {"at":1000000000,"what":"takedown","name":"a","details":{"why":"spam","by":"root",
         "account":"alice","ipv4":"192.0.2.1","account_locked":true}},
        {"at":1,"what":"takedown","name":"b","details":{"why":"x","account_locked":true}},
        {"at":0,"details":"plain"}]})"));
    EXPECT_THAT(text, HasSubstr("2001-09-09T01:46:40Z takedown a: spam (by root); it was of alice, "
                                "192.0.2.1, the account was locked\n"));
    EXPECT_THAT(text, HasSubstr("takedown b: x\n"));
}

TEST(NamesText, OnesOwnNameWarns) {
    const std::string text = render_own_name(
        json::parse(R"({"name":"a.dyn.test","ipv4":null,"warned":true,"expires":1000000000})"));
    EXPECT_THAT(text, HasSubstr("a.dyn.test: no address\n"));
    EXPECT_THAT(text, HasSubstr("Goes at 2001-09-09T01:46:40Z unless"));
}

TEST(NamesText, Propagation) {
    const std::string text = render_propagation(json::parse(R"({"name":"a.dyn.test",
        "zone":"dyn.test","serial":7,"servers":[
        {"address":"192.0.2.1:53","serial":7,"behind":false},
        {"address":"192.0.2.2:53","serial":6,"behind":true,"behind_s":90},
        {"address":"192.0.2.3:53","behind":true}]})"));
    EXPECT_THAT(text, HasSubstr("zone dyn.test has serial 7\n"));
    EXPECT_THAT(text, HasSubstr("192.0.2.1:53 has it\n"));
    EXPECT_THAT(text, HasSubstr("192.0.2.2:53 is 90 s behind, at serial 6\n"));
    EXPECT_THAT(text, HasSubstr("192.0.2.3:53 has not answered\n"));
    EXPECT_THAT(render_propagation(json::object()), HasSubstr("no secondaries"));
}

// What others typed cannot move the cursor, and what is of another form breaks nothing.
TEST(NamesText, StrangeAnswers) {
    EXPECT_THAT(render_names_list(json::parse(R"({"names":[{"name":"a\u001b[2J"},7]})")),
                Not(HasSubstr("\x1b")));
    EXPECT_EQ(render_names_list(json::parse(R"({"names":{"a":1}})")), "no name\n");
    EXPECT_THAT(render_name(json::parse(R"({"name":7,"txt":"x","expires":18446744073709551615})")),
                HasSubstr("expires 9999-"));
}

}  // namespace
}  // namespace homeport::cli
