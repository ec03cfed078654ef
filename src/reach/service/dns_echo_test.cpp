#include "reach/service/dns_echo.hpp"

#include "dns/check/testing.hpp"
#include "reach/service/fake_home_testing.hpp"
#include "reach/service/limits.hpp"

#include <gmock/gmock.h>

namespace homeport::reach {
namespace {

using dns::RrType;
using dns::check::Ask;
using dns::check::Outcome;
using dns::check::testing::address;
using dns::check::testing::answer;
using dns::check::testing::message;
using dns::check::testing::name;
using dns::check::testing::reply;
using dns::testing::Build;
using dns::testing::text;
using ::testing::ElementsAre;
using testing::FakeHome;
using testing::ip;
using ::testing::IsEmpty;

constexpr const char* kName = "myip.example.net";
constexpr const char* kWan = "203.0.113.5";
constexpr const char* kWan6 = "2001:db8::5";

struct DnsEcho : ::testing::Test {
    DnsEcho() {
        home.hosts["ns1.example.net"] = {"198.51.100.1"};
        home.hosts["ns6.example.net"] = {"198.51.100.1", "2001:db8:1::1"};
        home.others = [this](const Endpoint& to, Bytes datagram) {
            asked.push_back(to);
            sent.emplace_back(datagram.begin(), datagram.end());
            return script ? script(to, datagram) : std::vector<FakeHome::Reply>{};
        };
    }

    static std::uint16_t id_of(Bytes datagram) { return Reader(datagram).u16(); }
    static std::string said(const std::optional<Evidence>& one) {
        return one ? one->from + " by " + one->run_by + " " + one->address.to_string() : "nothing";
    }
    void make(const std::vector<std::string>& questions) {
        std::vector<EchoQuestion> parsed;
        for (const auto& one : questions) parsed.push_back(EchoQuestion::parse(one).value());
        look.emplace(ReachWorld{loop, home, entropy, log}, std::move(parsed),
                     [this](const auto& one) { heard.push_back(said(one)); });
    }
    void pass(Duration time) {
        for (Duration done{}; done < time; done += 1ms) loop.advance(1ms);
    }
    /// Asks one server, which replies with `made` at once.
    void ask(const std::string& question, const Outcome& made, bool truncated = false) {
        make({question});
        const RrType type = question.starts_with("TXT") ? RrType::txt : RrType::a;
        script = [=](const Endpoint& to, Bytes datagram) {
            return std::vector{FakeHome::Reply{
                to, message(id_of(datagram), {name(kName), type}, made, truncated)}};
        };
        look->ask(place);
        pass(100ms);
    }
    void ask_address(const Outcome& made) { ask(std::string(kName) + "@ns1.example.net", made); }
    void ask_text(const Outcome& made) { ask("TXT myip.example.net@ns1.example.net", made); }
    static Outcome address_reply(const char* address_text, bool authoritative = true) {
        return reply({answer(kName, RrType::a, address(address_text))}, authoritative);
    }

    net::memory::ManualLoop loop;
    FakeHome home{loop};
    testing::CountingEntropy entropy;
    NullLog log;
    Neighbourhood place{.interface = "eth0",
                        .index = 2,
                        .v4 = Neighbourhood::Side{ip("192.168.1.10"), 24, ip("192.168.1.1")},
                        .v6 = {}};
    std::function<std::vector<FakeHome::Reply>(const Endpoint&, Bytes)> script;
    std::vector<Endpoint> asked;
    std::vector<std::vector<std::byte>> sent;
    std::vector<std::string> heard;
    std::optional<EchoLook> look;
};

TEST_F(DnsEcho, TheAnswerIsWhatTheServerSees) {
    ask_address(address_reply(kWan));
    EXPECT_THAT(heard, ElementsAre("ns1.example.net:53 by example.net 203.0.113.5"));
    EXPECT_THAT(asked, ElementsAre(Endpoint{ip("198.51.100.1"), 53}));
    EXPECT_FALSE(look->asking());
}

TEST_F(DnsEcho, ATextIsReadAndJunkBesideItIsNot) {
    ask_text(reply({answer(kName, RrType::txt, text("edns0-client-subnet 203.0.113.0/24")),
                    answer(kName, RrType::txt, Build().text("ip").text(kWan).bytes),
                    answer("other.net", RrType::txt, text("203.0.113.9"))},
                   true));
    EXPECT_THAT(heard, ElementsAre("ns1.example.net:53 by example.net 203.0.113.5"));
}

TEST_F(DnsEcho, RepliesWithoutOneAddressSayNothing) {
    ask_address(reply({}, true, dns::Rcode::nx_domain));
    ask_address(reply({}, true, dns::Rcode::refused));
    ask_address(reply({answer("other.net", RrType::a, address(kWan))}, true));
    ask_address(reply({dns::check::testing::authority(kName, RrType::a, address(kWan))}, true));
    ask_address(reply(
        {answer(kName, RrType::a, address(kWan)), answer(kName, RrType::a, address("203.0.113.6"))},
        true));
    ask_text(reply({answer(kName, RrType::txt, text("who is there?"))}, true));
    ask_text(reply({answer(kName, RrType::txt, text(kWan6))}, true));  // asked from IPv4
    ask_text(reply(
        {answer(kName, RrType::txt, text(kWan)), answer(kName, RrType::txt, text("203.0.113.6"))},
        true));
    EXPECT_EQ(heard, std::vector<std::string>(8, "nothing"));
}

// A resolver that takes all questions for itself says one thing under many names.
TEST_F(DnsEcho, RepliesWithoutAuthorityAreOneVoice) {
    home.hosts["ns1.example.com"] = {"198.51.100.2"};
    make({"myip.example.net@ns1.example.net", "myip.example.net@ns1.example.com"});
    script = [](const Endpoint& to, Bytes datagram) {
        return std::vector{FakeHome::Reply{
            to, message(id_of(datagram), {name(kName), RrType::a}, address_reply(kWan, false))}};
    };
    look->ask(place);
    pass(100ms);
    EXPECT_THAT(heard, ElementsAre("ns1.example.net:53 by a resolver 203.0.113.5",
                                   "ns1.example.com:53 by a resolver 203.0.113.5"));
}

TEST_F(DnsEcho, ATruncatedReplyIsNoReasonForTcp) {
    ask(std::string(kName) + "@ns1.example.net", address_reply(kWan), true);
    EXPECT_THAT(heard, ElementsAre("nothing"));
}

TEST_F(DnsEcho, StrangersAreIgnored) {
    make({"myip.example.net@ns1.example.net"});
    script = [](const Endpoint& to, Bytes datagram) {
        const std::uint16_t id = id_of(datagram);
        const Ask ask{name(kName), RrType::a};
        const auto wrong = address_reply("203.0.113.66");
        return std::vector<FakeHome::Reply>{
            {to, message(static_cast<std::uint16_t>(id + 1), ask, wrong)},
            {{ip("198.51.100.9"), 53}, message(id, ask, wrong)},
            {{to.address, 5353}, message(id, ask, wrong)},
            {to, message(id, {name("other.net"), RrType::a}, wrong)},
            {to, {std::byte{1}}},
            {to, message(id, ask, address_reply(kWan))},
        };
    };
    look->ask(place);
    pass(100ms);
    EXPECT_THAT(heard, ElementsAre("ns1.example.net:53 by example.net 203.0.113.5"));
}

TEST_F(DnsEcho, SilenceIsGivenUpAfterThreeTries) {
    make({"myip.example.net@ns1.example.net"});
    look->ask(place);
    pass(kEchoTime - 10ms);
    EXPECT_THAT(heard, IsEmpty());
    EXPECT_TRUE(look->asking());
    pass(20ms);
    EXPECT_THAT(heard, ElementsAre("nothing"));
    EXPECT_EQ(asked.size(), 3U);
    EXPECT_FALSE(look->asking());
}

TEST_F(DnsEcho, EitherFamilyIsAskedFromItsOwnAddress) {
    place.v6 = Neighbourhood::Side{ip("2001:db8::10"), 64, ip("fe80::1")};
    make({"myip.example.net@ns6.example.net:5353", "TXT t.net@2001:db8:1::2"});
    script = [](const Endpoint& to, Bytes datagram) {
        const bool v4 = to.address.is_v4();
        const bool asked_text = to.address == ip("2001:db8:1::2");
        const Ask ask = asked_text ? Ask{name("t.net"), RrType::txt}
                                   : Ask{name(kName), v4 ? RrType::a : RrType::aaaa};
        const auto data = asked_text ? text(kWan6) : address(v4 ? kWan : kWan6);
        const Outcome made = reply({answer(ask.name.to_text(), ask.type, data)}, true);
        return std::vector{FakeHome::Reply{to, message(id_of(datagram), ask, made)}};
    };
    look->ask(place);
    pass(100ms);
    EXPECT_THAT(heard,
                ::testing::UnorderedElementsAre("ns6.example.net:5353 by example.net 203.0.113.5",
                                                "ns6.example.net:5353 by example.net 2001:db8::5",
                                                "[2001:db8:1::2]:53 by  2001:db8::5"));
}

TEST_F(DnsEcho, NewQuestionsReplaceOldOnes) {
    make({"myip.example.net@ns1.example.net", "myip.example.net@nowhere.example.net"});
    look->ask(place);
    pass(100ms);
    look->ask(place);
    pass(100ms);
    ASSERT_EQ(sent.size(), 2U);
    EXPECT_NE(id_of(sent[0]), id_of(sent[1]));
    look->ask(std::nullopt);
    EXPECT_FALSE(look->asking());
    pass(2 * kEchoTime);
    EXPECT_THAT(heard, IsEmpty());
    EXPECT_EQ(asked.size(), 2U);
}

TEST_F(DnsEcho, TooManyQuestionsAreLeftOut) {
    make(std::vector<std::string>(kMaxEchoQuestions + 1, "myip.example.net@ns1.example.net"));
    look->ask(place);
    pass(100ms);
    EXPECT_EQ(asked.size(), kMaxEchoQuestions);
}

}  // namespace
}  // namespace homeport::reach
