#pragma once
/// Where the body of an HTTP/1.x message ends (RFC 9112 sections 6 and 7). Pure. Bodies pass
/// unchanged (chunked stays chunked), so this only counts.

#include "core/bytes.hpp"
#include "http/head.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace homeport::http {

class BodyScanner {
public:
    struct Result {
        std::size_t bytes = 0;  ///< of the given span, these belong to the message
        bool error = false;  ///< malformed behind those bytes; the message has no trustworthy end
    };

    /// No body: ended at once.
    BodyScanner() = default;
    /// `length` counts for Framing::length only.
    BodyScanner(Framing framing, std::uint64_t length);

    /// Looks at the next bytes; each byte is shown once. Stops at the message's end.
    Result scan(Bytes bytes);
    /// So many of the next bytes belong to the message whatever they are: they may be moved unseen
    /// and told by passed(). 0 for chunked bodies; the largest value until close.
    std::uint64_t unseen() const;
    void passed(std::uint64_t bytes);

    bool ended() const { return ended_; }
    /// The end of the stream is the end of the message.
    bool ends_with_stream() const { return framing_ == Framing::until_close; }

private:
    enum class At : std::uint8_t {
        size,
        extension,
        size_lf,
        data,
        data_cr,
        data_lf,
        trailer_start,
        trailer_name,
        trailer_value,
        trailer_lf,
        last_lf,
    };

    bool step(char c);
    bool step_size(char c);
    bool step_extension(char c);
    bool step_trailer(char c);
    bool expect(char c, char wanted, At next);

    Framing framing_ = Framing::none;
    At at_ = At::size;
    bool ended_ = true;
    std::uint8_t digits_ = 0;
    std::uint16_t counted_ = 0;  ///< bytes of this extension, or of all trailers
    std::uint64_t left_ = 0;     ///< bytes of the body, or of the chunk
};

/// Appends the data of a chunked body to `out`. Requires that a BodyScanner has found exactly these
/// bytes to be the whole body.
void append_chunk_data(std::string_view chunked, std::string& out);

}  // namespace homeport::http
