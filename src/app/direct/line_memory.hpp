#pragma once
/// What an agent keeps about its line over restarts: STATE_DIR/line.json. A secret for the nonces
/// of mappings, so that a restarted agent renews them and nobody else can; what routers are like;
/// which addresses the line had.

#include "core/log.hpp"
#include "core/result.hpp"
#include "net/entropy.hpp"
#include "reach/portmap/mapper.hpp"
#include "reach/service/router_session.hpp"
#include "reach/truth/history.hpp"

#include <array>
#include <cstddef>
#include <string>

namespace homeport::app {

class LineMemory {
public:
    /// A longer file counts as damaged.
    static constexpr std::size_t kMaxFileBytes = 64 * 1024;

    explicit LineMemory(const std::string& state_dir) : path_(state_dir + "/line.json") {}

    /// A file that is not there, or damaged, is begun anew with another secret. Error: of the file
    /// that could not be read or written, for the log; what was begun holds nevertheless.
    Result<> open(net::Entropy& entropy);
    /// Error: io.
    Result<> save();

    /// The same for the same port, always.
    reach::MappingNonce nonce(const reach::UnitPort& port) const;

    reach::RouterMemory routers;
    reach::AddressHistory history;

private:
    Result<> load();

    std::string path_;
    std::array<std::byte, 32> secret_{};
};

}  // namespace homeport::app
