#include "dns/transfer/transfer.hpp"

#include "dns/transfer/limits.hpp"
#include "dns/transfer/testing.hpp"

#include <gmock/gmock.h>

namespace homeport::dns {
namespace {

using namespace testing;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::Le;

Lines whole(const Primary& primary, std::size_t reserved = 0) {
    Transfer transfer = testing::transfer(axfr_request("example."), primary, reserved);
    EXPECT_EQ(transfer.form(), Transfer::Form::whole);
    Secondary secondary;
    secondary.take(records_of(messages_of(transfer)));
    return secondary.lines;
}

std::vector<std::string> text_of(const std::vector<Record>& records) {
    std::vector<std::string> lines;
    for (const Record& record : records) {
        std::string line = line_of(record.owner, record.type, record.rdata);
        if (record.type == RrType::soa)
            line += " " + std::to_string(SoaView(record.rdata).serial());
        lines.push_back(line);
    }
    return lines;
}

// RFC 5936 section 2.2: SOA first and last and nowhere else; RRSIGs, glue and hidden names too.
TEST(TransferTest, WholeZoneStandsBetweenItsSoas) {
    const Primary primary(sign_zone(
        make_zone("example.", {ns("sub.example.", "ns.sub.example."), a("ns.sub.example."),
                               txt("hidden.sub.example."), a("x.y.example.")})));
    Transfer transfer = testing::transfer(axfr_request("example."), primary);
    EXPECT_THAT(
        text_of(records_of(messages_of(transfer))),
        ElementsAre("example. SOA 1", "example. NS ns1.elsewhere.", "example. RRSIG NS",
                    "example. RRSIG SOA", "example. NSEC sub.example.", "example. RRSIG NSEC",
                    "sub.example. NS ns.sub.example.", "sub.example. NSEC x.y.example.",
                    "sub.example. RRSIG NSEC", "hidden.sub.example. TXT",
                    "ns.sub.example. A 192.0.2.1", "x.y.example. A 192.0.2.1",
                    "x.y.example. RRSIG A", "x.y.example. NSEC example.", "x.y.example. RRSIG NSEC",
                    "example. SOA 1"));
}

TEST(TransferTest, RandomZonesArriveWhole) {
    for (std::uint64_t seed = 0; seed < 40; ++seed) {
        Random random(seed);
        Primary primary(make_zone("example.", {}));
        primary.step([&random](ZoneEditor& editor) {
            for (std::size_t edits = random.below(300); edits > 0; --edits) {
                const Name owner = hostile_name(random, name("example."));
                const std::string content(random.below(255), 'x');
                (void)editor.replace(owner, RrType::txt, 60, list({text(content), text("y")}));
                random_edit(random, editor);
            }
        });
        EXPECT_EQ(whole(primary, random.below(500)), lines_of(*primary.zone)) << seed;
    }
}

// Sets are cut where a message is full; what is reserved stays free; a record that is longer than
// other messages gets one of its own.
TEST(TransferTest, MessagesEndWhereTheyAreFull) {
    Primary primary(make_zone("example.", {}));
    primary.step([](ZoneEditor& editor) {
        RdataList many;
        for (unsigned i = 0; i < 2048; ++i) many.add(Build().u32(i).bytes);
        ASSERT_TRUE(editor.replace(name("many.example."), RrType::a, 60, many));
        Build longest;
        for (int i = 0; i < 230; ++i) longest.text(std::string(255, 'x'));
        ASSERT_TRUE(editor.replace(name("long.example."), RrType::txt, 60, list({longest.bytes})));
    });
    for (const std::size_t reserved : {0U, 300U, 1024U}) {
        Transfer transfer = testing::transfer(axfr_request("example."), primary, reserved);
        std::vector<std::size_t> sizes;
        for (const Octets& message : messages_of(transfer)) sizes.push_back(message.size());
        EXPECT_EQ(std::ranges::count_if(sizes, [](auto size) { return size > 58'000; }), 1);
        std::erase_if(sizes, [](auto size) { return size > 58'000; });
        EXPECT_THAT(sizes, Each(Le(kTransferMessageBytes - reserved)));
        EXPECT_THAT(sizes, ::testing::SizeIs(3));
        EXPECT_GT(sizes[1] + 20 + reserved, kTransferMessageBytes);
        EXPECT_EQ(whole(primary, reserved), lines_of(*primary.zone));
    }
}

// RFC 5936 section 2.2.1: id, AA and opcode in each; the question in the first at least. OPT in
// each when the request has it (RFC 6891 section 6.1.1).
TEST(TransferTest, HeadersOfAllMessages) {
    Primary primary(make_zone("example.", {}));
    primary.step([](ZoneEditor& editor) {
        for (int i = 0; i < 2000; ++i)
            put_lines(editor, {a("host" + std::to_string(i) + ".example.")});
    });
    for (const bool edns : {false, true}) {
        Transfer transfer =
            testing::transfer(axfr_request("EXAMPLE.", {.edns = edns, .flags = 0}), primary);
        const auto messages = messages_of(transfer);
        ASSERT_GE(messages.size(), 3U);
        for (std::size_t i = 0; i < messages.size(); ++i) {
            const auto reply = read_reply(messages[i]);
            EXPECT_EQ(reply.header.id, 0x1234);
            EXPECT_EQ(reply.header.flags, kFlagResponse | kFlagAuthoritative);
            EXPECT_EQ(reply.header.questions, i == 0 ? 1 : 0);
            EXPECT_EQ(reply.opt, edns);
        }
    }
}

// A reader takes the zone as it was when it asked, however slow it is.
TEST(TransferTest, ZoneGoesOnChangingMeanwhile) {
    Primary primary(make_zone("example.", {}));
    primary.step([](ZoneEditor& editor) {
        for (int i = 0; i < 3000; ++i)
            put_lines(editor, {a("host" + std::to_string(i) + ".example.")});
    });
    primary.step([](ZoneEditor& editor) {
        for (int i = 0; i < 1000; ++i)
            put_lines(editor, {txt("host" + std::to_string(i) + ".example.")});
    });
    const Lines then = lines_of(*primary.zone);
    Transfer slow = testing::transfer(axfr_request("example."), primary);
    Transfer incremental = testing::transfer(ixfr_request("example.", 2), primary);
    EXPECT_EQ(incremental.form(), Transfer::Form::incremental);
    Octets buffer(kMaxMessageBytes);
    std::vector<Octets> messages;
    for (int i = 0;; ++i) {
        const std::size_t size = slow.next(buffer);
        if (size == 0) break;
        messages.emplace_back(buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(size));
        primary.step([i](ZoneEditor& editor) {
            ASSERT_TRUE(editor.remove_name(name("host" + std::to_string(2999 - i) + ".example.")));
            put_lines(editor, {a("new" + std::to_string(i) + ".example.")});
        });
    }
    EXPECT_GT(messages.size(), 3U);
    Secondary secondary;
    secondary.take(records_of(messages));
    EXPECT_EQ(secondary.lines, then);
    primary.history.clear();
    EXPECT_EQ(records_of(messages_of(incremental)).size(), 1004U);
}

// Whatever happened between two serials, the differences make the one into the other.
TEST(TransferTest, DifferencesLeadToTheSameZone) {
    std::size_t incremental = 0;
    for (std::uint64_t seed = 0; seed < 30; ++seed) {
        Random random(seed);
        Primary primary(make_zone("example.", {}));
        primary.step([&random](ZoneEditor& editor) {
            for (int i = 0; i < 100; ++i) random_edit(random, editor);
            for (int i = 0; i < 200; ++i)
                put_lines(editor, {txt("fill" + std::to_string(i) + ".example.")});
        });
        std::vector<std::shared_ptr<const Zone>> versions{primary.zone};
        for (int i = 0; i < 12; ++i) {
            primary.step([&random](ZoneEditor& editor) {
                for (std::size_t edits = random.below(6); edits > 0; --edits)
                    random_edit(random, editor);
            });
            versions.push_back(primary.zone);
        }
        for (const auto& version : versions) {
            Transfer transfer =
                testing::transfer(ixfr_request("example.", version->serial()), primary);
            incremental += transfer.form() == Transfer::Form::incremental ? 1 : 0;
            Secondary secondary{lines_of(*version)};
            secondary.take(records_of(messages_of(transfer)));
            EXPECT_EQ(secondary.lines, lines_of(*primary.zone)) << seed;
        }
    }
    EXPECT_GT(incremental, 200U);
}

struct IxfrTest : ::testing::Test {
    IxfrTest() {
        primary.step([](ZoneEditor& editor) {
            for (int i = 0; i < 50; ++i)
                put_lines(editor, {txt("fill" + std::to_string(i) + ".example.")});
            put_lines(editor, {a("x.example."), a("x.example.", "192.0.2.2")});
        });
    }
    std::vector<std::string> ask(std::uint32_t serial) {
        Transfer transfer = testing::transfer(ixfr_request("example.", serial), primary);
        form = transfer.form();
        return text_of(records_of(messages_of(transfer)));
    }

    Primary primary{make_zone("example.", {})};
    Transfer::Form form{};
};

// RFC 1995 section 4: one sequence per step, the newest SOA around all of them.
TEST_F(IxfrTest, SequencesOfDifferences) {
    primary.step([](ZoneEditor& editor) {
        put_lines(editor, {a("x.example.", "192.0.2.2"), a("x.example.", "192.0.2.3")});
    });
    primary.step([](ZoneEditor& editor) {
        put_lines(editor, {cname("y.example.", "x.example.")});
        ASSERT_TRUE(editor.remove_name(name("fill0.example.")));
        ASSERT_TRUE(editor.sign(name("x.example."), RrType::a, list({rrsig(RrType::a)})));
    });
    EXPECT_THAT(ask(2), ElementsAre("example. SOA 4", "example. SOA 2", "x.example. A 192.0.2.1",
                                    "example. SOA 3", "x.example. A 192.0.2.3", "example. SOA 3",
                                    "fill0.example. TXT", "example. SOA 4", "x.example. RRSIG A",
                                    "y.example. CNAME x.example.", "example. SOA 4"));
    EXPECT_EQ(form, Transfer::Form::incremental);
    EXPECT_EQ(ask(3).size(), 7U);
}

TEST_F(IxfrTest, AnotherTtlMovesTheWholeSetWithItsSignatures) {
    primary.step([](ZoneEditor& editor) {
        ASSERT_TRUE(editor.sign(name("x.example."), RrType::a, list({rrsig(RrType::a)})));
    });
    primary.step([](ZoneEditor& editor) {
        const RdataList same = list({address("192.0.2.1"), address("192.0.2.2")});
        ASSERT_TRUE(editor.replace(name("x.example."), RrType::a, 60, same));
        ASSERT_TRUE(editor.sign(name("x.example."), RrType::a, list({rrsig(RrType::a)})));
    });
    EXPECT_THAT(ask(3),
                ElementsAre("example. SOA 4", "example. SOA 3", "x.example. A 192.0.2.1",
                            "x.example. A 192.0.2.2", "x.example. RRSIG A", "example. SOA 4",
                            "x.example. A 192.0.2.1", "x.example. A 192.0.2.2",
                            "x.example. RRSIG A", "example. SOA 4"));
}

// RFC 1995 section 2: the SOA alone to who has as much or more.
TEST_F(IxfrTest, NothingForTheCurrent) {
    for (const std::uint32_t serial : {2U, 3U, 0x7fffffffU}) {
        EXPECT_THAT(ask(serial), ElementsAre("example. SOA 2"));
        EXPECT_EQ(form, Transfer::Form::current);
    }
}

TEST_F(IxfrTest, WholeZoneWhereHistoryEndsOrIsLonger) {
    EXPECT_EQ(ask(0).size(), 55U);  // never was
    EXPECT_EQ(form, Transfer::Form::whole);
    EXPECT_EQ(ask(0x80000002U).size(), 55U);  // neither older nor newer
    EXPECT_EQ(form, Transfer::Form::whole);
    primary.step([](ZoneEditor& editor) {
        for (int i = 0; i < 50; ++i)
            ASSERT_TRUE(editor.remove_name(name("fill" + std::to_string(i) + ".example.")));
    });
    EXPECT_EQ(ask(2).size(), 5U);
    EXPECT_EQ(form, Transfer::Form::whole);
    primary.history.clear();
    EXPECT_EQ(ask(2).size(), 5U);
}

// A history that ends elsewhere than the zone is of no use.
TEST_F(IxfrTest, HistoryOfAnotherSerialIsNotUsed) {
    const std::shared_ptr<const Zone> old = primary.zone;
    primary.step([](ZoneEditor& editor) { put_lines(editor, {a("new.example.")}); });
    primary.step([](ZoneEditor& editor) { put_lines(editor, {a("newer.example.")}); });
    Transfer transfer(read_request(ixfr_request("example.", 1)).value(), old, primary.history, 0);
    EXPECT_EQ(transfer.form(), Transfer::Form::whole);
}

// Over UDP: all of it, or the SOA, which means "ask over TCP".
TEST_F(IxfrTest, DatagramsHoldAllOrTheSoa) {
    primary.step([](ZoneEditor& editor) { put_lines(editor, {a("new.example.")}); });
    primary.step([](ZoneEditor& editor) {
        for (int i = 0; i < 30; ++i)
            put_lines(editor, {a("new" + std::to_string(i) + ".example.")});
    });
    const auto ask_udp = [this](std::uint32_t serial, std::size_t bytes, std::size_t reserved) {
        Octets out(bytes);
        Transfer transfer = testing::transfer(ixfr_request("example.", serial), primary, reserved);
        const std::size_t size = transfer.datagram(out);
        EXPECT_LE(size + reserved, bytes);
        return size == 0 ? 0 : read_reply(Bytes(out).first(size)).records.size();
    };
    EXPECT_EQ(ask_udp(4, 512, 0), 1U);
    EXPECT_EQ(ask_udp(3, 1232, 0), 34U);
    EXPECT_EQ(ask_udp(3, 1232, 700), 1U);
    EXPECT_EQ(ask_udp(3, 512, 0), 1U);
    EXPECT_EQ(ask_udp(0, 512, 0), 1U);
    EXPECT_EQ(ask_udp(3, 512, 103), 0U);
}

TEST(TransferRequestTest, WhatIsNoneIsRefused) {
    const auto refused = [](const Octets& packet) {
        const auto request = read_request(packet);
        return request ? Rcode::no_error : request.error();
    };
    EXPECT_EQ(refused(axfr_request("example.")), Rcode::no_error);
    EXPECT_EQ(refused(ixfr_request("example.", 7)), Rcode::no_error);
    EXPECT_EQ(read_request(ixfr_request("example.", 7))->serial(), 7U);
    EXPECT_FALSE(read_request(axfr_request("example."))->serial());
    EXPECT_EQ(refused(request("example.", RrType::a)), Rcode::form_err);
    EXPECT_EQ(refused(request("example.", RrType::ixfr)), Rcode::form_err);
    EXPECT_EQ(refused(axfr_request("example.", {.rr_class = RrClass::ch})), Rcode::refused);
    // The SOA of another zone; another type; an SOA that is cut.
    Octets packet = ixfr_request("example.", 7);
    const std::size_t soa_at = request("example.", RrType::ixfr).size();
    packet[soa_at + 1] = std::byte{'f'};
    EXPECT_EQ(refused(packet), Rcode::form_err);
    packet = ixfr_request("example.", 7);
    packet[soa_at + 10] = std::byte{16};
    EXPECT_EQ(refused(packet), Rcode::form_err);
    packet = ixfr_request("example.", 7);
    packet.pop_back();
    packet[soa_at + 18] = static_cast<std::byte>(std::to_integer<int>(packet[soa_at + 18]) - 1);
    EXPECT_EQ(refused(packet), Rcode::form_err);
}

// The request's packet is gone when messages are written.
TEST(TransferRequestTest, KeepsItsOwnCopy) {
    auto packet = std::make_unique<Octets>(axfr_request("eXample."));
    auto request = read_request(*packet);
    packet.reset();
    TransferRequest moved = std::move(*request);
    EXPECT_EQ(moved.apex().to_text(), "eXample.");
    EXPECT_EQ(moved.query().id, 0x1234);
}

}  // namespace
}  // namespace homeport::dns
