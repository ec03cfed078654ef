#include "reach/probe/tls_check.hpp"

#include "core/ip.hpp"

#include <initializer_list>

namespace homeport::reach {
namespace {

// RFC 8446 sections 4, 5.1, 6.
constexpr unsigned char kAlertRecord = 21;
constexpr unsigned char kHandshakeRecord = 22;
constexpr unsigned char kServerHello = 2;
constexpr unsigned char kWarning = 1;
constexpr unsigned char kCloseNotify = 0;
constexpr std::size_t kRecordHeadBytes = 5;
constexpr std::size_t kAlertBytes = 2;

std::string u16(std::size_t value) {
    return {static_cast<char>(value >> 8 & 0xff), static_cast<char>(value & 0xff)};
}

std::string numbers(std::initializer_list<std::uint16_t> values) {
    std::string text;
    for (const std::uint16_t value : values) text += u16(value);
    return text;
}

/// With its length in front, as one octet or two.
std::string vec8(std::string_view body) {
    return std::string(1, static_cast<char>(body.size())).append(body);
}
std::string vec16(std::string_view body) {
    return u16(body.size()).append(body);
}

std::string extension(std::uint16_t type, std::string_view body) {
    return u16(type).append(vec16(body));
}

/// RFC 6066 section 3: host_name is type 0.
std::string server_name(std::string_view name) {
    return extension(0, vec16(std::string(1, '\0') + vec16(name)));
}

/// TLS_AES_*, TLS_CHACHA20; ECDHE with AES-GCM, ChaCha20 and AES-CBC; RSA with AES for the oldest;
/// and the signal of RFC 5746.
std::string cipher_suites() {
    return vec16(numbers({0x1301, 0x1302, 0x1303, 0xc02b, 0xc02f, 0xc02c, 0xc030, 0xcca9, 0xcca8,
                          0xc013, 0xc014, 0x009c, 0x002f, 0x00ff}));
}

/// Any 32 octets are a key of X25519 (RFC 7748 section 5), and this handshake is never finished.
std::string extensions(std::string_view name, std::string_view share) {
    constexpr std::uint16_t kX25519 = 0x001d;
    std::string text = name.empty() ? "" : server_name(name);
    text += extension(10, vec16(numbers({kX25519, 0x0017, 0x0018})));
    text += extension(11, vec8(std::string(1, '\0')));  // RFC 8422: uncompressed points
    text += extension(13, vec16(numbers({0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0501, 0x0806,
                                         0x0601, 0x0807, 0x0201})));
    text += extension(43, vec8(numbers({0x0304, 0x0303})));
    text += extension(45, vec8("\x01"));  // psk_dhe_ke
    text += extension(51, vec16(u16(kX25519) + vec16(share)));
    return vec16(text);
}

unsigned char octet(std::string_view text, std::size_t index) {
    return static_cast<unsigned char>(text[index]);
}

}  // namespace

std::string client_hello(std::string_view name, const CheckSeed& seed) {
    const std::string_view random = as_text(seed);
    std::string body = "\x03\x03";
    body.append(random.substr(0, 32)).append(vec8(random.substr(32, 32)));
    body += cipher_suites() + vec8(std::string(1, '\0'));
    body += extensions(name, random.substr(64, 32));
    const std::string message = std::string("\x01\0", 2) + vec16(body);
    return "\x16\x03\x01" + vec16(message);
}

/// RFC 6066 section 3: addresses are no server names.
TlsCheck::TlsCheck(const ProbeOrder& order, const CheckSeed& seed)
    : hello_(client_hello(IpAddress::parse(order.host) ? "" : order.host, seed)) {}

void TlsCheck::on_bytes(Bytes bytes) {
    if (outcome()) return;
    held_ += as_text(bytes);
    while (!outcome() && read_record()) {
    }
}

bool TlsCheck::read_record() {
    const std::string_view record = std::string_view(held_).substr(read_);
    if (record.empty()) return false;
    const unsigned char type = octet(record, 0);
    const bool version = record.size() < 2 || octet(record, 1) == 3;
    if ((type != kAlertRecord && type != kHandshakeRecord) || !version) {
        reject();
        return false;
    }
    if (record.size() <= kRecordHeadBytes) return false;
    if (type == kAlertRecord) return read_alert(record);
    if (octet(record, kRecordHeadBytes) != kServerHello) {
        reject();
    } else {
        finish(ProbeResult::arrived, "ServerHello");
    }
    return false;
}

/// A server of TLS 1.2 may warn, for example that it does not know the name, and go on. True: it
/// was a warning.
bool TlsCheck::read_alert(std::string_view record) {
    if (octet(record, 3) != 0 || octet(record, 4) != kAlertBytes) {
        reject();
        return false;
    }
    if (record.size() < kRecordHeadBytes + kAlertBytes) return false;
    const unsigned char description = octet(record, kRecordHeadBytes + 1);
    if (octet(record, kRecordHeadBytes) == kWarning && description != kCloseNotify) {
        read_ += kRecordHeadBytes + kAlertBytes;
        return true;
    }
    finish(ProbeResult::somebody_else,
           "answers with the TLS alert " + std::to_string(unsigned{description}));
    return false;
}

void TlsCheck::reject() {
    finish(ProbeResult::somebody_else, "answers, but not with TLS");
}

}  // namespace homeport::reach
