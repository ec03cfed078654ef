#include "reach/probe/line_reader.hpp"

#include "reach/probe/limits.hpp"

namespace homeport::reach {

void LineReader::add(Bytes bytes) {
    held_.erase(0, begin_);
    scanned_ -= begin_;
    begin_ = 0;
    held_ += as_text(bytes);
}

LineReader::Next LineReader::next(std::string_view& line) {
    const std::size_t end = held_.find('\n', scanned_);
    scanned_ = end == std::string::npos ? held_.size() : end + 1;
    if (scanned_ - begin_ > kMaxProbeLineBytes) return Next::too_long;
    if (end == std::string::npos) return Next::none;
    line = std::string_view(held_).substr(begin_, end - begin_);
    if (line.ends_with('\r')) line.remove_suffix(1);
    begin_ = scanned_;
    return Next::line;
}

}  // namespace homeport::reach
