#pragma once

#include "app/stderr_log.hpp"
#include "core/chunk.hpp"
#include "net/entropy.hpp"
#include "net/loop.hpp"
#include "net/mailbox.hpp"
#include "net/network.hpp"

namespace homeport::app {

/// What roles share with the process; all of it outlives them.
struct World {
    net::Loop& loop;
    net::Network& network;
    net::Entropy& entropy;
    StderrLog& log;
    ChunkPool& pool;
    net::Mailbox& mailbox;  ///< of the loop
};

}  // namespace homeport::app
