#pragma once
/// The last sealed bytes of destroyed connections, delivered as far as the peer takes them.

#include "core/chunk.hpp"
#include "net/loop.hpp"
#include "net/stream.hpp"

#include <memory>
#include <vector>

namespace homeport::net {

/// Writes from the queue until the stream takes no more. `error` when the stream is dead, else
/// `again` or, with an empty queue, `ok`.
IoResult::Status send_queue(Stream& stream, SliceQueue& queue);

class Farewells {
public:
    explicit Farewells(Loop& loop);
    ~Farewells();

    /// Goes on writing; closes `stream` when done, cuts it after kFarewellTime.
    void take(std::unique_ptr<Stream> stream, SliceQueue bytes);
    std::size_t size() const { return pending_.size(); }

private:
    class Farewell;
    void drop(std::size_t index);

    Loop& loop_;
    std::vector<std::unique_ptr<Farewell>> pending_;
};

}  // namespace homeport::net
