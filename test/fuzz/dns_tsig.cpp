/// Signed requests come from anybody: none may pass without the secret, each gets an answer, and
/// what we sign ourselves passes.

#include "core/assert.hpp"
#include "dns/tsig/signer.hpp"
#include "dns/wire/query.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

using namespace homeport;
using namespace homeport::dns;

namespace {

constexpr UnixSeconds kNow = 1'800'000'000;

TsigKey make_key() {
    return TsigKey::make(Name::parse("key.example.").value(), TsigAlgorithm::sha256,
                         as_bytes("0123456789abcdef0123456789abcdef"))
        .value();
}

const TsigKeys& ring() {
    static const TsigKeys keys = [] {
        std::vector<TsigKey> all;
        all.push_back(make_key());
        return TsigKeys::make(std::move(all)).value();
    }();
    return keys;
}

std::vector<std::byte> answer(const TsigCheck& check, std::size_t& tsig_at) {
    TsigSigner signer(check);
    std::vector<std::byte> message(kHeaderBytes);
    tsig_at = message.size();
    message.resize(tsig_at + signer.reserve());
    HOMEPORT_ASSERT(signer.sign(message, tsig_at, kNow) == message.size());
    return message;
}

/// Of a request as it came.
void check_foreign(Bytes packet, std::size_t tsig_at) {
    const TsigCheck check = check_request(packet, tsig_at, ring(), kNow);
    HOMEPORT_ASSERT((check.key == nullptr) == check.mac.empty());
    std::size_t answer_tsig_at = 0;
    const auto message = answer(check, answer_tsig_at);
    TsigRecord record;
    if (check.verdict == TsigVerdict::format_error) {
        HOMEPORT_ASSERT(message.size() == kHeaderBytes);
        return;
    }
    HOMEPORT_ASSERT(read_tsig(message, answer_tsig_at, record));
    HOMEPORT_ASSERT(record.mac.empty() == (check.key == nullptr));
    HOMEPORT_ASSERT(record.key_name.view() == check.key_name.view());
}

/// Of the same request, signed by us.
void check_own(Bytes request) {
    const TsigKey& key = *ring().find(Name::parse("key.example.").value());
    std::vector<std::byte> packet(request.begin(), request.end());
    packet.resize(request.size() + request_tsig_bytes(key));
    const SignedRequest sent = sign_request(packet, request.size(), key, kNow);
    HOMEPORT_ASSERT(sent.size == packet.size());
    const TsigCheck check = check_request(packet, request.size(), ring(), kNow);
    HOMEPORT_ASSERT(check.verdict == TsigVerdict::ok);
    std::size_t tsig_at = 0;
    const auto message = answer(check, tsig_at);
    const auto result = check_response(message, tsig_at, key, sent.mac.bytes(), kNow);
    HOMEPORT_ASSERT(result.verdict == TsigVerdict::ok && result.error == TsigError::none);
    packet[request.size() / 2] ^= std::byte{1};
    const TsigCheck changed = check_request(packet, request.size(), ring(), kNow);
    HOMEPORT_ASSERT(changed.verdict != TsigVerdict::ok);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const Bytes packet = std::as_bytes(std::span(data, size));
    Query query;
    const QueryStatus status = parse_query(packet, query);
    if (status == QueryStatus::ignored) return 0;
    check_foreign(packet, query.tsig_at);
    check_foreign(packet, size / 2);
    const bool has_room = load_u16(data + kAdditionalsAt) < 0xffff;
    if (status == QueryStatus::ok && query.tsig_at == 0 && has_room) check_own(packet);
    return 0;
}
