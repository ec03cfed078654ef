#include "reach/probe/proof_check.hpp"

#include "core/text.hpp"
#include "reach/wire/knock.hpp"

#include <algorithm>

namespace homeport::reach {
namespace {

constexpr std::string_view kProofWord = "homeport-proof/";

}  // namespace

std::string knock_of(const CheckSeed& seed) {
    KnockNonce nonce;
    std::copy_n(seed.begin(), nonce.size(), nonce.begin());
    return knock_text(nonce);
}

ProofCheck::ProofCheck(const ProbeOrder& order, const CheckSeed& seed)
    : knock_(knock_of(seed)),
      proof_(proof_text(order.token, as_bytes(knock_), false, order.to.port)) {}

void ProofCheck::on_bytes(Bytes bytes) {
    held_ += as_text(bytes.first(std::min(bytes.size(), kProofBytes - held_.size())));
    const std::size_t word = std::min(held_.size(), kProofWord.size());
    if (held_.substr(0, word) != kProofWord.substr(0, word)) {
        return finish(ProbeResult::somebody_else,
                      "answers, but not with the proof: " + for_people(held_));
    }
    if (held_.size() < kProofBytes) return;
    if (equal_in_constant_time(as_bytes(held_), as_bytes(proof_)))
        return finish(ProbeResult::arrived, "");
    finish(ProbeResult::somebody_else, "a homeport answers, but not this one");
}

void ProofCheck::on_silence() {
    finish(ProbeResult::somebody_else, "connected, but nobody answers the knock");
}

}  // namespace homeport::reach
