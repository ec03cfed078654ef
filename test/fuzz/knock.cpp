/// A door looks at the first bytes of everybody, in pieces as they come: whole or in pieces they
/// are a knock or not, and nothing that is told beforehand is its proof.

#include "reach/wire/knock.hpp"
#include "core/assert.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

using namespace homeport;
using namespace homeport::reach;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const Bytes input = std::as_bytes(std::span(data, size));
    KnockMatch last = KnockMatch::maybe;
    for (std::size_t i = 0; i <= std::min(size, kKnockBytes + 2); ++i) {
        const KnockMatch match = match_knock(input.first(i));
        // What is decided stays so.
        HOMEPORT_ASSERT(last == KnockMatch::maybe || match == last);
        HOMEPORT_ASSERT((match == KnockMatch::yes) ==
                        (i >= kKnockBytes && match != KnockMatch::no));
        last = match;
    }
    ProbeToken token{};
    std::copy_n(input.begin(), std::min(size, token.size()), token.begin());
    const std::string knock = knock_text(token);
    HOMEPORT_ASSERT(match_knock(as_bytes(knock)) == KnockMatch::yes);
    HOMEPORT_ASSERT(!is_proof(input, token, as_bytes(knock), false, 443));
    if (last != KnockMatch::yes) return 0;
    const std::string proof = proof_text(token, input, true, 443);
    HOMEPORT_ASSERT(proof.size() == kProofBytes);
    HOMEPORT_ASSERT(is_proof(as_bytes(proof), token, input, true, 443));
    return 0;
}
