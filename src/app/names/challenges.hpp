#pragma once
/// What homes set under "_acme-challenge" of their hosts: each value goes when it is taken back, or
/// by itself. Nothing of it is stored: an ACME client tries again. Pure.

#include "core/result.hpp"
#include "core/time.hpp"
#include "dns/server/due_names.hpp"
#include "dns/wire/name.hpp"

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace homeport::app {

class Challenges {
public:
    /// What is there already lives longer from now on. Error: limit.
    Result<> add(const dns::Name& name, const std::string& home, const std::string& text,
                 TimePoint now);
    /// Only what this home has set.
    void remove(const dns::Name& name, const std::string& home, const std::string& text);
    /// All of a home but at the names that it `may` have. Returns those where something went.
    std::vector<dns::Name> keep_only(const std::string& home,
                                     const std::function<bool(dns::NameView)>& may);
    /// Returns the names where something was over.
    std::vector<dns::Name> expire(TimePoint now);
    /// When expire() has something to do; kNever: nothing is there.
    TimePoint next() const { return due_.next(); }
    /// Of all homes, each once.
    std::vector<std::string> texts(dns::NameView name) const;

private:
    struct Value {
        std::string home;
        std::string text;
        TimePoint until{};
    };
    using Values = std::map<dns::Name, std::vector<Value>, dns::CanonicalLess>;

    static TimePoint due(const std::vector<Value>& values);
    bool erase_if(Values::iterator at, const std::function<bool(const Value&)>& over);
    void note(const Values::iterator& at, TimePoint due_before);

    Values values_;
    dns::DueNames due_;  ///< by the first value of each
};

}  // namespace homeport::app
