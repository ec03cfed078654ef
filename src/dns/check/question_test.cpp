#include "dns/check/question.hpp"

#include "dns/check/testing.hpp"
#include "dns/wire/query.hpp"

#include <gmock/gmock.h>

namespace homeport::dns::check {
namespace {

using namespace testing;

const Ask kAsk{name("home.example"), RrType::a};

Errc error_of(Bytes message, std::uint16_t id = 7) {
    const auto read = read_reply(message, id, kAsk);
    EXPECT_FALSE(read);
    return read ? Errc::io : read.error().code;
}

// The question is what a server's parser takes: one question, OPT, RD as asked.
TEST(Question, ServersUnderstandIt) {
    for (const bool recursion : {false, true}) {
        std::array<std::byte, kQuestionBytes> room;
        const Ask ask{name("Home.example"), RrType::aaaa, recursion};
        const Bytes written = write_ask(0x1234, ask, room);
        Query query;
        ASSERT_EQ(parse_query(written, query), QueryStatus::ok);
        EXPECT_EQ(query.id, 0x1234);
        EXPECT_EQ(query.name.to_text(), "Home.example.");
        EXPECT_EQ(query.type, RrType::aaaa);
        EXPECT_EQ(query.rr_class, RrClass::in);
        EXPECT_EQ(query.recursion_desired, recursion);
        EXPECT_TRUE(query.edns.present);
        EXPECT_EQ(query.edns.payload_bytes, 1232);
    }
}

// The longest name fits the room.
TEST(Question, LongestName) {
    Name longest;
    while (const auto more = Name::child("a", longest)) longest = *more;
    std::array<std::byte, kQuestionBytes> room;
    EXPECT_EQ(write_ask(1, {longest, RrType::a}, room).size(), kQuestionBytes);
}

TEST(Question, ReplyIsRead) {
    const Outcome made = reply({answer("home.example", RrType::a, address("192.0.2.1"), 33)}, true);
    const auto read = read_reply(message(7, {name("HOME.example"), RrType::a}, made), 7, kAsk);
    ASSERT_TRUE(read) << read.error().what;
    EXPECT_TRUE(read->authoritative);
    ASSERT_EQ(read->records.size(), 1U);
    EXPECT_EQ(read->records[0].ttl, 33U);
}

// The upper bits of an error stand in OPT, which is no record of the answer.
TEST(Question, ExtendedRcode) {
    Octets packet = message(7, kAsk, reply({}));
    packet[11] = std::byte{1};  // ARCOUNT
    const Octets opt = Build().u8(0).u16(41).u16(1232).u8(1).u8(0).u16(0).u16(0).bytes;
    packet.insert(packet.end(), opt.begin(), opt.end());
    const auto read = read_reply(packet, 7, kAsk);
    ASSERT_TRUE(read) << read.error().what;
    EXPECT_EQ(read->rcode, Rcode::bad_vers);
    EXPECT_TRUE(read->records.empty());
}

// Others' replies, requests and noise are told from a broken reply.
TEST(Question, OnlyTheReplyCounts) {
    const Octets good = message(7, kAsk, reply({}));
    EXPECT_EQ(error_of(good, 8), Errc::not_found);
    EXPECT_EQ(error_of(message(7, {name("other.example"), RrType::a}, reply({}))), Errc::not_found);
    EXPECT_EQ(error_of(message(7, {kAsk.name, RrType::aaaa}, reply({}))), Errc::not_found);
    EXPECT_EQ(error_of(as_bytes("noise")), Errc::not_found);
    EXPECT_EQ(error_of(request("home.example", RrType::a), 0x1234), Errc::not_found);
    const Octets whole =
        message(7, kAsk, reply({answer("home.example", RrType::a, address("192.0.2.1"))}));
    for (std::size_t bytes = good.size(); bytes < whole.size(); ++bytes)
        EXPECT_EQ(error_of(Bytes(whole).first(bytes)), Errc::protocol) << bytes;
    for (std::size_t bytes = 0; bytes < good.size(); ++bytes)
        EXPECT_EQ(error_of(Bytes(whole).first(bytes)), Errc::not_found) << bytes;
}

// A refusal may come without the question; an answer may not.
TEST(Question, RefusalWithoutQuestion) {
    const auto bare = [](unsigned flags) {
        return Build().u16(7).u16(flags).u16(0).u16(0).u16(0).u16(0).bytes;
    };
    EXPECT_EQ(read_reply(bare(0x8001), 7, kAsk).value().rcode, Rcode::form_err);
    EXPECT_EQ(error_of(bare(0x8000)), Errc::not_found);
}

}  // namespace
}  // namespace homeport::dns::check
