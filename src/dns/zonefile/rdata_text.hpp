#pragma once
/// Rdata as it is written: by type, or in the generic form of RFC 3597 section 5, which any type
/// may have. Pure.
///
/// Which fields a type has is told by ldns, which also knows mnemonics of algorithms. The rest is
/// read here: ldns 1.8 takes numbers that are too large, half octets and names that only begin with
/// "@" without a word, and writes past its buffers at some parameters of SVCB.
/// Types with fields that are not read here (LOC, APL, HIP and more) have the generic form only.

#include "core/result.hpp"
#include "dns/wire/name.hpp"
#include "dns/wire/types.hpp"
#include "dns/zonefile/lexer.hpp"

#include <string>

namespace homeport::dns {

/// Appends the data that `words` hold, to their end. Errors (invalid): what is written is no data
/// of the type; the remedy stands behind "; ", and words.line() is where. The result may still
/// break a rule that check_rdata() knows.
Result<> append_rdata(std::string& out, RrType type, WordReader& words, const Name& origin);

}  // namespace homeport::dns
