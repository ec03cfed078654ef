#include "tunnel/status.hpp"

namespace homeport::tunnel {

std::string_view to_string(SessionState state) {
    switch (state) {
    case SessionState::up:
        return "up";
    case SessionState::resuming:
        return "resuming";
    case SessionState::down:
        return "down";
    }
    return "down";
}

}  // namespace homeport::tunnel
