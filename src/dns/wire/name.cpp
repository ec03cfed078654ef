#include "dns/wire/name.hpp"

#include <algorithm>

namespace homeport::dns {
namespace {

std::unexpected<Error> refuse(std::string_view text, std::string_view why) {
    return fail(Errc::invalid, "name \"" + std::string(text) + "\": " + std::string(why));
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/// The octet that an escape stands for; `rest` starts behind the backslash and moves on.
std::optional<char> read_escape(std::string_view& rest) {
    if (rest.empty()) return std::nullopt;
    if (!is_digit(rest[0])) {
        const char octet = rest[0];
        rest.remove_prefix(1);
        return octet;
    }
    if (rest.size() < 3 || !is_digit(rest[1]) || !is_digit(rest[2])) return std::nullopt;
    const int value = (rest[0] - '0') * 100 + (rest[1] - '0') * 10 + (rest[2] - '0');
    rest.remove_prefix(3);
    if (value > 255) return std::nullopt;
    return static_cast<char>(value);
}

/// The label up to the next dot, without escapes; nothing: a bad escape.
std::optional<std::string> read_label(std::string_view& rest) {
    std::string label;
    while (!rest.empty() && rest[0] != '.') {
        const char c = rest[0];
        rest.remove_prefix(1);
        if (c != '\\') {
            label += c;
            continue;
        }
        const auto octet = read_escape(rest);
        if (!octet) return std::nullopt;
        label += *octet;
    }
    if (!rest.empty()) rest.remove_prefix(1);
    return label;
}

void append_text(std::string& text, Octet octet) {
    constexpr std::string_view kSpecial = ".\\\"();@$";
    if (octet <= ' ' || octet >= 0x7f) {
        text += std::string("\\") + static_cast<char>('0' + octet / 100) +
                static_cast<char>('0' + octet / 10 % 10) + static_cast<char>('0' + octet % 10);
        return;
    }
    if (kSpecial.find(static_cast<char>(octet)) != std::string_view::npos) text += '\\';
    text += static_cast<char>(octet);
}

std::strong_ordering compare_labels(const Octet* left, const Octet* right) {
    const std::size_t common = std::min(left[0], right[0]);
    for (std::size_t i = 1; i <= common; ++i) {
        const Octet a = to_lower(left[i]);
        const Octet b = to_lower(right[i]);
        if (a != b) return a <=> b;
    }
    return left[0] <=> right[0];
}

}  // namespace

std::optional<NameView> NameView::read(Bytes input) {
    const Octet* const data = octets(input);
    const std::size_t end = std::min(input.size(), kMaxNameBytes);
    for (std::size_t at = 0; at < end; at += 1U + data[at]) {
        if (data[at] > kMaxLabelBytes) return std::nullopt;
        if (data[at] == 0) return NameView(data, at + 1);
    }
    return std::nullopt;
}

std::size_t NameView::labels() const {
    std::size_t count = 0;
    for (const Octet* at = data_; *at != 0; at += 1 + *at) ++count;
    return count;
}

NameView NameView::ancestor(std::size_t count) const {
    NameView name = *this;
    for (std::size_t all = labels(); all > count; --all) name = name.parent();
    return name;
}

bool NameView::is_at_or_below(NameView ancestor) const {
    NameView name = *this;
    while (name.size_ > ancestor.size_) name = name.parent();
    return name == ancestor;
}

std::string NameView::to_text() const {
    if (is_root()) return ".";
    std::string text;
    for (NameView name = *this; !name.is_root(); name = name.parent()) {
        for (const std::byte octet : name.label()) append_text(text, static_cast<Octet>(octet));
        text += '.';
    }
    return text;
}

LabelStarts::LabelStarts(NameView name) {
    const Octet* const data = name.data();
    for (std::size_t at = 0; data[at] != 0; at += 1U + data[at])
        starts_[count_++] = static_cast<Octet>(at);
}

std::strong_ordering compare_canonical(NameView left, NameView right) {
    const LabelStarts a(left);
    const LabelStarts b(right);
    const std::size_t common = std::min(a.count(), b.count());
    for (std::size_t i = 1; i <= common; ++i) {
        const auto order =
            compare_labels(left.data() + a[a.count() - i], right.data() + b[b.count() - i]);
        if (order != 0) return order;
    }
    return a.count() <=> b.count();
}

Result<Name> Name::parse(std::string_view text) {
    if (text.empty()) return refuse(text, "is empty; the root is \".\"");
    Name name;
    if (text == ".") return name;
    std::string wire;
    for (std::string_view rest = text; !rest.empty();) {
        const auto label = read_label(rest);
        if (!label) return refuse(text, "a backslash needs a character or three digits up to 255");
        if (label->empty()) return refuse(text, "has an empty label; remove the extra dot");
        if (label->size() > kMaxLabelBytes)
            return refuse(text, "has a label of more than 63 octets; shorten it");
        wire += static_cast<char>(label->size());
        wire += *label;
    }
    if (wire.size() >= kMaxNameBytes) return refuse(text, "takes more than 255 octets; shorten it");
    wire += '\0';
    name.wire_ = std::move(wire);
    return name;
}

std::optional<Name> Name::child(std::string_view label, NameView parent) {
    if (label.empty() || label.size() > kMaxLabelBytes) return std::nullopt;
    if (label.size() + 1 + parent.size() > kMaxNameBytes) return std::nullopt;
    Name name;
    name.wire_ = static_cast<char>(label.size());
    name.wire_ += label;
    name.wire_ += as_text(parent.wire());
    return name;
}

void FixedName::assign_lower(NameView name) {
    size_ = name.size();
    std::size_t at = 0;
    for (; at + 8 <= size_; at += 8) {
        const std::uint64_t lower = to_lower8(load8(name.data() + at));
        std::memcpy(octets_.data() + at, &lower, sizeof lower);
    }
    for (; at < size_; ++at) octets_[at] = to_lower(name.data()[at]);
}

void FixedName::assign_wildcard(NameView encloser) {
    octets_[0] = 1;
    octets_[1] = '*';
    std::memcpy(octets_.data() + 2, encloser.data(), encloser.size());
    size_ = encloser.size() + 2;
}

}  // namespace homeport::dns
