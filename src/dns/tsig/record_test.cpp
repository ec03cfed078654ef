#include "dns/tsig/record.hpp"

#include "dns/tsig/testing.hpp"

#include <gtest/gtest.h>

namespace homeport::dns {
namespace {

using testing::Build;
using testing::Octets;
using testing::request;

/// Behind the owner of the record.
Octets tail(unsigned type = 250, unsigned rr_class = 255, std::uint32_t ttl = 0, int more = 0) {
    const Octets data = Build()
                            .name("Hmac-Sha256.")
                            .u16(0x0102)
                            .u32(0x03040506)
                            .u16(300)
                            .u16(4)
                            .raw({9, 8, 7, 6})
                            .u16(0x4321)
                            .u16(18)
                            .u16(2)
                            .raw({5, 4})
                            .bytes;
    return Build()
        .u16(type)
        .u16(rr_class)
        .u32(ttl)
        .u16(static_cast<unsigned>(static_cast<int>(data.size()) + more))
        .add(data)
        .bytes;
}

Octets counted(Octets message, unsigned additionals = 1) {
    message[11] = static_cast<std::byte>(additionals);
    return message;
}
Octets message(const Octets& owner, const Octets& rest) {
    return Build{counted(request("www.example.", RrType::a))}.add(owner).add(rest).bytes;
}
const std::size_t kAt = request("www.example.", RrType::a).size();

TEST(TsigRecord, IsRead) {
    const Octets packet = message(Build().name("My.Key.").bytes, tail());
    TsigRecord record;
    ASSERT_TRUE(read_tsig(packet, kAt, record));
    EXPECT_EQ(record.key_name.view().to_text(), "my.key.");
    EXPECT_EQ(record.algorithm.view().to_text(), "hmac-sha256.");
    EXPECT_EQ(record.time_signed, 0x010203040506U);
    EXPECT_EQ(record.fudge, 300);
    EXPECT_EQ(to_hex(record.mac), "09080706");
    EXPECT_EQ(record.original_id, 0x4321);
    EXPECT_EQ(record.error, TsigError::bad_time);
    EXPECT_EQ(to_hex(record.other), "0504");
}

TEST(TsigRecord, IsWrittenAsItIsRead) {
    const Octets packet = message(Build().name("my.key.").bytes, tail());
    TsigRecord record;
    ASSERT_TRUE(read_tsig(packet, kAt, record));
    Octets again = request("www.example.", RrType::a);
    again.resize(packet.size());
    EXPECT_EQ(tsig_bytes(record.key_name.view(), record.algorithm.view(), 4, 2),
              packet.size() - kAt);
    EXPECT_EQ(append_tsig(again, kAt, record), packet.size());
    TsigRecord second;
    ASSERT_TRUE(read_tsig(again, kAt, second));
    EXPECT_EQ(again[11], packet[11]);
    EXPECT_EQ(as_text(again).substr(kAt, 18), as_text(packet).substr(kAt, 18));
    EXPECT_EQ(second.time_signed, record.time_signed);
    EXPECT_EQ(to_hex(second.other), "0504");
}

// Some writers compress the owner's name.
TEST(TsigRecord, MayHaveACompressedOwner) {
    const Octets whole = Build().raw({0xc0, 12}).bytes;
    const Octets part = Build().text("key").raw({0xc0, 16}).bytes;
    TsigRecord record;
    ASSERT_TRUE(read_tsig(message(whole, tail()), kAt, record));
    EXPECT_EQ(record.key_name.view().to_text(), "www.example.");
    ASSERT_TRUE(read_tsig(message(part, tail()), kAt, record));
    EXPECT_EQ(record.key_name.view().to_text(), "key.example.");
}

TEST(TsigRecord, HasAnOwnerThatEnds) {
    const auto at = static_cast<int>(kAt);
    for (const Octets& owner : {Build().raw({0xc0, at}).bytes,              // itself
                                Build().text("key").raw({0xc0, at}).bytes,  // its own start
                                Build().raw({0xc0, at + 2}).bytes,          // forwards
                                Build().raw({0xff, 0xff}).bytes,            // behind the end
                                Build().raw({0x40, 1, 0}).bytes,  // an unknown kind of label
                                Build().raw({0x80, 1, 0}).bytes}) {
        TsigRecord record;
        EXPECT_FALSE(read_tsig(message(owner, tail()), kAt, record)) << to_hex(owner);
    }
    Octets too_long;
    for (int i = 0; i < 5; ++i) too_long = Build{too_long}.text(std::string(60, 'a')).bytes;
    TsigRecord record;
    EXPECT_FALSE(read_tsig(message(Build{too_long}.u8(0).bytes, tail()), kAt, record));
}

// RFC 8945 section 4.2.
TEST(TsigRecord, HasItsClassAndNoLifeTime) {
    const Octets owner = Build().name("key.").bytes;
    TsigRecord record;
    EXPECT_TRUE(read_tsig(message(owner, tail()), kAt, record));
    EXPECT_FALSE(read_tsig(message(owner, tail(249)), kAt, record));
    EXPECT_FALSE(read_tsig(message(owner, tail(250, 1)), kAt, record));
    EXPECT_FALSE(read_tsig(message(owner, tail(250, 255, 1)), kAt, record));
}

TEST(TsigRecord, EndsWithTheMessage) {
    const Octets owner = Build().name("key.").bytes;
    const Octets good = message(owner, tail());
    TsigRecord record;
    EXPECT_FALSE(read_tsig(message(owner, tail(250, 255, 0, 1)), kAt, record));
    EXPECT_FALSE(read_tsig(message(owner, tail(250, 255, 0, -1)), kAt, record));
    EXPECT_FALSE(read_tsig(Build{good}.u8(0).bytes, kAt, record));
    EXPECT_FALSE(read_tsig(message(owner, Build{tail(250, 255, 0, 1)}.u8(0).bytes), kAt, record));
    for (std::size_t size = 0; size < good.size(); ++size) {
        const Octets cut(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size));
        EXPECT_FALSE(read_tsig(cut, kAt, record)) << size;
    }
}

TEST(TsigRecord, HasAnAlgorithmInFull) {
    const Octets data = Build().raw({0xc0, 12}).raw({0, 0, 0, 0, 0, 0}).u16(300).u16(0).bytes;
    const Octets rest = Build()
                            .u16(250)
                            .u16(255)
                            .u32(0)
                            .u16(static_cast<unsigned>(data.size() + 6))
                            .add(data)
                            .raw({0, 0, 0, 0, 0, 0})
                            .bytes;
    TsigRecord record;
    EXPECT_FALSE(read_tsig(message(Build().name("key.").bytes, rest), kAt, record));
}

TEST(TsigRecord, IsNotWhereNothingIs) {
    const Octets good = message(Build().name("key.").bytes, tail());
    TsigRecord record;
    for (const std::size_t at : {std::size_t{0}, std::size_t{11}, kAt - 1, kAt + 1, good.size(),
                                 good.size() + 1, std::size_t{70000}})
        EXPECT_FALSE(read_tsig(good, at, record)) << at;
    EXPECT_FALSE(read_tsig(counted(good, 0), kAt, record));
    EXPECT_FALSE(read_tsig({}, 0, record));
}

}  // namespace
}  // namespace homeport::dns
