#pragma once
/// Which services show the "server stopped" notice on somebody's wish, and what their names answer
/// meanwhile. Pure.

#include "dns/server/home_answer.hpp"

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace homeport::app {

class ParkBoard {
public:
    /// Empty service: all, those that come later too.
    void park(const std::string& service, dns::ParkedAnswer answer);
    /// `known`: the services there are now; unparking one of all leaves the others parked.
    void unpark(const std::string& service, const std::vector<std::string>& known);
    /// Null: it is not parked.
    const dns::ParkedAnswer* answer(const std::string& service) const;
    bool parked(const std::string& service) const { return answer(service) != nullptr; }
    /// Forgets services that are not in `known`.
    void keep_only(const std::vector<std::string>& known);
    /// What park() has to be told to make another one like it, in this order; an empty service
    /// first.
    std::vector<std::pair<std::string, dns::ParkedAnswer>> wishes() const;

    friend bool operator==(const ParkBoard&, const ParkBoard&) = default;

private:
    std::optional<dns::ParkedAnswer> all_;
    std::map<std::string, dns::ParkedAnswer> services_;  ///< goes before `all_`
};

}  // namespace homeport::app
