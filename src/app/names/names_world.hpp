#pragma once

#include "core/log.hpp"
#include "net/entropy.hpp"
#include "net/loop.hpp"
#include "net/network.hpp"

namespace homeport::app {

/// What the parts on one loop share; all of it outlives them.
struct NamesWorld {
    net::Loop& loop;
    net::Network& network;
    net::Entropy& entropy;
    Log& log;
};

}  // namespace homeport::app
