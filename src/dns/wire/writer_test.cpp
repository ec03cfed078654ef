#include "dns/wire/writer.hpp"

#include "dns/wire/message.hpp"
#include "dns/wire/testing.hpp"

#include <gmock/gmock.h>
#include <algorithm>

namespace homeport::dns {
namespace {

using testing::Ask;
using testing::name;
using testing::Octets;
using testing::request;

struct WriterTest : ::testing::Test {
    void ask(std::string_view owner, const Ask& ask = {}, std::size_t limit = kMinUdpBytes) {
        packet = request(owner, RrType::a, ask);
        ASSERT_EQ(parse_query(packet, query), QueryStatus::ok);
        writer.begin(query, limit);
    }
    bool add(Section section, std::string_view owner, RrType type, const RdataList& records,
             const RdataList& signatures = {}) {
        const Name owner_name = name(owner);
        return writer.add(section, owner_name, {type, 60, records.view(), signatures.view()},
                          signatures.count() > 0);
    }
    /// "section owner type size" of each record.
    std::vector<std::string> records(Bytes message) {
        std::vector<std::string> lines;
        auto reader = MessageReader::open(message).value();
        Record record;
        while (reader.next(record).value()) {
            lines.push_back(std::to_string(static_cast<int>(record.section)) + " " +
                            record.owner.to_text() + " " + to_text(record.type) + " " +
                            std::to_string(record.rdata.size()));
        }
        return lines;
    }

    Octets packet;
    Query query;
    Octets buffer = Octets(4096);
    MessageWriter writer{buffer};
};

const RdataList kAddress = testing::list({testing::address("192.0.2.1")});

// 0x20: the question comes back bit by bit; the owner points at it.
TEST_F(WriterTest, EchoesTheQuestion) {
    ask("wWw.eXample.");
    ASSERT_TRUE(
        writer.add(Section::answer, query.name, {RrType::a, 60, kAddress.view(), {}}, false));
    writer.set_authoritative();
    const Bytes message = writer.finish();
    EXPECT_TRUE(
        std::ranges::equal(message.subspan(kHeaderBytes, query.question.size()), query.question));
    const auto header = MessageReader::open(message)->header();
    EXPECT_EQ(header.id, 0x1234);
    EXPECT_EQ(header.flags, kFlagResponse | kFlagAuthoritative | kFlagRecursionDesired);
    EXPECT_EQ(message.size(), packet.size() + 2 + 10 + 4);
    EXPECT_THAT(records(message), ::testing::ElementsAre("0 wWw.eXample. A 4"));
}

TEST_F(WriterTest, CompressesOwnersAndOldRdataOnly) {
    ask("www.example.");
    const auto target = [](std::string_view text) {
        return testing::list({testing::target(text)});
    };
    ASSERT_TRUE(add(Section::authority, "EXAMPLE.", RrType::ns, target("ns1.example.")));
    ASSERT_TRUE(add(Section::authority, "example.", RrType::ns, target("ns1.example.")));
    ASSERT_TRUE(add(Section::authority, "example.", RrType::mx,
                    testing::list({testing::mx(1, "mx.ns1.example.")})));
    ASSERT_TRUE(add(Section::authority, "example.", RrType::dname, target("ns1.example.")));
    const Bytes message = writer.finish();
    const std::size_t ns1 = 2 + 10 + 6;  // pointer, "ns1" and a pointer
    const std::size_t again = 2 + 10 + 2;
    const std::size_t mx = 2 + 10 + 2 + 5;
    const std::size_t plain = 2 + 10 + 13;
    EXPECT_EQ(message.size(), packet.size() + ns1 + again + mx + plain);
    EXPECT_THAT(records(message),
                ::testing::ElementsAre("1 example. NS 13", "1 example. NS 13", "1 example. MX 18",
                                       "1 example. DNAME 13"));
}

// A set goes in whole or not at all, and what it left in the table of names goes with it.
TEST_F(WriterTest, TakesBackASetThatDoesNotFit) {
    ask("www.example.");
    RdataList many;
    for (int i = 0; i < 40; ++i)
        many.add(testing::target("host" + std::to_string(i) + ".other.example."));
    EXPECT_FALSE(add(Section::answer, "www.example.", RrType::ns, many));
    EXPECT_FALSE(writer.truncated());
    ASSERT_TRUE(add(Section::answer, "x.other.example.", RrType::a, kAddress));
    EXPECT_THAT(records(writer.finish()), ::testing::ElementsAre("0 x.other.example. A 4"));
}

// Also when only the signatures do not fit.
TEST_F(WriterTest, SignaturesBelongToTheSet) {
    ask("example.");
    RdataList signatures;
    for (int i = 0; i < 12; ++i) signatures.add(testing::rrsig(RrType::a));
    EXPECT_FALSE(add(Section::answer, "example.", RrType::a, kAddress, signatures));
    EXPECT_TRUE(add(Section::answer, "example.", RrType::a, kAddress,
                    testing::list({testing::rrsig(RrType::a)})));
    EXPECT_THAT(records(writer.finish()),
                ::testing::ElementsAre("0 example. A 4", "0 example. RRSIG 32"));
}

TEST_F(WriterTest, OptHasItsRoom) {
    ask("example.", {.edns = true});
    const Octets options(40);
    writer.reserve_opt({.dnssec_ok = true, .options = options});
    std::size_t count = 0;
    while (add(Section::answer, "example.", RrType::a, kAddress)) ++count;
    writer.set_rcode(Rcode::bad_vers);
    const Bytes message = writer.finish();
    EXPECT_LE(message.size(), kMinUdpBytes);
    EXPECT_EQ(count, (kMinUdpBytes - kHeaderBytes - 13 - 51) / 16);
    auto reader = MessageReader::open(message).value();
    EXPECT_EQ(reader.header().rcode(), Rcode::no_error);
    Record record;
    while (*reader.next(record)) {
    }
    EXPECT_EQ(record.type, RrType::opt);
    EXPECT_EQ(record.section, Section::additional);
    EXPECT_EQ(static_cast<unsigned>(record.rr_class), kMaxUdpBytes);
    EXPECT_EQ(record.ttl, 1U << 24 | kOptDnssecOk);
    EXPECT_EQ(record.rdata.size(), 40U);
}

// Any mix of names reads back as it was written, with a full table and behind 16 KiB too.
TEST_F(WriterTest, RandomNamesReadBack) {
    testing::Random random(5);
    buffer.resize(kMaxMessageBytes);
    writer = MessageWriter(buffer);
    for (int round = 0; round < 200; ++round) {
        const Name apex = testing::hostile_name(random, name("example."));
        packet = request(apex.view(), RrType::a);
        ASSERT_EQ(parse_query(packet, query), QueryStatus::ok);
        writer.begin(query, kMaxMessageBytes);
        std::vector<Name> owners;
        for (std::size_t i = random.below(400); i > 0; --i) {
            const Name owner = testing::hostile_name(random, random.one_in(2) ? apex : name("x."));
            const Name target = testing::hostile_name(random, apex);
            const RdataList rdata =
                testing::list({testing::Build().add(target.view().wire()).bytes});
            if (!writer.add(Section::answer, owner, {RrType::ns, 1, rdata.view(), {}}, false))
                break;
            owners.push_back(owner);
            owners.push_back(target);
        }
        auto reader = MessageReader::open(writer.finish()).value();
        Record record;
        for (std::size_t i = 0; i < owners.size(); i += 2) {
            ASSERT_TRUE(*reader.next(record));
            ASSERT_EQ(record.owner, owners[i]);
            ASSERT_EQ(*NameView::read(record.rdata), owners[i + 1].view());
        }
        ASSERT_FALSE(*reader.next(record));
    }
}

}  // namespace
}  // namespace homeport::dns
