#pragma once
/// Reads which ports a UPnP router has opened, for whomever. Changes nothing there.

#include "reach/portmap/upnp_actions.hpp"
#include "reach/service/http_caller.hpp"
#include "reach/wire/http_url.hpp"

#include <cstddef>
#include <functional>
#include <vector>

namespace homeport::reach {

class MappingList {
public:
    /// Once, perhaps within read(); may not destroy the list.
    using Done = std::function<void()>;

    /// `loop` and `network` must outlive this.
    MappingList(net::Loop& loop, net::Network& network, HttpSources sources, Done done)
        : caller_(loop, network, sources), done_(std::move(done)) {}

    /// Once. Asks the first of `locations`, which are of descriptions, that has such a table.
    void read(std::vector<HttpUrl> locations);
    bool over() const { return over_; }
    /// A router answered: with entries() or, as the standard has it, that there are none.
    bool told() const { return told_; }
    /// At most kMaxListedMappings; cut(): there may be more.
    const std::vector<UpnpEntry>& entries() const { return entries_; }
    bool cut() const { return cut_; }

private:
    void ask_description();
    void on_description(const Result<HttpReply>& reply);
    void ask_entry();
    void on_entry(const Result<HttpReply>& reply);
    void end();

    HttpCaller caller_;
    Done done_;
    std::vector<HttpUrl> locations_;
    std::size_t next_location_ = 0;
    UpnpService service_;
    std::vector<UpnpEntry> entries_;
    bool told_ = false;
    bool cut_ = false;
    bool over_ = false;
};

}  // namespace homeport::reach
