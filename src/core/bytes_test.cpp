#include "core/bytes.hpp"

#include <gmock/gmock.h>

#include <array>

namespace homeport {
namespace {

std::vector<std::byte> raw(std::initializer_list<unsigned> values) {
    std::vector<std::byte> bytes;
    for (const unsigned value : values) bytes.push_back(static_cast<std::byte>(value));
    return bytes;
}

std::vector<std::byte> varint_bytes(std::uint64_t value) {
    std::array<std::byte, kMaxVarintBytes> buffer{};
    Writer writer(buffer);
    writer.varint(value);
    return {writer.written().begin(), writer.written().end()};
}

// RFC 9000 appendix A.1 gives these encodings.
TEST(Varint, reads_and_writes_the_examples_of_the_rfc) {
    const std::vector<std::pair<std::uint64_t, std::vector<std::byte>>> examples{
        {151'288'809'941'952'652ULL, raw({0xc2, 0x19, 0x7c, 0x5e, 0xff, 0x14, 0xe8, 0x8c})},
        {494'878'333, raw({0x9d, 0x7f, 0x3e, 0x7d})},
        {15'293, raw({0x7b, 0xbd})},
        {37, raw({0x25})}};
    for (const auto& [value, bytes] : examples) {
        EXPECT_EQ(varint_bytes(value), bytes);
        Reader reader(bytes);
        EXPECT_EQ(reader.varint(), value);
        EXPECT_TRUE(reader.done());
    }
}

// Every value on either side of a change of length comes back, in the length that varint_size told.
TEST(Varint, keeps_values_at_the_borders_of_its_lengths) {
    for (const std::uint64_t border : {1ULL << 6, 1ULL << 14, 1ULL << 30, 1ULL << 62}) {
        for (const std::uint64_t value : {border - 1, border % (kMaxVarint + 1)}) {
            const auto bytes = varint_bytes(value);
            EXPECT_EQ(bytes.size(), varint_size(value)) << value;
            Reader reader(bytes);
            EXPECT_EQ(reader.varint(), value);
            EXPECT_TRUE(reader.done());
        }
    }
}

// A number longer than needed is still that number (RFC 9000 section 16 allows it).
TEST(Varint, reads_a_longer_form_than_needed) {
    const auto bytes = raw({0x40, 0x25});
    Reader reader(bytes);
    EXPECT_EQ(reader.varint(), 37U);
    EXPECT_TRUE(reader.done());
}

// A reader that ran past its end stays bad and yields nothing, whatever is asked next.
TEST(Reader, stays_bad_after_reading_past_the_end) {
    const auto bytes = raw({0xc2, 0x19, 0x7c});
    Reader reader(bytes);
    EXPECT_EQ(reader.varint(), 0U);
    EXPECT_FALSE(reader.ok());
    EXPECT_EQ(reader.u8(), 0U);
    EXPECT_TRUE(reader.take(1).empty());
    EXPECT_TRUE(reader.rest().empty());
    EXPECT_FALSE(reader.done());

    Reader empty{Bytes{}};
    EXPECT_TRUE(empty.done());
    EXPECT_EQ(empty.varint(), 0U);
    EXPECT_FALSE(empty.done());
}

// A value above the caller's maximum is a fault of the input, and what follows is not read.
TEST(Reader, turns_bad_at_a_value_above_the_maximum) {
    const auto bytes = raw({0x05, 0x61});
    Reader reader(bytes);
    EXPECT_EQ(reader.varint_up_to(4), 0U);
    EXPECT_FALSE(reader.ok());
    EXPECT_EQ(reader.u8(), 0U);

    Reader at_maximum(bytes);
    EXPECT_EQ(at_maximum.varint_up_to(5), 5U);
    EXPECT_TRUE(at_maximum.ok());
}

// A text's length is believed only up to the caller's limit and up to what is there.
TEST(Reader, reads_texts_within_both_limits) {
    const auto bytes = raw({0x03, 'a', 'b', 'c', 0x00, 0x09, 'x'});
    Reader reader(bytes);
    EXPECT_EQ(reader.text(3), "abc");
    EXPECT_EQ(reader.text(3), "");
    EXPECT_TRUE(reader.ok());
    EXPECT_EQ(reader.text(20), "");
    EXPECT_FALSE(reader.ok());

    Reader too_long(bytes);
    EXPECT_EQ(too_long.text(2), "");
    EXPECT_FALSE(too_long.ok());
}

TEST(Writer, writes_what_the_reader_reads) {
    std::array<std::byte, 32> buffer{};
    Writer writer(buffer);
    writer.u8(0xfe);
    writer.u16(0xfedc);
    writer.u32(0xfedcba98);
    writer.u64(0xfedcba9876543210);
    writer.text("home");
    writer.raw(as_bytes("!"));
    EXPECT_EQ(writer.size(), 21U);
    EXPECT_EQ(writer.room(), 11U);

    Reader reader(writer.written());
    EXPECT_EQ(reader.u8(), 0xfeU);
    EXPECT_EQ(reader.u16(), 0xfedcU);
    EXPECT_EQ(reader.u32(), 0xfedcba98U);
    EXPECT_EQ(reader.u64(), 0xfedcba9876543210ULL);
    EXPECT_EQ(reader.text(10), "home");
    EXPECT_EQ(as_text(reader.rest()), "!");
    EXPECT_TRUE(reader.done());
}

// Writing past the buffer is a fault of the caller, never a write outside.
TEST(WriterDeathTest, stops_when_the_buffer_is_too_small) {
    std::array<std::byte, 1> buffer{};
    Writer writer(buffer);
    EXPECT_DEATH(writer.u16(1), "broken invariant");
    EXPECT_DEATH(writer.varint(kMaxVarint + 1), "broken invariant");
    writer.raw({});
    writer.u8(1);
    EXPECT_EQ(writer.room(), 0U);
}

}  // namespace
}  // namespace homeport
