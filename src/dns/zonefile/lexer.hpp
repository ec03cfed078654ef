#pragma once
/// Cuts master file text (RFC 1035 section 5.1) into records and these into words: takes away
/// comments, joins what stands between parentheses, keeps the numbers of lines. Pure.

#include "dns/zonefile/zone_fault.hpp"

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

namespace homeport::dns {

/// A word, or a quoted text without its quotation marks; escapes are as they were written. A
/// quotation mark inside a word (key="a b") stays in it, and so do the blanks up to the next one.
struct Word {
    std::string_view text;
    std::size_t line = 1;
    bool quoted = false;
};

/// A record or a directive: at least one word.
struct WordLine {
    std::vector<Word> words;
    bool indented = false;  ///< it begins with a blank: no owner is written
};

class Lexer {
public:
    /// `text` and `faults` must outlive the lexer and what it gives.
    Lexer(std::string_view text, FaultList& faults);

    /// The next record. A record with a fault is reported and left out, up to the end of the line
    /// where the fault is. False: the text has ended, or `faults` is full.
    bool next(WordLine& line);

private:
    enum class Step : unsigned char { more, complete, faulty };
    Step read_one(WordLine& line);
    Step end_line(WordLine& line);
    Step read_quoted(WordLine& line);
    Step read_word(WordLine& line);
    Step parenthesis(char which);
    Step fault(std::size_t line, std::string_view what, std::string_view remedy);
    bool skip_escape();
    bool skip_quoted();
    void skip_comment();
    void start_record();

    std::string_view text_;
    FaultList* faults_;
    std::size_t at_ = 0;
    std::size_t line_ = 1;
    std::size_t record_at_ = 0;
    std::size_t depth_ = 0;  ///< of parentheses
    std::size_t opened_line_ = 0;
    bool indented_ = false;
};

/// Takes words one by one and remembers where it is, for faults.
class WordReader {
public:
    /// Requires at least one word.
    explicit WordReader(std::span<const Word> words) : left_(words), line_(words.front().line) {}

    bool done() const { return left_.empty(); }
    /// Requires !done().
    const Word& peek() const { return left_.front(); }
    const Word& take() {
        const Word& word = left_.front();
        line_ = word.line;
        left_ = left_.subspan(1);
        return word;
    }
    /// Of the word taken last.
    std::size_t line() const { return line_; }

private:
    std::span<const Word> left_;
    std::size_t line_;
};

}  // namespace homeport::dns
