#include "http/body.hpp"

#include "core/assert.hpp"
#include "http/chars.hpp"

#include <algorithm>
#include <limits>

namespace homeport::http {

BodyScanner::BodyScanner(Framing framing, std::uint64_t length) : framing_(framing) {
    left_ = framing == Framing::length ? length : 0;
    ended_ = framing == Framing::none || (framing == Framing::length && length == 0);
}

std::uint64_t BodyScanner::unseen() const {
    if (ended_ || framing_ == Framing::chunked) return 0;
    return framing_ == Framing::length ? left_ : std::numeric_limits<std::uint64_t>::max();
}

void BodyScanner::passed(std::uint64_t bytes) {
    HOMEPORT_ASSERT(bytes <= unseen());
    if (framing_ != Framing::length) return;
    left_ -= bytes;
    ended_ = left_ == 0;
}

BodyScanner::Result BodyScanner::scan(Bytes bytes) {
    if (ended_) return {};
    if (framing_ != Framing::chunked) {
        const auto count =
            static_cast<std::size_t>(std::min<std::uint64_t>(unseen(), bytes.size()));
        passed(count);
        return {count, false};
    }
    std::size_t used = 0;
    while (used < bytes.size() && !ended_) {
        if (at_ == At::data) {
            const auto skip =
                static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size() - used));
            used += skip;
            left_ -= skip;
            if (left_ == 0) at_ = At::data_cr;
            continue;
        }
        if (!step(static_cast<char>(bytes[used]))) return {used, true};
        ++used;
    }
    return {used, false};
}

bool BodyScanner::expect(char c, char wanted, At next) {
    at_ = next;
    return c == wanted;
}

bool BodyScanner::step(char c) {
    switch (at_) {
    case At::size:
        return step_size(c);
    case At::extension:
        return step_extension(c);
    case At::size_lf:
        digits_ = 0;
        counted_ = 0;
        return expect(c, '\n', left_ > 0 ? At::data : At::trailer_start);
    case At::data_cr:
        return expect(c, '\r', At::data_lf);
    case At::data_lf:
        return expect(c, '\n', At::size);
    case At::last_lf:
        ended_ = c == '\n';
        return ended_;
    default:
        return step_trailer(c);
    }
}

bool BodyScanner::step_size(char c) {
    if (const int digit = hex_digit(c); digit >= 0) {
        if (++digits_ > kMaxChunkSizeDigits || left_ > (kMaxContentLength >> 4)) return false;
        left_ = left_ * 16 + static_cast<std::uint64_t>(digit);
        return true;
    }
    if (digits_ == 0) return false;
    at_ = c == ';' ? At::extension : At::size_lf;
    return c == ';' || c == '\r';
}

bool BodyScanner::step_extension(char c) {
    if (c == '\r') {
        at_ = At::size_lf;
        return true;
    }
    return is_char(c, kValueChar) && ++counted_ <= kMaxChunkExtensionBytes;
}

bool BodyScanner::step_trailer(char c) {
    if (++counted_ > kMaxTrailerBytes) return false;
    switch (at_) {
    case At::trailer_start:
        if (c == '\r') return expect(c, '\r', At::last_lf);
        at_ = At::trailer_name;
        return is_char(c, kTokenChar);
    case At::trailer_name:
        if (c == ':') return expect(c, ':', At::trailer_value);
        return is_char(c, kTokenChar);
    case At::trailer_value:
        if (c == '\r') return expect(c, '\r', At::trailer_lf);
        return is_char(c, kValueChar);
    default:
        return expect(c, '\n', At::trailer_start);
    }
}

void append_chunk_data(std::string_view chunked, std::string& out) {
    while (!chunked.empty()) {
        std::size_t size = 0;
        while (!chunked.empty() && hex_digit(chunked.front()) >= 0) {
            size = size * 16 + static_cast<std::size_t>(hex_digit(chunked.front()));
            chunked.remove_prefix(1);
        }
        if (size == 0) return;  // the last chunk; trailers are not for us
        const auto line_end = chunked.find('\n');
        HOMEPORT_ASSERT(line_end < chunked.size() && size <= chunked.size() - line_end - 1);
        out += chunked.substr(line_end + 1, size);
        chunked.remove_prefix(std::min(chunked.size(), line_end + 1 + size + 2));
    }
}

}  // namespace homeport::http
