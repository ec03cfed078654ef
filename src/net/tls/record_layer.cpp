#include "net/tls/record_layer.hpp"

#include "core/assert.hpp"
#include "net/tls/openssl_handles.hpp"

#include <openssl/kdf.h>
#include <openssl/params.h>
#include <algorithm>
#include <cstring>

namespace homeport::net {
namespace {

/// Inner plaintext: content, type and padding (RFC 8446 section 5.4).
constexpr std::size_t kMaxInnerBytes = (std::size_t{1} << 14) + 1;
constexpr std::size_t kMaxSealedBytes = kMaxSealedRecordBytes - kRecordHeaderBytes;
/// The type that every sealed record shows outside.
constexpr auto kOuterType = static_cast<std::byte>(ContentType::application_data);

static_assert(kSealBytes == kRecordHeaderBytes + 1 + kTagBytes);

using KdfHandle = std::unique_ptr<EVP_KDF, FreeWith<&EVP_KDF_free>>;
using KdfContextHandle = std::unique_ptr<EVP_KDF_CTX, FreeWith<&EVP_KDF_CTX_free>>;

OSSL_PARAM octets(const char* name, const void* data, std::size_t size) {
    return OSSL_PARAM_construct_octet_string(name, const_cast<void*>(data), size);
}

/// HKDF-Expand-Label of RFC 8446 section 7.1 with an empty context.
bool expand_label(const TrafficSecret& secret, std::string_view label, MutableBytes out) {
    static const KdfHandle kdf(EVP_KDF_fetch(nullptr, "TLS13-KDF", nullptr));
    const KdfContextHandle context(kdf == nullptr ? nullptr : EVP_KDF_CTX_new(kdf.get()));
    if (context == nullptr) return false;
    char digest[] = "SHA256";
    int mode = EVP_KDF_HKDF_MODE_EXPAND_ONLY;
    const std::string_view prefix = "tls13 ";
    const OSSL_PARAM params[] = {
        OSSL_PARAM_construct_int("mode", &mode),
        OSSL_PARAM_construct_utf8_string("digest", digest, 0),
        octets("key", secret.data(), secret.size()),
        octets("prefix", prefix.data(), prefix.size()),
        octets("label", label.data(), label.size()),
        OSSL_PARAM_construct_end(),
    };
    return EVP_KDF_derive(context.get(), reinterpret_cast<unsigned char*>(out.data()), out.size(),
                          params) == 1;
}

std::array<std::byte, kRecordHeaderBytes> header_of(std::size_t sealed_bytes) {
    return {kOuterType, std::byte{3}, std::byte{3}, static_cast<std::byte>(sealed_bytes >> 8),
            static_cast<std::byte>(sealed_bytes & 0xff)};
}

bool carries(ContentType type) {
    return type == ContentType::alert || type == ContentType::handshake ||
           type == ContentType::application_data;
}

}  // namespace

std::string_view to_string(Alert alert) {
    switch (alert) {
    case Alert::close_notify:
        return "close notify";
    case Alert::unexpected_message:
        return "unexpected message";
    case Alert::bad_record_mac:
        return "forged or damaged record";
    case Alert::record_overflow:
        return "record too long";
    case Alert::decode_error:
        return "malformed record";
    case Alert::internal_error:
        return "the cipher failed";
    }
    return "unknown alert";
}

// --- key

RecordKey::RecordKey(AeadSource& source, Suite suite, const TrafficSecret& secret)
    : source_(source), suite_(suite), secret_(secret) {
    derive();
}

RecordKey::~RecordKey() {
    OPENSSL_cleanse(secret_.data(), secret_.size());
}

void RecordKey::derive() {
    std::array<std::byte, 32> key{};
    const MutableBytes used = MutableBytes(key).first(key_bytes(suite_));
    const bool derived = expand_label(secret_, "key", used) && expand_label(secret_, "iv", iv_);
    aead_ = derived ? source_.make(suite_, used) : nullptr;
    sequence_ = 0;
    OPENSSL_cleanse(key.data(), key.size());
}

void RecordKey::update() {
    TrafficSecret next;
    const bool derived = expand_label(secret_, "traffic upd", next);
    secret_ = next;
    OPENSSL_cleanse(next.data(), next.size());
    aead_ = nullptr;
    if (derived) derive();
}

Nonce RecordKey::next_nonce() {
    Nonce nonce = iv_;
    const std::uint64_t number = sequence_++;
    for (std::size_t i = 0; i < sizeof number; ++i) {
        nonce[kNonceBytes - 1 - i] ^= static_cast<std::byte>(number >> (8 * i) & 0xff);
    }
    return nonce;
}

// --- sealing

bool RecordSealer::seal(ContentType type, std::span<const Bytes> content, ChunkPool& pool,
                        SliceQueue& out) {
    std::array<Bytes, kSecureWriteViews + 1> inner;
    HOMEPORT_ASSERT(content.size() < inner.size());
    const std::byte type_byte{static_cast<std::uint8_t>(type)};
    std::size_t inner_bytes = 1;
    for (std::size_t i = 0; i < content.size(); ++i) {
        inner[i] = content[i];
        inner_bytes += content[i].size();
    }
    inner[content.size()] = Bytes(&type_byte, 1);
    HOMEPORT_ASSERT(inner_bytes <= kSecureWriteBytes + 1);

    const std::size_t sealed_bytes = inner_bytes + kTagBytes;
    const MutableBytes record = out.reserve_piece(pool, kRecordHeaderBytes + sealed_bytes);
    const auto header = header_of(sealed_bytes);
    std::memcpy(record.data(), header.data(), header.size());
    const bool sealed =
        key_.usable() && key_.aead().seal(key_.next_nonce(), header,
                                          std::span<const Bytes>(inner).first(content.size() + 1),
                                          record.subspan(kRecordHeaderBytes));
    out.commit(sealed ? record.size() : 0);
    return sealed;
}

bool RecordSealer::update_key(ChunkPool& pool, SliceQueue& out) {
    // KeyUpdate, three bytes of length, update_not_requested.
    const std::array message{std::byte{24}, std::byte{0}, std::byte{0}, std::byte{1}, std::byte{0}};
    const Bytes view(message);
    if (!seal(ContentType::handshake, std::span<const Bytes>(&view, 1), pool, out)) return false;
    key_.update();
    return key_.usable();
}

// --- opening

std::expected<OpenedRecord, Alert> RecordOpener::open(Bytes input, ChunkPool& pool,
                                                      SliceQueue& into) {
    if (input.size() < kRecordHeaderBytes) return OpenedRecord{};
    Reader reader(input);
    const Bytes header = reader.take(kRecordHeaderBytes);
    const std::size_t sealed_bytes =
        std::to_integer<std::size_t>(header[3]) << 8 | std::to_integer<std::size_t>(header[4]);
    if (header[0] != kOuterType) return std::unexpected(Alert::unexpected_message);
    if (sealed_bytes > kMaxSealedBytes) return std::unexpected(Alert::record_overflow);
    if (sealed_bytes <= kTagBytes) return std::unexpected(Alert::decode_error);
    if (reader.remaining() < sealed_bytes) return OpenedRecord{};

    // One byte and the tag more than a block, and such a record goes through a buffer of its own.
    const std::size_t inner_bytes = sealed_bytes - kTagBytes;
    if (inner_bytes > kMaxInnerBytes) return std::unexpected(Alert::record_overflow);
    std::array<std::byte, kMaxInnerBytes> long_record;
    const bool fits = inner_bytes <= kChunkBytes;
    const MutableBytes inner =
        fits ? into.reserve_piece(pool, inner_bytes) : MutableBytes(long_record).first(inner_bytes);
    const auto drop = [&](Alert alert) {
        if (fits) into.commit(0);
        return std::unexpected(alert);
    };
    if (!key_.usable()) return drop(Alert::internal_error);
    if (!key_.aead().open(key_.next_nonce(), header, reader.take(sealed_bytes), inner))
        return drop(Alert::bad_record_mac);

    std::size_t content_bytes = inner_bytes;
    while (content_bytes > 0 && inner[content_bytes - 1] == std::byte{0}) --content_bytes;
    if (content_bytes == 0) return drop(Alert::unexpected_message);
    const auto type = static_cast<ContentType>(inner[--content_bytes]);
    if (!carries(type)) return drop(Alert::unexpected_message);
    const std::size_t record_bytes = kRecordHeaderBytes + sealed_bytes;
    const Bytes content = inner.first(content_bytes);
    if (type != ContentType::application_data) {
        message_.assign(content.begin(), content.end());
        if (fits) into.commit(0);
        return OpenedRecord{record_bytes, type, message_};
    }
    if (fits) {
        into.commit(content_bytes);
    } else {
        into.append_copy(pool, content);
    }
    return OpenedRecord{record_bytes, type, {}};
}

}  // namespace homeport::net
