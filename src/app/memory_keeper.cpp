#include "app/memory_keeper.hpp"

#include "app/limits.hpp"

#include <link.h>
#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>
#include <utility>

namespace homeport::app {
namespace {

/// Only segments that nobody can write hold nothing but what is in the file.
int drop_pages(dl_phdr_info* object, std::size_t, void*) {
    const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
    for (const ElfW(Phdr) & segment : std::span(object->dlpi_phdr, object->dlpi_phnum)) {
        if (segment.p_type != PT_LOAD || (segment.p_flags & PF_W) != 0) continue;
        const std::uintptr_t begin = object->dlpi_addr + segment.p_vaddr;
        const std::uintptr_t first = (begin + page - 1) / page * page;
        const std::uintptr_t last = (begin + segment.p_filesz) / page * page;
        if (first < last) ::madvise(reinterpret_cast<void*>(first), last - first, MADV_DONTNEED);
    }
    return 0;
}

}  // namespace

MemoryKeeper::MemoryKeeper(net::Loop& loop, ChunkPool& pool, std::function<std::size_t()> streams,
                           GiveBack give_back)
    : loop_(loop),
      pool_(pool),
      streams_(std::move(streams)),
      give_back_(std::move(give_back)),
      look_timer_(loop.timers(), net::call<&MemoryKeeper::look>(this)),
      trim_timer_(loop.timers(), net::call<&MemoryKeeper::trim>(this)) {
    look_timer_.arm(loop_.now() + kTrimLook);
    trim_timer_.arm(loop_.now() + kTrimDelay);
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
    give_back_(last_streams_ <= kRestStreams && !busy_);
    free_after_trim_ = ::mallinfo2().fordblks;
    // Sockets that linger after their streams give their memory back later.
    if (std::exchange(once_more_, false)) trim_timer_.arm(loop_.now() + kTrimAgain);
}

void give_back_memory(bool at_rest) {
    ::malloc_trim(0);
    if (at_rest) ::dl_iterate_phdr(drop_pages, nullptr);
}

}  // namespace homeport::app
