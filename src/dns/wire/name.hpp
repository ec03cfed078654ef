#pragma once
/// Domain names in wire form (RFC 1035 section 3.1): labels, each behind its length, the last one
/// empty; never compressed, at most 255 octets. Case is kept; comparing ignores the case of ASCII
/// letters (RFC 4343). Any octet may stand in a label.

#include "core/result.hpp"
#include "dns/wire/limits.hpp"
#include "dns/wire/octets.hpp"

#include <array>
#include <compare>
#include <optional>
#include <string>
#include <string_view>

namespace homeport::dns {

/// A name in somebody else's memory, which must outlive the view. Always well-formed.
class NameView {
public:
    /// The root.
    constexpr NameView() = default;
    /// The uncompressed name at the start of `input`; nothing if there is none.
    static std::optional<NameView> read(Bytes input);
    /// Requires that `data` holds a name of exactly `size` octets.
    static NameView trusted(const Octet* data, std::size_t size) { return {data, size}; }

    const Octet* data() const { return data_; }
    /// Octets in wire form, 1 to 255.
    std::size_t size() const { return size_; }
    Bytes wire() const { return bytes_of(data_, size_); }

    bool is_root() const { return size_ == 1; }
    /// Without the root's: 0 to 127.
    std::size_t labels() const;
    /// The first label. Requires a name other than the root.
    Bytes label() const { return bytes_of(data_ + 1, data_[0]); }
    /// Without the first label. Requires a name other than the root.
    NameView parent() const { return {data_ + 1 + data_[0], size_ - 1 - data_[0]}; }
    /// The last `count` labels. Requires count <= labels().
    NameView ancestor(std::size_t count) const;
    /// The first label is "*" (RFC 4592 section 2.1.1).
    bool is_wildcard() const { return data_[0] == 1 && data_[1] == '*'; }
    bool is_at_or_below(NameView ancestor) const;

    /// RFC 1035 section 5.1 with a dot at the end; what is not printable as \DDD. The root is ".".
    std::string to_text() const;

    friend bool operator==(NameView left, NameView right) {
        return left.size_ == right.size_ && equal_octets(left.data_, right.data_, left.size_);
    }

private:
    NameView(const Octet* data, std::size_t size) : data_(data), size_(size) {}

    static constexpr Octet kRoot = 0;
    const Octet* data_ = &kRoot;
    std::size_t size_ = 1;
};

/// The order of RFC 4034 section 6.1.
std::strong_ordering compare_canonical(NameView left, NameView right);

/// Where each label of a name starts, from the left; made once by those who go from the right.
class LabelStarts {
public:
    explicit LabelStarts(NameView name);
    std::size_t count() const { return count_; }
    std::size_t operator[](std::size_t label) const { return starts_[label]; }

private:
    std::array<Octet, kMaxLabels + 1> starts_;
    std::size_t count_ = 0;
};

/// A name that owns its octets. A view of it lives as long as it is neither changed nor moved.
class Name {
public:
    /// The root.
    Name() : wire_(1, '\0') {}
    explicit Name(NameView name) : wire_(as_text(name.wire())) {}
    /// RFC 1035 section 5.1: \X and \DDD; always absolute, with or without the dot at the end.
    /// Errors (invalid): empty, an empty or too long label, too long a name, a bad escape.
    static Result<Name> parse(std::string_view text);
    /// `label` in front of `parent`; nothing when the name or the label becomes too long.
    static std::optional<Name> child(std::string_view label, NameView parent);

    NameView view() const { return NameView::trusted(octets(as_bytes(wire_)), wire_.size()); }
    operator NameView() const { return view(); }
    std::string to_text() const { return view().to_text(); }

    friend bool operator==(const Name& left, const Name& right) {
        return left.view() == right.view();
    }

private:
    std::string wire_;
};

/// For ordered containers: canonical order, also between names and views.
struct CanonicalLess {
    using is_transparent = void;
    bool operator()(NameView left, NameView right) const {
        return compare_canonical(left, right) < 0;
    }
};

/// A name on the stack, for paths that must not allocate.
class FixedName {
public:
    FixedName() = default;
    /// Copies in lower case.
    void assign_lower(NameView name);
    /// "*" in front of `encloser`. Requires encloser.size() + 2 <= kMaxNameBytes.
    void assign_wildcard(NameView encloser);

    NameView view() const { return NameView::trusted(octets_.data(), size_); }

private:
    std::array<Octet, kMaxNameBytes + 1> octets_;
    std::size_t size_ = 0;
};

}  // namespace homeport::dns
