#include "dns/transfer/notify.hpp"

#include "dns/zone/testing.hpp"

#include <gmock/gmock.h>

namespace homeport::dns {
namespace {

using namespace testing;

struct NotifyTest : ::testing::Test {
    /// The message that was written, with QR and these flags.
    Octets reply_with(Bytes message, unsigned flags) {
        Octets reply(message.begin(), message.end());
        reply[2] = reply[2] | std::byte{0x80} | static_cast<std::byte>(flags >> 8);
        reply[3] = static_cast<std::byte>(flags);
        return reply;
    }

    std::shared_ptr<const Zone> zone = make_zone("example.", {});
    Octets buffer = Octets(kMaxUdpBytes);
};

// RFC 1996 section 3.7 and 4.5: opcode NOTIFY, AA, one question, the SOA.
TEST_F(NotifyTest, SaysWhatChanged) {
    const Bytes message = write_notify(77, *zone, buffer);
    auto reader = MessageReader::open(message).value();
    EXPECT_EQ(reader.header().id, 77);
    EXPECT_EQ(reader.header().flags, 4U << kOpcodeShift | kFlagAuthoritative);
    Question question;
    ASSERT_TRUE(reader.next(question).value());
    EXPECT_EQ(question.name.to_text(), "example.");
    EXPECT_EQ(question.type, RrType::soa);
    Record record;
    ASSERT_TRUE(reader.next(record).value());
    EXPECT_EQ(record.section, Section::answer);
    EXPECT_EQ(SoaView(record.rdata).serial(), 1U);
    EXPECT_FALSE(reader.next(record).value());
    Query query;
    EXPECT_EQ(parse_query(message, query), QueryStatus::ok);
}

TEST_F(NotifyTest, LongestNamesFit) {
    const std::string label(59, 'x');
    const std::string apex = label + "." + label + "." + label + "." + label + ".abcdefghijkl.";
    const auto long_zone = make_zone(apex, {});
    EXPECT_LT(write_notify(1, *long_zone, buffer).size(), 900U);
}

TEST_F(NotifyTest, RepliesAreMatched) {
    const Octets reply = reply_with(write_notify(77, *zone, buffer), 0);
    EXPECT_EQ(read_notify_reply(reply, 77, name("EXAMPLE.")).value(), Rcode::no_error);
    EXPECT_FALSE(read_notify_reply(reply, 78, name("example.")));
    EXPECT_FALSE(read_notify_reply(reply, 77, name("example.org.")));
    EXPECT_FALSE(read_notify_reply(write_notify(77, *zone, buffer), 77, name("example.")));
    EXPECT_FALSE(read_soa_reply(reply, 77, name("example.")));
    EXPECT_FALSE(read_notify_reply(Bytes(reply).first(20), 77, name("example.")));
    EXPECT_FALSE(read_notify_reply({}, 77, name("example.")));
    const Octets not_imp = reply_with(write_notify(77, *zone, buffer), 4);
    EXPECT_EQ(read_notify_reply(not_imp, 77, name("example.")).value(), Rcode::not_imp);
}

TEST_F(NotifyTest, SerialIsReadFromAuthoritativeAnswers) {
    const Bytes asked = write_soa_question(9, zone->apex(), buffer);
    Query query;
    ASSERT_EQ(parse_query(asked, query), QueryStatus::ok);
    EXPECT_FALSE(query.recursion_desired);
    Octets answer(kMaxUdpBytes);
    MessageWriter writer(answer);
    writer.begin(query, answer.size());
    writer.add(Section::answer, query.name, zone->soa(), false);
    const Bytes lame = writer.finish();
    EXPECT_EQ(read_soa_reply(lame, 9, zone->apex()).error().code, Errc::not_found);
    const Octets good = reply_with(lame, kFlagAuthoritative);
    EXPECT_EQ(read_soa_reply(good, 9, zone->apex()).value(), 1U);
    EXPECT_EQ(read_soa_reply(good, 8, zone->apex()).error().code, Errc::protocol);
    const Octets refused = reply_with(asked, kFlagAuthoritative | 5U);
    EXPECT_EQ(read_soa_reply(refused, 9, zone->apex()).error().code, Errc::not_found);
}

}  // namespace
}  // namespace homeport::dns
