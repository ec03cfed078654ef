#include "cli/names_proof.hpp"

#include "names/proof_of_work.hpp"

namespace homeport::cli {

std::optional<std::string> solve_challenge(std::string_view challenge, unsigned bits,
                                           const std::function<bool(std::uint64_t tries)>& go_on) {
    for (std::uint64_t tries = 0;; ++tries) {
        if (tries % kTriesBetween == 0 && !go_on(tries)) return std::nullopt;
        std::string nonce = std::to_string(tries);
        if (names::proof_bits(challenge, nonce) >= bits) return nonce;
    }
}

}  // namespace homeport::cli
