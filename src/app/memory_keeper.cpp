#include "app/memory_keeper.hpp"

#include "app/limits.hpp"

#include <malloc.h>
#include <utility>

namespace homeport::app {

MemoryKeeper::MemoryKeeper(net::Loop& loop, ChunkPool& pool, std::function<std::size_t()> streams,
                           std::function<void()> give_back)
    : loop_(loop),
      pool_(pool),
      streams_(std::move(streams)),
      give_back_(std::move(give_back)),
      look_timer_(loop.timers(), net::call<&MemoryKeeper::look>(this)),
      trim_timer_(loop.timers(), net::call<&MemoryKeeper::trim>(this)) {
    look_timer_.arm(loop_.now() + kTrimLook);
}

void MemoryKeeper::look() {
    const std::size_t streams = streams_();
    const bool busy = pool_.in_use() >= kQuietChunks;
    // Visitors may come and go between two looks; the heap remembers them.
    const bool grown = ::mallinfo2().fordblks > free_after_trim_ + kTrimWorthBytes;
    const bool fell = streams < last_streams_ || (busy_ && !busy) || grown;
    // A load that goes on falling does not put the trim off: it is due a fixed time after the first
    // fall.
    if (fell) {
        once_more_ = true;
        const TimePoint due = loop_.now() + kTrimDelay;
        if (due < trim_timer_.deadline()) trim_timer_.arm(due);
    }
    last_streams_ = streams;
    busy_ = busy;
    look_timer_.arm(loop_.now() + kTrimLook);
}

void MemoryKeeper::trim() {
    pool_.trim();
    give_back_();
    free_after_trim_ = ::mallinfo2().fordblks;
    // Sockets that linger after their streams give their memory back later.
    if (std::exchange(once_more_, false)) trim_timer_.arm(loop_.now() + kTrimAgain);
}

void give_back_heap() {
    ::malloc_trim(0);
}

}  // namespace homeport::app
