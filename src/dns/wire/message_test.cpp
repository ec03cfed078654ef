#include "dns/wire/message.hpp"

#include "dns/wire/testing.hpp"

#include <gtest/gtest.h>

namespace homeport::dns {
namespace {

using testing::Build;
using testing::name;
using testing::Octets;

Build header(unsigned questions, unsigned answers, unsigned authorities = 0) {
    return Build().u16(7).u16(0x2800).u16(questions).u16(answers).u16(authorities).u16(0);
}

/// Reads everything; the error, or nothing.
std::optional<Error> error_of(Bytes message) {
    auto reader = MessageReader::open(message);
    if (!reader) return reader.error();
    Record record;
    while (true) {
        const auto more = reader->next(record);
        if (!more) return more.error();
        if (!*more) return std::nullopt;
    }
}

Build& record(Build& to, RrType type, RrClass rr_class, const Octets& rdata) {
    to.u16(static_cast<unsigned>(type)).u16(static_cast<unsigned>(rr_class)).u32(60);
    return to.u16(static_cast<unsigned>(rdata.size())).add(rdata);
}

TEST(Message, ReadsSectionsAndExpandsNames) {
    Build message = header(1, 1, 1).name("example.").u16(6).u16(1);
    message.raw({3, 'w', 'w', 'w', 0xc0, 12});
    record(message, RrType::mx, RrClass::in, Build().u16(5).raw({2, 'm', 'x', 0xc0, 25}).bytes);
    message.raw({0xc0, 12});
    record(message, RrType::a, RrClass::any, {});
    auto reader = MessageReader::open(message.bytes).value();
    EXPECT_EQ(reader.header().opcode(), Opcode::update);
    Question question;
    ASSERT_TRUE(*reader.next(question));
    EXPECT_EQ(question.name, name("example."));
    EXPECT_EQ(question.type, RrType::soa);
    EXPECT_FALSE(*reader.next(question));
    Record read;
    ASSERT_TRUE(*reader.next(read));
    EXPECT_EQ(read.section, Section::answer);
    EXPECT_EQ(read.owner, name("www.example."));
    EXPECT_EQ(read.ttl, 60U);
    EXPECT_EQ(read.rdata, testing::mx(5, "mx.www.example."));
    ASSERT_TRUE(*reader.next(read));
    EXPECT_EQ(read.section, Section::authority);
    EXPECT_EQ(read.rr_class, RrClass::any);
    EXPECT_TRUE(read.rdata.empty());
    EXPECT_FALSE(*reader.next(read));
}

TEST(Message, CutAnywhereIsAnError) {
    Build message = header(1, 1).name("example.").u16(6).u16(1).raw({0xc0, 12});
    record(message, RrType::soa, RrClass::in, testing::soa(1));
    ASSERT_FALSE(error_of(message.bytes));
    for (std::size_t size = 0; size < message.bytes.size(); ++size) {
        const auto error = error_of(Bytes(message.bytes).first(size));
        ASSERT_TRUE(error) << size;
        EXPECT_EQ(error->code, Errc::protocol);
    }
    message.u8(0);
    EXPECT_TRUE(error_of(message.bytes));
}

TEST(Message, PointersOnlyLeadBack) {
    const auto with_owner = [](std::initializer_list<int> owner) {
        Build message = header(0, 1).raw(owner);
        record(message, RrType{65280}, RrClass::in, {});
        return error_of(message.bytes).has_value();
    };
    EXPECT_FALSE(with_owner({0}));
    EXPECT_TRUE(with_owner({0xc0, 12}));          // at itself
    EXPECT_TRUE(with_owner({0xc0, 14}));          // ahead
    EXPECT_TRUE(with_owner({1, 'a', 0xc0, 12}));  // a loop with growth
    EXPECT_TRUE(with_owner({0xff, 0xff}));        // outside
    EXPECT_TRUE(with_owner({0x80, 'a', 0}));      // a reserved kind of label
    EXPECT_FALSE(with_owner({1, 'a', 0xc0, 4}));  // a zero in the header is a root
}

// A name inside rdata must end inside it, though pointers lead out.
TEST(Message, NamesEndInsideTheirRdata) {
    Build message = header(0, 1).u8(0);
    record(message, RrType::ns, RrClass::in, Build().raw({1, 'a'}).bytes).u8(0);
    EXPECT_TRUE(error_of(message.bytes));
    Build cut = header(0, 1).u8(0);
    record(cut, RrType::mx, RrClass::in, Build().raw({1}).bytes);
    EXPECT_TRUE(error_of(cut.bytes));
}

// Types after RFC 1035 that may not be compressed are taken as they are.
TEST(Message, NoPointersInNewTypes) {
    Build message = header(0, 1).u8(0);
    record(message, RrType::https, RrClass::in, Build().u16(1).raw({0xc0, 4}).bytes);
    EXPECT_TRUE(error_of(message.bytes));
    Build opaque = header(0, 1).u8(0);
    record(opaque, RrType{65280}, RrClass::in, Build().raw({0xc0, 4}).bytes);
    EXPECT_FALSE(error_of(opaque.bytes));
}

// RFC 2136 section 2.5: deletions name a record in class NONE, or nothing in class ANY.
TEST(Message, RdataOfUpdates) {
    const auto bad = [](RrType type, RrClass rr_class, const Octets& rdata) {
        Build message = header(0, 1).u8(0);
        record(message, type, rr_class, rdata);
        return error_of(message.bytes).has_value();
    };
    EXPECT_TRUE(bad(RrType::a, RrClass::in, {}));
    EXPECT_FALSE(bad(RrType::a, RrClass::none, {}));
    EXPECT_FALSE(bad(RrType::a, RrClass::any, {}));
    EXPECT_FALSE(bad(RrType::a, RrClass::none, testing::address("192.0.2.1")));
    EXPECT_TRUE(bad(RrType::a, RrClass::none, Octets(3)));
}

// The most work that 64 KiB can ask for: long chains of pointers in every record.
TEST(Message, HostileChainsEndSoon) {
    Build message = header(0, 5000);
    message.u8(0);
    record(message, RrType{65280}, RrClass::in, {});
    std::size_t last = kHeaderBytes;
    for (int i = 1; i < 5000; ++i) {
        const std::size_t at = message.bytes.size();
        if (at > 0x3fff) break;
        message.raw({1, 'a'}).u16(0xc000 | static_cast<unsigned>(last));
        record(message, RrType{65280}, RrClass::in, {});
        last = at;
    }
    EXPECT_TRUE(error_of(message.bytes));  // the 128th name is too long
}

}  // namespace
}  // namespace homeport::dns
