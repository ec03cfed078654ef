#pragma once
/// What owners parked, kept beyond a restart of the relay.

#include "app/park_board.hpp"
#include "core/result.hpp"

#include <map>
#include <string>

namespace homeport::app {

using ParkBoards = std::map<std::string, ParkBoard>;  ///< by the name of the home

class ParkMemory {
public:
    virtual ~ParkMemory() = default;
    /// Nothing was saved yet: none. Errors: invalid (damaged), denied, limit, io.
    virtual Result<ParkBoards> load() = 0;
    /// Replaces what was saved. Error: io.
    virtual Result<> save(const ParkBoards& boards) = 0;
};

/// One small file, replaced as a whole.
class ParkFile final : public ParkMemory {
public:
    explicit ParkFile(std::string path) : path_(std::move(path)) {}
    Result<ParkBoards> load() override;
    Result<> save(const ParkBoards& boards) override;

private:
    std::string path_;
};

}  // namespace homeport::app
