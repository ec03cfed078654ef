#pragma once

#include "app/status_json.hpp"

#include <cstddef>

namespace homeport::app {

/// A running relay or agent, as whoever turns signals into calls sees it.
class Role {
public:
    virtual ~Role() = default;

    /// Reads the settings again and applies what can change; wrong settings change nothing.
    virtual ReloadReport reload() = 0;
    /// A planned stop begins: nobody new is taken, the peers are told.
    virtual void begin_stop() = 0;
    /// Visitors or streams that a stop waits for.
    virtual std::size_t running() const = 0;
};

}  // namespace homeport::app
