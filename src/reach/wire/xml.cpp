#include "reach/wire/xml.hpp"

#include "core/text.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace homeport::reach {
namespace {

constexpr std::string_view kSpaces = " \t\r\n";
constexpr std::size_t kMaxEntityBytes = 10;

std::string_view local_name(std::string_view tag) {
    const std::string_view name = tag.substr(0, tag.find_first_of(" \t\r\n/"));
    const auto colon = name.rfind(':');
    return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

/// Where the tag ends: the first ">" outside quotes.
std::size_t end_of_tag(std::string_view text) {
    char quote = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (quote != 0) {
            if (c == quote) quote = 0;
        } else if (c == '"' || c == '\'') {
            quote = c;
        } else if (c == '>') {
            return i;
        }
    }
    return std::string_view::npos;
}

/// Characters above ASCII as UTF-8; what is no character is left out.
void append_character(std::string& out, std::uint32_t code) {
    const auto tail = [&](unsigned shift) {
        out += static_cast<char>(0x80 | (code >> shift & 0x3f));
    };
    if (code == 0 || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return;
    if (code < 0x80) {
        out += static_cast<char>(code);
    } else if (code < 0x800) {
        out += static_cast<char>(0xc0 | code >> 6);
        tail(0);
    } else if (code < 0x10000) {
        out += static_cast<char>(0xe0 | code >> 12);
        tail(6);
        tail(0);
    } else {
        out += static_cast<char>(0xf0 | code >> 18);
        tail(12);
        tail(6);
        tail(0);
    }
}

/// `entity` stands between "&" and ";". False: not known.
bool append_entity(std::string& out, std::string_view entity) {
    static constexpr std::array<std::pair<std::string_view, char>, 5> kNamed{
        {{"lt", '<'}, {"gt", '>'}, {"amp", '&'}, {"quot", '"'}, {"apos", '\''}}};
    for (const auto& [name, character] : kNamed) {
        if (entity != name) continue;
        out += character;
        return true;
    }
    if (entity.size() < 2 || entity.front() != '#') return false;
    const bool hex = entity[1] == 'x' || entity[1] == 'X';
    const std::string_view digits = entity.substr(hex ? 2 : 1);
    std::uint32_t code = 0;
    const char* const last = digits.data() + digits.size();
    const auto [end, error] = std::from_chars(digits.data(), last, code, hex ? 16 : 10);
    if (error != std::errc{} || end != last) return false;
    append_character(out, code);
    return true;
}

void append_decoded(std::string& out, std::string_view raw) {
    while (!raw.empty()) {
        const auto mark = raw.find('&');
        out += raw.substr(0, mark);
        if (mark == std::string_view::npos) return;
        raw.remove_prefix(mark);
        const auto end = raw.substr(0, kMaxEntityBytes).find(';');
        if (end != std::string_view::npos && append_entity(out, raw.substr(1, end - 1))) {
            raw.remove_prefix(end + 1);
        } else {
            out += '&';
            raw.remove_prefix(1);
        }
    }
}

/// What is kept of an element that is open.
struct Level {
    std::string_view name;
    std::uint32_t number = 0;
    bool parent = false;
};

class LeafReader {
public:
    explicit LeafReader(std::string_view document) : scanner_(document) {}

    Result<std::vector<XmlLeaf>> read() {
        for (;;) {
            const auto token = scanner_.next();
            if (token == XmlScanner::Token::end) return std::move(leaves_);
            if (token == XmlScanner::Token::error) return fail(Errc::protocol, "malformed XML");
            if (!take(token)) return fail(Errc::protocol, "XML of too many elements");
        }
    }

private:
    bool take(XmlScanner::Token token) {
        switch (token) {
        case XmlScanner::Token::open:
            if (scanner_.depth() > 1) levels_[scanner_.depth() - 2].parent = true;
            levels_[scanner_.depth() - 1] = {scanner_.value(), ++opened_, false};
            text_.clear();
            return true;
        case XmlScanner::Token::close:
            return close(scanner_.depth());
        case XmlScanner::Token::data:
            text_ += scanner_.value();
            return true;
        default:
            append_decoded(text_, scanner_.value());
            return true;
        }
    }

    /// The closed element stood below `depth` others.
    bool close(std::size_t depth) {
        const Level& closed = levels_[depth];
        if (!closed.parent) {
            if (leaves_.size() == kMaxXmlLeaves) return false;
            const Level above = depth == 0 ? Level{} : levels_[depth - 1];
            leaves_.push_back(
                {closed.name, above.name, above.number, std::string(trim_spaces(text_))});
        }
        text_.clear();
        return true;
    }

    XmlScanner scanner_;
    std::array<Level, kMaxXmlDepth> levels_{};
    std::uint32_t opened_ = 0;
    std::string text_;
    std::vector<XmlLeaf> leaves_;
};

}  // namespace

XmlScanner::Token XmlScanner::next() {
    if (failed_ || rest_.size() > kMaxXmlBytes) return fail_for_good();
    for (;;) {
        if (to_close_ > 0) return close_one();
        if (rest_.empty()) return Token::end;
        if (rest_.front() == '<') {
            const Token token = tag();
            if (token != Token::end) return token;
            continue;
        }
        const auto end = std::min(rest_.find('<'), rest_.size());
        value_ = rest_.substr(0, end);
        rest_.remove_prefix(end);
        if (depth_ > 0) return Token::text;
    }
}

XmlScanner::Token XmlScanner::close_one() {
    --to_close_;
    value_ = open_[--depth_].name;
    return Token::close;
}

/// At a "<". Token::end: nothing to tell, go on.
XmlScanner::Token XmlScanner::tag() {
    if (rest_.starts_with("<?")) return skip_past("?>") ? Token::end : fail_for_good();
    if (rest_.starts_with("<!--")) return skip_past("-->") ? Token::end : fail_for_good();
    if (rest_.starts_with("<![CDATA[")) {
        const std::string_view before = rest_.substr(9);
        if (!skip_past("]]>")) return fail_for_good();
        value_ = before.substr(0, before.size() - rest_.size() - 3);
        return depth_ > 0 ? Token::data : Token::end;
    }
    const auto end = end_of_tag(rest_);
    if (end == std::string_view::npos || rest_.starts_with("<!")) return fail_for_good();
    const std::string_view inside = rest_.substr(1, end - 1);
    rest_.remove_prefix(end + 1);
    if (!inside.starts_with('/')) return open_tag(inside);
    return plan_close(local_name(trim_spaces(inside.substr(1)))) ? close_one() : Token::end;
}

XmlScanner::Token XmlScanner::open_tag(std::string_view inside) {
    const std::string_view name = local_name(inside);
    if (name.empty()) return fail_for_good();
    if (inside.ends_with('/')) to_close_ = 1;
    return open_element(name);
}

XmlScanner::Token XmlScanner::open_element(std::string_view name) {
    if (depth_ == kMaxXmlDepth) return fail_for_good();
    if (depth_ > 0) open_[depth_ - 1].parent = true;
    open_[depth_++] = {name, false};
    value_ = name;
    return Token::open;
}

/// A tag closes the innermost element of its name and all inside it. With a name that nobody has
/// it closes an element that has only text so far, being a slip of the pen; else it is ignored.
bool XmlScanner::plan_close(std::string_view name) {
    for (std::size_t i = depth_; i > 0; --i) {
        if (open_[i - 1].name != name) continue;
        to_close_ = depth_ - i + 1;
        return true;
    }
    if (depth_ > 0 && !open_[depth_ - 1].parent) to_close_ = 1;
    return to_close_ > 0;
}

XmlScanner::Token XmlScanner::fail_for_good() {
    failed_ = true;
    return Token::error;
}

bool XmlScanner::skip_past(std::string_view mark) {
    const auto found = rest_.find(mark, 2);
    if (found == std::string_view::npos) return false;
    rest_.remove_prefix(found + mark.size());
    return true;
}

std::string xml_text(std::string_view raw) {
    std::string text;
    append_decoded(text, trim_spaces(raw));
    return text;
}

std::string xml_escape(std::string_view text) {
    std::string out = escape_html(text);
    for (char& c : out) {
        if (static_cast<unsigned char>(c) < 0x20) c = '?';
    }
    return out;
}

std::string_view trim_spaces(std::string_view text) {
    const auto first = text.find_first_not_of(kSpaces);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(kSpaces) - first + 1);
}

Result<std::vector<XmlLeaf>> xml_leaves(std::string_view document) {
    return LeafReader(document).read();
}

}  // namespace homeport::reach
