#pragma once
/// Which services show the "server stopped" notice on somebody's wish.

#include <set>
#include <string>
#include <vector>

namespace homeport::app {

class ParkBoard {
public:
    /// Empty service: all, those that come later too. `known`: the services there are now;
    /// unparking one of all leaves the others parked.
    void set(const std::string& service, bool parked, const std::vector<std::string>& known);
    bool parked(const std::string& service) const { return all_ || services_.contains(service); }
    /// Forgets services that are not in `known`.
    void keep_only(const std::vector<std::string>& known);

private:
    bool all_ = false;
    std::set<std::string> services_;
};

}  // namespace homeport::app
