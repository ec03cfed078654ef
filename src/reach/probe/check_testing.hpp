#pragma once
/// For unit tests: orders, and checks that hear a text in pieces.

#include "reach/probe/check.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace homeport::reach::testing {

inline CheckSeed seed() {
    CheckSeed made;
    for (std::size_t i = 0; i < made.size(); ++i) made[i] = std::byte(0xa0 + i);
    return made;
}

inline ProbeOrder order(ProbeCheck check, std::string_view to = "203.0.113.5:8021") {
    ProbeOrder made;
    made.to = Endpoint::parse(to).value();
    made.check = check;
    made.token.fill(std::byte{7});
    return made;
}

/// Made and connected; what it said is in `said`.
struct Talk {
    explicit Talk(const ProbeOrder& order) : check(make_check(order, seed()).value()) {
        check->on_connected();
        said = check->take_output();
    }
    void hear(std::string_view text, std::size_t piece = std::string_view::npos) {
        while (!text.empty()) {
            check->on_bytes(as_bytes(text.substr(0, piece)));
            said += check->take_output();
            text.remove_prefix(std::min(piece, text.size()));
        }
    }
    /// What was said since the last call.
    std::string take() {
        said += check->take_output();
        return std::exchange(said, {});
    }
    /// "arrived: 220 hello"; "" while there is none.
    std::string outcome() const {
        if (!check->outcome()) return "";
        const auto& [result, detail] = *check->outcome();
        static constexpr const char* kNames[] = {"untested", "arrived", "refused", "nothing",
                                                 "somebody else"};
        return std::string(kNames[static_cast<std::size_t>(result)]) + ": " + detail;
    }

    std::unique_ptr<Check> check;
    std::string said;
};

enum class Then { nothing, end, cut, silence };

/// The outcome of `text`, which must be the same in pieces of every size.
inline std::string outcome_of(const ProbeOrder& order, std::string_view text,
                              Then then = Then::nothing) {
    std::string first;
    for (std::size_t piece = 1; piece <= std::max<std::size_t>(1, text.size()); ++piece) {
        Talk talk(order);
        talk.hear(text, piece);
        if (then == Then::silence) talk.check->on_silence();
        if (then == Then::end || then == Then::cut) talk.check->on_end(then == Then::cut);
        if (piece == 1) first = talk.outcome();
        EXPECT_EQ(talk.outcome(), first) << "in pieces of " << piece;
    }
    return first;
}

}  // namespace homeport::reach::testing
