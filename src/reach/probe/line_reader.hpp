#pragma once
/// Cuts what arrives in pieces into lines. Pure; looks at each byte once.

#include "core/bytes.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace homeport::reach {

class LineReader {
public:
    enum class Next : std::uint8_t {
        none,  ///< more has to come
        line,
        too_long,  ///< more than kMaxProbeLineBytes without an end; nothing follows
    };

    void add(Bytes bytes);
    /// The next line without its end, LF with or without CR before it; the view lives until add().
    Next next(std::string_view& line);
    /// What came after the last line.
    std::string_view rest() const { return std::string_view(held_).substr(begin_); }

private:
    std::string held_;
    std::size_t begin_ = 0;    ///< of the line that is looked for
    std::size_t scanned_ = 0;  ///< no end of line between begin_ and here
};

}  // namespace homeport::reach
