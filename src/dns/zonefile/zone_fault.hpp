#pragma once
/// What is wrong with a zone written as text, for the person who wrote it.

#include "core/result.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace homeport::dns {

struct ZoneFault {
    std::string source;    ///< which text: usually a path
    std::size_t line = 1;  ///< from 1; a fault of the text as a whole stands at line 1
    std::string what;
    std::string remedy;

    /// "SOURCE:LINE: what (remedy)", one line of printable text.
    std::string to_string() const;
    friend bool operator==(const ZoneFault&, const ZoneFault&) = default;
};

using ZoneFaults = std::vector<ZoneFault>;

/// The faults of one text while it is read: at most kMaxZoneFaults, later ones are dropped.
class FaultList {
public:
    explicit FaultList(std::string_view source) : source_(source) {}

    void add(std::size_t line, std::string_view what, std::string_view remedy);
    /// What stands behind the last "; " of the error is the remedy, else `remedy` is.
    void add(std::size_t line, const Error& error, std::string_view remedy);

    bool empty() const { return faults_.empty(); }
    bool full() const;
    /// Sorted by line; those of one line as they were found.
    ZoneFaults take();

private:
    std::string source_;
    ZoneFaults faults_;
};

/// A piece of the text in quotation marks, printable and not longer than kMaxQuotedBytes.
std::string in_quotes(std::string_view text);

}  // namespace homeport::dns
