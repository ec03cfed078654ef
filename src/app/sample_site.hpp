#pragma once
/// The site behind the demo: a page that explains, and a long download whose bytes are known.

#include "core/result.hpp"
#include "core/time.hpp"
#include "net/loop.hpp"
#include "net/network.hpp"

#include <cstdint>
#include <list>
#include <memory>
#include <string>
#include <string_view>

namespace homeport::app {

/// Bytes of /download.
std::uint64_t sample_bytes();
/// SHA-256 of /download in hex: what the visitor compares with.
std::string_view sample_sha256();
/// Copies /download from `offset` into `out`; returns the count, less than out.size() at its end
/// only.
std::size_t sample_content(std::uint64_t offset, MutableBytes out);

class SampleSite {
public:
    SampleSite(net::Loop& loop, net::Network& network);
    ~SampleSite();

    /// Listens on a port of 127.0.0.1 that the kernel chooses. Errors: those of listen().
    Result<> start();
    Endpoint local() const { return listener_->local(); }

private:
    class Guest;

    net::Loop& loop_;
    net::Network& network_;
    std::list<std::unique_ptr<Guest>> guests_;
    std::unique_ptr<net::Listener> listener_;
};

}  // namespace homeport::app
