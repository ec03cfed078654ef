#include "net/tls/record_layer.hpp"

#include "core/text.hpp"

#include <gtest/gtest.h>
#include <random>
#include <string>

namespace homeport::net {
namespace {

TrafficSecret secret_from(std::string_view hex) {
    TrafficSecret secret{};
    const auto bytes = from_hex(hex);
    EXPECT_TRUE(bytes && bytes->size() == secret.size());
    std::ranges::copy(*bytes, secret.begin());
    return secret;
}

struct RecordTest : testing::Test {
    ChunkPool pool;
    std::unique_ptr<AeadSource> source = make_aead_source();
    TrafficSecret secret =
        secret_from("9e40646ce79a7f9dc05af8889bce6552875afa0b06df0087f792ebb7c17504a5");
    Suite suite = Suite::aes_128_gcm;
    RecordSealer sealer{*source, suite, secret};

    std::string sealed(ContentType type, std::string_view content) {
        SliceQueue out;
        const Bytes view = as_bytes(content);
        EXPECT_TRUE(sealer.seal(type, std::span<const Bytes>(&view, 1), pool, out));
        return text_of(out);
    }
    /// A record whose inner plaintext is given: content, type and padding as they please.
    std::string sealed_inner(std::string_view inner) {
        const std::string header{'\x17', '\x03', '\x03',
                                 static_cast<char>((inner.size() + kTagBytes) >> 8),
                                 static_cast<char>(inner.size() + kTagBytes)};
        RecordKey key(*source, suite, secret);
        std::vector<std::byte> body(inner.size() + kTagBytes);
        const Bytes view = as_bytes(inner);
        EXPECT_TRUE(key.aead().seal(key.next_nonce(), as_bytes(header),
                                    std::span<const Bytes>(&view, 1), body));
        return header + std::string(as_text(body));
    }
    static std::string text_of(const SliceQueue& queue) {
        std::string text(queue.size(), '\0');
        queue.copy_out(0, std::as_writable_bytes(std::span(text)));
        return text;
    }
    /// The alert, or nothing when a fresh opener takes the record.
    std::optional<Alert> alert_for(std::string_view record) {
        RecordOpener opener(*source, suite, secret);
        SliceQueue into;
        const auto opened = opener.open(as_bytes(record), pool, into);
        if (opened) return std::nullopt;
        EXPECT_TRUE(into.empty());
        return opened.error();
    }
};

// The client's first record of the trace in RFC 8448 section 3.
TEST_F(RecordTest, KnownRecord) {
    std::string content;
    for (char byte = 0; byte < 50; ++byte) content += byte;
    EXPECT_EQ(to_hex(as_bytes(sealed(ContentType::application_data, content))),
              "1703030043a23f7054b62c94d0affafe8228ba55cbefacea42f914aa66bcab3f2b9819a8a5b46b395bd5"
              "4a9a20441e2b62974e1f5a6292a2977014bd1e3deae63aeebb21694915e4");
}

TEST_F(RecordTest, OpensWhatWasSealed) {
    RecordOpener opener(*source, suite, secret);
    SliceQueue into;
    std::string all;
    std::string wire;
    for (const std::size_t size : {0UL, 1UL, 15UL, 16UL, 17UL, 4000UL, kSecureWriteBytes}) {
        const std::string content(size, static_cast<char>('a' + size % 26));
        wire += sealed(ContentType::application_data, content);
        all += content;
    }
    for (Bytes rest = as_bytes(wire); !rest.empty();) {
        const auto opened = opener.open(rest, pool, into);
        ASSERT_TRUE(opened);
        ASSERT_GT(opened->bytes, 0U);
        rest = rest.subspan(opened->bytes);
    }
    EXPECT_EQ(text_of(into), all);
}

// A record that has not arrived in full, cut anywhere, is waited for.
TEST_F(RecordTest, WaitsForTheRest) {
    const std::string record = sealed(ContentType::application_data, "hello");
    RecordOpener opener(*source, suite, secret);
    SliceQueue into;
    for (std::size_t cut = 0; cut < record.size(); ++cut) {
        const auto opened = opener.open(as_bytes(record).first(cut), pool, into);
        ASSERT_TRUE(opened && opened->bytes == 0) << cut;
    }
    EXPECT_TRUE(opener.open(as_bytes(record), pool, into));
    EXPECT_EQ(text_of(into), "hello");
}

// A change anywhere is found out, whatever the library; nothing of it is yielded.
TEST_F(RecordTest, EveryChangeIsNoticed) {
    for (const Suite each : {Suite::aes_128_gcm, Suite::chacha20_poly1305}) {
        suite = each;
        RecordSealer fresh(*source, suite, secret);
        SliceQueue out;
        const Bytes view = as_bytes("attack at dawn");
        ASSERT_TRUE(
            fresh.seal(ContentType::application_data, std::span<const Bytes>(&view, 1), pool, out));
        const std::string record = text_of(out);
        ASSERT_EQ(alert_for(record), std::nullopt);
        for (std::size_t i = 5; i < record.size(); ++i) {
            std::string changed = record;
            changed[i] = static_cast<char>(changed[i] ^ 0x20);
            EXPECT_EQ(alert_for(changed), Alert::bad_record_mac) << i;
        }
    }
}

// Left out, repeated or out of order: the number of the record is part of its nonce.
TEST_F(RecordTest, OrderIsProven) {
    const std::string first = sealed(ContentType::application_data, "first");
    const std::string second = sealed(ContentType::application_data, "second");
    EXPECT_EQ(alert_for(second), Alert::bad_record_mac);
    RecordOpener opener(*source, suite, secret);
    SliceQueue into;
    EXPECT_TRUE(opener.open(as_bytes(first), pool, into));
    EXPECT_EQ(opener.open(as_bytes(first), pool, into).error(), Alert::bad_record_mac);
}

TEST_F(RecordTest, WrongHeaders) {
    const auto header = [](unsigned type, std::size_t length) {
        return std::string{static_cast<char>(type), '\x03', '\x03', static_cast<char>(length >> 8),
                           static_cast<char>(length)};
    };
    EXPECT_EQ(alert_for(header(20, 1) + "\x01"), Alert::unexpected_message);
    EXPECT_EQ(alert_for(header(22, 40)), Alert::unexpected_message);
    EXPECT_EQ(alert_for(header(23, 16)), Alert::decode_error);
    EXPECT_EQ(alert_for(header(23, 16 * 1024 + 257)), Alert::record_overflow);
    EXPECT_EQ(alert_for(header(23, 65535)), Alert::record_overflow);
}

TEST_F(RecordTest, InnerPlaintext) {
    RecordOpener padded(*source, suite, secret);
    SliceQueue into;
    EXPECT_TRUE(
        padded.open(as_bytes(sealed_inner("text\x17" + std::string(300, '\0'))), pool, into));
    EXPECT_EQ(text_of(into), "text");
    EXPECT_EQ(alert_for(sealed_inner(std::string(40, '\0'))), Alert::unexpected_message);
    EXPECT_EQ(alert_for(sealed_inner("text\x14")), Alert::unexpected_message);
    EXPECT_EQ(alert_for(sealed_inner("text\x18")), Alert::unexpected_message);
    EXPECT_EQ(alert_for(sealed_inner(std::string(16 * 1024 + 1, 'x') + "\x17")),
              Alert::record_overflow);
    RecordOpener longest(*source, suite, secret);
    into.clear();
    EXPECT_TRUE(
        longest.open(as_bytes(sealed_inner(std::string(16 * 1024, 'x') + "\x17")), pool, into));
    EXPECT_EQ(into.size(), 16U * 1024);
    RecordOpener alerted(*source, suite, secret);
    into.clear();
    const std::string alert_record = sealed_inner(std::string("\x01\x00\x15", 3));
    const auto alert = alerted.open(as_bytes(alert_record), pool, into);
    ASSERT_TRUE(alert);
    EXPECT_EQ(alert->type, ContentType::alert);
    EXPECT_EQ(alert->message.size(), 2U);
    EXPECT_TRUE(into.empty());
}

// Both sides go to the next key at the same record, again and again.
TEST_F(RecordTest, KeysFollowEachOther) {
    RecordOpener opener(*source, suite, secret);
    SliceQueue into;
    for (int i = 0; i < 5; ++i) {
        SliceQueue wire;
        ASSERT_TRUE(sealer.update_key(pool, wire));
        const Bytes view = as_bytes("tick ");
        ASSERT_TRUE(sealer.seal(ContentType::application_data, std::span<const Bytes>(&view, 1),
                                pool, wire));
        const std::string text = text_of(wire);
        const auto update = opener.open(as_bytes(text), pool, into);
        ASSERT_TRUE(update);
        ASSERT_EQ(update->type, ContentType::handshake);
        opener.update_key();
        ASSERT_TRUE(opener.open(as_bytes(text).subspan(update->bytes), pool, into));
    }
    EXPECT_EQ(text_of(into), "tick tick tick tick tick ");
    EXPECT_EQ(sealer.records(), 1U);
}

// The libraries make the same records, however the content is cut into views.
TEST(Aead, LibrariesAgree) {
    const auto fast = make_ipsec_mb_aead_source();
    if (fast == nullptr) GTEST_SKIP() << "only OpenSSL here";
    const auto plain = make_openssl_aead_source();
    std::mt19937 random(7);
    std::string content(20'000, '\0');
    for (char& letter : content) letter = static_cast<char>(random());
    const Bytes key = as_bytes(content).first(key_bytes(Suite::aes_128_gcm));
    const auto left = fast->make(Suite::aes_128_gcm, key);
    const auto right = plain->make(Suite::aes_128_gcm, key);
    for (int round = 0; round < 2000; ++round) {
        const std::size_t size = random() % (round % 10 == 0 ? 16'400 : 300);
        const Bytes all = as_bytes(content).subspan(random() % 1000, size);
        const std::size_t cut = random() % (size + 1);
        const std::array<Bytes, 3> views{all.first(cut), Bytes(), all.subspan(cut)};
        const Bytes header = as_bytes(content).first(5);
        Nonce nonce{static_cast<std::byte>(round), static_cast<std::byte>(round >> 8)};
        std::vector<std::byte> one(size + kTagBytes);
        std::vector<std::byte> other(size + kTagBytes);
        ASSERT_TRUE(left->seal(nonce, header, views, one));
        ASSERT_TRUE(right->seal(nonce, header, std::span<const Bytes>(&all, 1), other));
        ASSERT_EQ(one, other) << size << " cut at " << cut;
        std::vector<std::byte> opened(size);
        ASSERT_TRUE(left->open(nonce, header, other, opened));
        ASSERT_TRUE(std::ranges::equal(opened, all));
        ASSERT_TRUE(right->open(nonce, header, one, opened));
        one[random() % one.size()] ^= std::byte{1};
        ASSERT_FALSE(left->open(nonce, header, one, opened));
        ASSERT_FALSE(right->open(nonce, header, one, opened));
    }
}

// Which one depends on the machine; a library that has only one of them decides for itself.
TEST(Aead, FasterSuiteIsTried) {
    struct OnlyChaCha final : AeadSource {
        std::unique_ptr<AeadSource> source = make_openssl_aead_source();
        std::unique_ptr<Aead> make(Suite suite, Bytes key) override {
            return suite == Suite::aes_128_gcm ? nullptr : source->make(suite, key);
        }
    };
    OnlyChaCha only;
    EXPECT_EQ(faster_suite(only), Suite::chacha20_poly1305);
}

}  // namespace
}  // namespace homeport::net
