#include "dns/zonefile/lexer.hpp"

#include "dns/zonefile/limits.hpp"

#include <algorithm>

namespace homeport::dns {
namespace {

constexpr std::string_view kUtf8Mark = "\xef\xbb\xbf";

bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\r';
}

bool ends_word(char c) {
    return is_blank(c) || c == '\n' || c == ';' || c == '(' || c == ')' || c == '\0';
}

}  // namespace

Lexer::Lexer(std::string_view text, FaultList& faults)
    : text_(text.starts_with(kUtf8Mark) ? text.substr(kUtf8Mark.size()) : text), faults_(&faults) {
    start_record();
}

bool Lexer::next(WordLine& line) {
    line.words.clear();
    while (at_ < text_.size() && !faults_->full()) {
        const Step step = read_one(line);
        if (step == Step::faulty) line.words.clear();
        if (step == Step::complete) return true;
    }
    if (depth_ > 0 && !faults_->full()) {
        fault(opened_line_, "this parenthesis is not closed", "add )");
        line.words.clear();
    }
    line.indented = indented_;
    return !line.words.empty() && !faults_->full();
}

Lexer::Step Lexer::read_one(WordLine& line) {
    if (at_ - record_at_ > kMaxRecordTextBytes)
        return fault(line_, "a record of more than 512 KiB", "look for a parenthesis left open");
    const char c = text_[at_];
    if (is_blank(c)) return ++at_, Step::more;
    switch (c) {
    case '\n':
        return end_line(line);
    case ';':
        return skip_comment(), Step::more;
    case '(':
    case ')':
        return parenthesis(c);
    case '"':
        return read_quoted(line);
    case '\0':
        return fault(line_, "a zero byte", "write text, and \\000 for a zero octet");
    default:
        return read_word(line);
    }
}

Lexer::Step Lexer::end_line(WordLine& line) {
    ++at_;
    ++line_;
    if (depth_ > 0) return Step::more;
    const bool indented = indented_;
    start_record();
    if (line.words.empty()) return Step::more;
    line.indented = indented;
    return Step::complete;
}

Lexer::Step Lexer::read_quoted(WordLine& line) {
    const std::size_t start = ++at_;
    if (!skip_quoted()) {
        return fault(line_, "a quotation mark is not closed in its line",
                     "add \", and \\\" for one inside the text");
    }
    line.words.push_back({text_.substr(start, at_ - 1 - start), line_, true});
    return Step::more;
}

Lexer::Step Lexer::read_word(WordLine& line) {
    const std::size_t start = at_;
    while (at_ < text_.size() && !ends_word(text_[at_])) {
        const char c = text_[at_++];
        if (c == '\\' && !skip_escape())
            return fault(line_, "nothing stands behind a backslash", "write \\\\ for a backslash");
        if (c == '"' && !skip_quoted())
            return fault(line_, "a quotation mark is not closed in its line", "add \"");
    }
    line.words.push_back({text_.substr(start, at_ - start), line_, false});
    return Step::more;
}

Lexer::Step Lexer::parenthesis(char which) {
    if (which == ')' && depth_ == 0)
        return fault(line_, "a ) without a ( before it", "remove it, or add the (");
    if (which == '(' && depth_ == 0) opened_line_ = line_;
    depth_ += which == '(' ? 1 : -1UL;
    ++at_;
    return Step::more;
}

/// Goes on behind the line.
Lexer::Step Lexer::fault(std::size_t line, std::string_view what, std::string_view remedy) {
    faults_->add(line, what, remedy);
    at_ = std::min(text_.find('\n', at_), text_.size());
    if (at_ < text_.size()) {
        ++at_;
        ++line_;
    }
    depth_ = 0;
    start_record();
    return Step::faulty;
}

/// Behind a backslash.
bool Lexer::skip_escape() {
    if (at_ == text_.size() || text_[at_] == '\n' || text_[at_] == '\0') return false;
    ++at_;
    return true;
}

/// Behind a quotation mark; to behind the next one in the line.
bool Lexer::skip_quoted() {
    while (at_ < text_.size() && text_[at_] != '\n' && text_[at_] != '\0') {
        const char c = text_[at_++];
        if (c == '"') return true;
        if (c == '\\' && !skip_escape()) return false;
    }
    return false;
}

void Lexer::skip_comment() {
    at_ = std::min(text_.find('\n', at_), text_.size());
}

void Lexer::start_record() {
    record_at_ = at_;
    indented_ = at_ < text_.size() && is_blank(text_[at_]);
}

}  // namespace homeport::dns
