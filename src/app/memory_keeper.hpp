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
    /// `streams`: how many there are now. `give_back` frees what allocators keep.
    MemoryKeeper(net::Loop& loop, ChunkPool& pool, std::function<std::size_t()> streams,
                 std::function<void()> give_back);

private:
    void look();
    void trim();

    net::Loop& loop_;
    ChunkPool& pool_;
    std::function<std::size_t()> streams_;
    std::function<void()> give_back_;
    net::Timer look_timer_;
    net::Timer trim_timer_;
    std::size_t last_streams_ = 0;
    std::size_t free_after_trim_ = 0;  ///< bytes of the heap
    bool once_more_ = false;
    bool busy_ = false;  ///< many blocks were in use at an earlier look
};

/// What the process does not need at the moment: the C library's free memory, and the pages of
/// programs and libraries that only starting took (they come back from the file when they are
/// used).
void give_back_memory();

}  // namespace homeport::app
