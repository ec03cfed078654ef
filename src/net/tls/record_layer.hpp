#pragma once
/// The records of an established TLS 1.3 connection (RFC 8446 sections 5.2, 5.3, 7.2 and 7.3), one
/// object per direction. OpenSSL makes the handshake; from there on these seal straight from the
/// buffers that hold the bytes and open straight into those that will keep them, which OpenSSL
/// cannot do (docs/adr/0004 tells what that saves). No I/O here.

#include "core/chunk.hpp"
#include "net/tls/aead.hpp"
#include "net/tls/limits.hpp"

#include <cstdint>
#include <expected>
#include <optional>
#include <string_view>

namespace homeport::net {

/// Both suites hash with SHA-256.
inline constexpr std::size_t kSecretBytes = 32;
using TrafficSecret = std::array<std::byte, kSecretBytes>;

/// RFC 8446 section 5.1.
enum class ContentType : std::uint8_t {
    alert = 21,
    handshake = 22,
    application_data = 23,
};

/// RFC 8446 section 6: what is told to the peer. Only those that a record layer needs.
enum class Alert : std::uint8_t {
    close_notify = 0,
    unexpected_message = 10,
    bad_record_mac = 20,
    record_overflow = 22,
    decode_error = 50,
    internal_error = 80,
};
/// For the log.
std::string_view to_string(Alert alert);

/// The key in use and the way to the next one.
class RecordKey {
public:
    RecordKey(AeadSource& source, Suite suite, const TrafficSecret& secret);
    ~RecordKey();
    RecordKey(const RecordKey&) = delete;
    RecordKey& operator=(const RecordKey&) = delete;

    /// False: the library refused; the connection cannot go on.
    bool usable() const { return aead_ != nullptr; }
    Aead& aead() { return *aead_; }
    /// Of the next record; each is used once.
    Nonce next_nonce();
    /// Records under this key so far.
    std::uint64_t records() const { return sequence_; }
    /// Takes the next key (RFC 8446 section 7.2).
    void update();

private:
    void derive();

    AeadSource& source_;
    Suite suite_;
    TrafficSecret secret_;
    std::unique_ptr<Aead> aead_;
    Nonce iv_{};
    std::uint64_t sequence_ = 0;
};

class RecordSealer {
public:
    RecordSealer(AeadSource& source, Suite suite, const TrafficSecret& secret)
        : key_(source, suite, secret) {}

    bool usable() const { return key_.usable(); }
    /// Appends one record with the views' bytes, at most kSecureWriteBytes in all, in one piece.
    /// False: the library refused.
    [[nodiscard]] bool seal(ContentType type, std::span<const Bytes> content, ChunkPool& pool,
                            SliceQueue& out);
    /// Announces the next key and takes it (RFC 8446 section 4.6.3).
    [[nodiscard]] bool update_key(ChunkPool& pool, SliceQueue& out);
    std::uint64_t records() const { return key_.records(); }

private:
    RecordKey key_;
};

/// What was at the front of the input.
struct OpenedRecord {
    std::size_t bytes = 0;  ///< of the input that it took; 0: not complete yet
    ContentType type = ContentType::application_data;
    Bytes message;  ///< of an alert or a handshake record: valid until the next call
};

class RecordOpener {
public:
    RecordOpener(AeadSource& source, Suite suite, const TrafficSecret& secret)
        : key_(source, suite, secret) {}

    bool usable() const { return key_.usable(); }
    /// Opens the first record of `input`. Application data is appended to `into`, in one piece when
    /// it is no longer than a block. Errors: what to tell the peer.
    std::expected<OpenedRecord, Alert> open(Bytes input, ChunkPool& pool, SliceQueue& into);
    /// The peer has announced its next key.
    void update_key() { key_.update(); }

private:
    RecordKey key_;
    std::vector<std::byte> message_;
};

}  // namespace homeport::net
