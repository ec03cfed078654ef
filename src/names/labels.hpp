#pragma once
/// Which labels people may take: the LDH rule (RFC 5890 section 2.3.1) and reserved words. Pure.

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace homeport::names {

/// Letters, digits and inner hyphens, 1 to 63; "--" at the third place only behind "xn". Lower case
/// is required.
bool is_ldh_label(std::string_view label);

/// What a request calls a name, in lower case and without the dot at the end; nothing when it is no
/// name of LDH labels with a dot inside.
std::optional<std::string> read_host_name(std::string_view text);

/// The first label, and what is behind its dot. Requires a dot.
struct SplitName {
    std::string_view label;
    std::string_view parent;
};
SplitName split_name(std::string_view name);

/// 3 to 32 letters, digits and inner hyphens. In lower case; nothing when it is none.
std::optional<std::string> read_account_name(std::string_view text);

/// Words that mean something to software or to people. "ns" also stands for ns1 and ns23.
class ReservedWords {
public:
    /// The usual words and `more`; "word*" there stands for all labels that start so.
    explicit ReservedWords(const std::vector<std::string>& more);
    bool contains(std::string_view label) const;

private:
    void add(std::string_view word);

    std::set<std::string, std::less<>> words_;
    std::set<std::string, std::less<>> starts_;
};

}  // namespace homeport::names
