#pragma once
/// Gives memory back to the system after the start and after a load: a home server runs for years
/// beside other programs.

#include "core/chunk.hpp"
#include "net/loop.hpp"

#include <cstddef>
#include <functional>

namespace homeport::app {

class MemoryKeeper {
public:
    /// `at_rest`: hardly anything is under way.
    using GiveBack = std::function<void(bool at_rest)>;

    /// `streams`: how many there are now. `give_back` frees what is kept and not needed.
    MemoryKeeper(net::Loop& loop, ChunkPool& pool, std::function<std::size_t()> streams,
                 GiveBack give_back);

private:
    void look();
    void trim();

    net::Loop& loop_;
    ChunkPool& pool_;
    std::function<std::size_t()> streams_;
    GiveBack give_back_;
    net::Timer look_timer_;
    net::Timer trim_timer_;
    std::size_t last_streams_ = 0;
    std::size_t free_after_trim_ = 0;  ///< bytes of the heap
    bool once_more_ = false;
    bool busy_ = false;  ///< many blocks were in use at an earlier look
};

/// The C library's free memory; at rest also the pages of programs and libraries, of which those
/// that are used come back from the file. Under load that would only be work.
void give_back_memory(bool at_rest);

}  // namespace homeport::app
