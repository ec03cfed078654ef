#include "dns/server/responder.hpp"

#include "dns/zone/testing.hpp"

#include <gmock/gmock.h>
#include <thread>

namespace homeport::dns {
namespace {

using namespace testing;  // of dns

const IpAddress kSource = IpAddress::parse("192.0.2.77").value();

struct ResponderTest : ::testing::Test {
    ZoneBoard board;
    std::optional<Responder> responder;
    std::array<std::byte, kMaxMessageBytes> out{};

    void start(double per_second = 0) {
        std::vector<Line> lines{a("www.example.net."),
                                txt("long.example.net.", std::string(250, 'x'))};
        for (int i = 0; i < 30; ++i)
            lines.push_back(a("many.example.net.", "192.0.2." + std::to_string(i + 1)));
        board.publish(ZoneSet().with(make_zone("example.net.", lines)));
        responder.emplace(board, ResponderOptions{.answers_per_second = per_second});
        responder->begin_batch(TimePoint(1h), 1'700'000'000);
    }
    Bytes ask(Bytes request, Transport transport = Transport::udp) {
        const std::size_t size = responder->respond(request, kSource, transport, out);
        return Bytes(out).first(size);
    }
    static std::uint16_t flags(Bytes message) { return load_u16(octets(message) + 2); }
    static Rcode rcode(Bytes message) { return static_cast<Rcode>(flags(message) & kRcodeMask); }
    static bool truncated(Bytes message) { return (flags(message) & kFlagTruncated) != 0; }
    /// The COOKIE option's content in the OPT at the end.
    static Bytes cookie_of(Bytes message) {
        return message.last(kClientCookieBytes + kServerCookieBytes);
    }

    static Octets request(std::string_view owner, RrType type = RrType::a, Bytes cookie = {}) {
        Build build;
        build.u16(77).u16(0).u16(1).u16(0).u16(0).u16(1);
        build.name(owner).u16(static_cast<unsigned>(type)).u16(1);
        build.u8(0).u16(41).u16(1232).u32(0);
        if (cookie.empty()) return build.u16(0).bytes;
        build.u16(static_cast<unsigned>(cookie.size() + 4)).u16(10);
        return build.u16(static_cast<unsigned>(cookie.size())).add(cookie).bytes;
    }
};

TEST_F(ResponderTest, Answers) {
    start();
    const Bytes good = ask(request("www.example.net."));
    EXPECT_EQ(rcode(good), Rcode::no_error);
    EXPECT_NE(flags(good) & kFlagAuthoritative, 0);
    EXPECT_EQ(rcode(ask(request("none.example.net."))), Rcode::nx_domain);
    EXPECT_EQ(rcode(ask(request("www.example.org."))), Rcode::refused);
    EXPECT_EQ(rcode(ask(request("example.net.", RrType::axfr))), Rcode::refused);
    EXPECT_EQ(responder->counters().no_error.value(), 1U);
    EXPECT_EQ(responder->counters().nx_domain.value(), 1U);
    EXPECT_EQ(responder->counters().refused.value(), 2U);
    EXPECT_EQ(responder->counters().udp.value(), 4U);
}

TEST_F(ResponderTest, NothingForGarbage) {
    start();
    EXPECT_TRUE(ask(as_bytes("short")).empty());
    Octets response = request("www.example.net.");
    response[2] = std::byte{0x80};
    EXPECT_TRUE(ask(response).empty()) << "answers are not answered";
    Octets two_questions = request("www.example.net.");
    two_questions[5] = std::byte{2};
    EXPECT_EQ(rcode(ask(two_questions)), Rcode::form_err);
    Octets update = request("example.net.");
    update[2] = std::byte{5 << 3};
    EXPECT_EQ(rcode(ask(update)), Rcode::refused);
    Octets status = request("example.net.");
    status[2] = std::byte{2 << 3};
    EXPECT_EQ(rcode(ask(status)), Rcode::not_imp);
}

// RFC 7873 section 5.4: no question, but a cookie: nothing is said but a cookie.
TEST_F(ResponderTest, CookieWithoutQuestion) {
    start();
    const Octets client(8, std::byte{5});
    Octets only_cookie = Build().u16(77).u16(0).u16(0).u16(0).u16(0).u16(1).bytes;
    const Octets opt = Build().u8(0).u16(41).u16(1232).u32(0).u16(12).u16(10).u16(8).bytes;
    only_cookie.insert(only_cookie.end(), opt.begin(), opt.end());
    Octets nothing = only_cookie;
    only_cookie.insert(only_cookie.end(), client.begin(), client.end());
    const Bytes answer = ask(only_cookie);
    EXPECT_EQ(rcode(answer), Rcode::no_error);
    EXPECT_EQ(load_u16(octets(answer) + 4), 0U) << "questions";
    EXPECT_EQ(answer.size(), kHeaderBytes + kOptBytes + kCookieOptionBytes);
    nothing.resize(kHeaderBytes);
    nothing[11] = std::byte{0};
    EXPECT_EQ(rcode(ask(nothing)), Rcode::form_err);
}

// RFC 6891 section 6.1.3, whatever the opcode.
TEST_F(ResponderTest, UnknownVersionOfEdns) {
    start();
    for (const int opcode : {0, 2, 4, 5, 9}) {
        Octets newer = request("www.example.net.");
        newer[2] = static_cast<std::byte>(opcode << 3);
        newer[newer.size() - 5] = std::byte{1};  // the version, in the TTL of OPT
        const Bytes answer = ask(newer);
        EXPECT_EQ(rcode(answer), Rcode::no_error) << opcode;
        EXPECT_EQ(answer[answer.size() - 6], std::byte{1}) << "upper bits of BADVERS, " << opcode;
    }
}

// Without a cookie an answer is at most four times its request; with one, and over TCP, it is
// whole.
TEST_F(ResponderTest, NoAmplifier) {
    start();
    const Octets many = request("many.example.net.");
    const Bytes shortened = ask(many);
    EXPECT_TRUE(truncated(shortened));
    EXPECT_LE(shortened.size(), many.size());
    EXPECT_FALSE(truncated(ask(many, Transport::tcp)));

    const Octets client(8, std::byte{5});
    const Bytes first = ask(request("many.example.net.", RrType::a, client));
    EXPECT_TRUE(truncated(first));
    const Octets shown(cookie_of(first).begin(), cookie_of(first).end());
    const Bytes whole = ask(request("many.example.net.", RrType::a, shown));
    EXPECT_FALSE(truncated(whole));
    EXPECT_GT(whole.size(), many.size() * 4);
    EXPECT_EQ(responder->counters().known.value(), 1U);
}

// Beyond the rate every second request is answered, by "come over TCP"; TCP and cookies are free.
TEST_F(ResponderTest, RateLimited) {
    start(50);
    const Octets request_a = request("www.example.net.");
    int whole = 0;
    int shortened = 0;
    std::size_t bytes = 0;
    for (int i = 0; i < 1050; ++i) {
        const Bytes answer = ask(request_a);
        if (answer.empty()) continue;
        truncated(answer) ? ++shortened : ++whole;
        if (truncated(answer)) bytes += answer.size();
    }
    EXPECT_EQ(whole, 50);
    EXPECT_EQ(shortened, 500);
    EXPECT_LT(bytes, request_a.size() * 1000) << "less out than in";
    EXPECT_EQ(responder->counters().limited.value(), 1000U);
    EXPECT_EQ(rcode(ask(request_a, Transport::tcp)), Rcode::no_error);
    const Octets client(8, std::byte{5});
    Bytes with_cookie;
    for (int i = 0; i < 2 && with_cookie.empty(); ++i)
        with_cookie = ask(request("www.example.net.", RrType::a, client));
    const Octets shown(cookie_of(with_cookie).begin(), cookie_of(with_cookie).end());
    for (int i = 0; i < 200; ++i)
        EXPECT_FALSE(truncated(ask(request("www.example.net.", RrType::a, shown))));
}

// News on the board are answered from the next batch on, while others go on reading.
TEST_F(ResponderTest, NewsFromTheBoard) {
    start();
    EXPECT_EQ(rcode(ask(request("new.example.net."))), Rcode::nx_domain);
    board.publish(ZoneSet().with(make_zone("example.net.", {a("new.example.net.")})));
    EXPECT_EQ(rcode(ask(request("new.example.net."))), Rcode::nx_domain);
    responder->begin_batch(TimePoint(1h), 1'700'000'000);
    EXPECT_EQ(rcode(ask(request("new.example.net."))), Rcode::no_error);
}

// "Nothing yet" is not "no zones": whoever answers from it would refuse what is about to come.
TEST_F(ResponderTest, ReadyWhenZonesHaveCome) {
    responder.emplace(board, ResponderOptions());
    responder->begin_batch(TimePoint(1h), 1'700'000'000);
    EXPECT_FALSE(responder->ready());
    board.publish({});
    EXPECT_FALSE(responder->ready()) << "it has not looked again";
    responder->begin_batch(TimePoint(1h), 1'700'000'000);
    EXPECT_TRUE(responder->ready());
}

TEST_F(ResponderTest, ThreadsReadWhileOneWrites) {
    start();
    std::atomic<bool> over = false;
    std::vector<std::thread> readers;
    std::atomic<int> wrong = 0;
    for (int thread = 0; thread < 2; ++thread) {
        readers.emplace_back([&] {
            Responder mine(board, {});
            std::vector<std::byte> room(kMaxMessageBytes);
            const Octets query = request("www.example.net.");
            while (!over) {
                mine.begin_batch(TimePoint(1h), 1'700'000'000);
                const auto size = mine.respond(query, kSource, Transport::udp, room);
                if (rcode(Bytes(room).first(size)) != Rcode::no_error) ++wrong;
            }
        });
    }
    for (int i = 0; i < 2000; ++i) {
        auto zone = make_zone(
            "example.net.", {a("www.example.net."), a("n" + std::to_string(i) + ".example.net.")});
        board.publish(board.zones().with(std::move(zone)));
    }
    over = true;
    for (std::thread& reader : readers) reader.join();
    EXPECT_EQ(wrong, 0);
}

}  // namespace
}  // namespace homeport::dns
