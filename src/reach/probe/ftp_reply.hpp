#pragma once
/// Answers of an FTP server (RFC 959 section 4.2) and the two that name a passive port. Pure.

#include "core/bytes.hpp"
#include "core/ip.hpp"
#include "reach/probe/line_reader.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace homeport::reach {

struct FtpReply {
    unsigned code = 0;  ///< 100 to 599
    std::string text;   ///< its first line, code included
};

class FtpReplyReader {
public:
    enum class Next : std::uint8_t {
        none,   ///< more has to come
        reply,  ///< there is one
        bad,    ///< not FTP, or longer than kMaxFtpReplyLines and kMaxProbeLineBytes allow
    };

    void add(Bytes bytes) { lines_.add(bytes); }
    /// The next reply; after `bad` nothing follows.
    Next next(FtpReply& reply);
    /// What came after the last line, or the line that is bad.
    const std::string& odd() const { return odd_; }
    std::string_view rest() const { return lines_.rest(); }

private:
    Next take(std::string_view line, FtpReply& reply);
    Next bad(std::string_view line);

    LineReader lines_;
    FtpReply open_;  ///< one of several lines, when open_lines_ is not 0
    std::size_t open_lines_ = 0;
    std::string odd_;
};

/// The port of a 229: "Entering Extended Passive Mode (|||6446|)" (RFC 2428 section 3).
std::optional<std::uint16_t> parse_epsv(std::string_view text);
/// The address and port of a 227: six numbers with commas, which servers put in brackets or not
/// (RFC 1123 section 4.1.2.6).
std::optional<Endpoint> parse_pasv(std::string_view text);

}  // namespace homeport::reach
