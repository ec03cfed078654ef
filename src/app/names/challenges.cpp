#include "app/names/challenges.hpp"

#include "app/names/limits.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace homeport::app {

Result<> Challenges::add(const dns::Name& name, const std::string& home, const std::string& text,
                         TimePoint now) {
    auto at = values_.find(name);
    if (at == values_.end() && values_.size() >= kMaxChallengedNames) {
        return fail(Errc::limit, fmt::format("{} hosts have ACME challenges here; try again later",
                                             kMaxChallengedNames));
    }
    if (at == values_.end()) at = values_.try_emplace(name).first;
    std::vector<Value>& values = at->second;
    const TimePoint before = due(values);
    const auto known = std::ranges::find_if(
        values, [&](const Value& value) { return value.home == home && value.text == text; });
    if (known != values.end()) {
        known->until = now + kChallengeTime;
    } else if (values.size() < kMaxChallengesPerHost) {
        values.push_back({home, text, now + kChallengeTime});
    } else {
        return fail(Errc::limit, fmt::format("{} has {} values already; take one back",
                                             name.to_text(), kMaxChallengesPerHost));
    }
    note(at, before);
    return {};
}

void Challenges::remove(const dns::Name& name, const std::string& home, const std::string& text) {
    const auto at = values_.find(name);
    if (at == values_.end()) return;
    erase_if(at, [&](const Value& value) { return value.home == home && value.text == text; });
}

std::vector<dns::Name> Challenges::keep_only(const std::string& home,
                                             const std::function<bool(dns::NameView)>& may) {
    std::vector<dns::Name> changed;
    for (auto at = values_.begin(); at != values_.end();) {
        const auto next = std::next(at);
        const dns::Name name = at->first;
        if (!may(name) && erase_if(at, [&](const Value& value) { return value.home == home; }))
            changed.push_back(name);
        at = next;
    }
    return changed;
}

std::vector<dns::Name> Challenges::expire(TimePoint now) {
    std::vector<dns::Name> changed;
    while (next() <= now) {
        changed.push_back(due_.first());
        erase_if(values_.find(changed.back()),
                 [now](const Value& value) { return value.until <= now; });
    }
    return changed;
}

std::vector<std::string> Challenges::texts(dns::NameView name) const {
    std::vector<std::string> texts;
    const auto at = values_.find(name);
    if (at == values_.end()) return texts;
    for (const Value& value : at->second) {
        if (std::ranges::find(texts, value.text) == texts.end()) texts.push_back(value.text);
    }
    return texts;
}

TimePoint Challenges::due(const std::vector<Value>& values) {
    TimePoint first = kNever;
    for (const Value& value : values) first = std::min(first, value.until);
    return first;
}

bool Challenges::erase_if(Values::iterator at, const std::function<bool(const Value&)>& over) {
    const TimePoint before = due(at->second);
    const bool changed = std::erase_if(at->second, over) > 0;
    if (changed) note(at, before);
    return changed;
}

/// Its values have changed.
void Challenges::note(const Values::iterator& at, TimePoint due_before) {
    due_.move(at->first, due_before, due(at->second));
    if (at->second.empty()) values_.erase(at);
}

}  // namespace homeport::app
