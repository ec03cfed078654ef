#include "tunnel/protocol/record.hpp"

#include <gtest/gtest.h>
#include <string>

namespace homeport::tunnel {
namespace {

std::string text_of(Record& record) {
    std::string text;
    for (const Bytes view : record.views()) text += as_text(view);
    return text;
}

// Small and large mixed come out in order; the large ones are not copied.
TEST(Record, KeepsTheOrder) {
    ChunkPool pool;
    Record record(pool);
    const std::string large(5000, 'x');
    record.out().u8('a');
    record.add(as_bytes(large));
    record.out().u8('b');
    record.add(as_bytes("few"));
    record.add(as_bytes(large));
    EXPECT_EQ(record.size(), 2 * large.size() + 5);
    EXPECT_EQ(record.views().size(), 4U);
    EXPECT_EQ(record.views()[1].data(), as_bytes(large).data());
    EXPECT_EQ(text_of(record), "a" + large + "bfew" + large);
}

// More pieces than fit are copied, and nothing is lost.
TEST(Record, ManyPieces) {
    ChunkPool pool;
    Record record(pool);
    std::string expected;
    const std::string large(1024, 'x');
    while (record.room() > large.size()) {
        record.out().u8('-');
        record.add(as_bytes(large).first(std::min(record.room(), large.size())));
        expected += "-" + large;
    }
    EXPECT_EQ(text_of(record), expected);

    Record crowded(pool);
    expected.clear();
    const std::string piece(kRecordBytes / 100, 'y');
    while (crowded.room() > piece.size()) {
        crowded.out().u8('-');
        crowded.add(as_bytes(piece));
        expected += "-" + piece;
    }
    EXPECT_EQ(text_of(crowded), expected);
    EXPECT_LE(crowded.views().size(), kMaxRecordPieces);
}

// Full to the last byte.
TEST(Record, ExactlyFull) {
    ChunkPool pool;
    Record record(pool);
    const std::string all(kRecordBytes, 'z');
    record.add(as_bytes(all).first(1));
    record.add(as_bytes(all).subspan(1));
    EXPECT_EQ(record.room(), 0U);
    EXPECT_EQ(text_of(record), all);
}

}  // namespace
}  // namespace homeport::tunnel
