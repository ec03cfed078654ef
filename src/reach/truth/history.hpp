#pragma once
/// Which addresses the line had and when it changed; from that, when the provider will cut it next.
/// Pure. Times are of the wall clock, because they outlive the process.

#include "core/ip.hpp"
#include "core/result.hpp"
#include "core/time.hpp"
#include "reach/truth/evidence.hpp"
#include "reach/truth/limits.hpp"

#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace homeport::reach {

struct AddressSpan {
    IpAddress address;
    UnixSeconds from = 0;   ///< first seen
    UnixSeconds until = 0;  ///< last seen
    friend bool operator==(const AddressSpan&, const AddressSpan&) = default;
};

class AddressHistory {
public:
    /// The line has `address` now. A clock that went back counts as standing still.
    void seen(const IpAddress& address, UnixSeconds now);

    /// Oldest first, at most kMaxSpans.
    std::span<const AddressSpan> spans(Family family) const;
    /// When each address but the oldest was first seen.
    std::vector<UnixSeconds> changes(Family family) const;

    /// One line for each span, "203.0.113.5 1700000000 1700086400\n", oldest first.
    std::string to_text() const;
    /// Errc::invalid with the number of the first bad line; the newest kMaxSpans of more are kept.
    static Result<AddressHistory> parse(std::string_view text);

private:
    std::vector<AddressSpan>& list(const IpAddress& address);
    static void append(std::vector<AddressSpan>& list, const AddressSpan& span);

    std::array<std::vector<AddressSpan>, 2> spans_;
};

}  // namespace homeport::reach
