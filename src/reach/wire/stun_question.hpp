#pragma once
/// One binding request to one STUN server, sent again until an answer comes (RFC 8489 section
/// 6.2.1). Pure: it is told the time and what happened, and says what to do.
///
/// Datagrams that are not the answer (another source, another id, not STUN) are ignored, so that
/// they cannot end the question.

#include "core/time.hpp"
#include "reach/wire/stun.hpp"

#include <cstdint>

namespace homeport::reach {

struct StunOutcome {
    enum class Kind : std::uint8_t {
        answer,
        silent,       ///< nothing came in time
        unreachable,  ///< this host has no way there, or nobody listens
        refused,      ///< an error answer: see answer.error
        unchanged,    ///< a change was asked for and the server answered from where it was asked
    };
    Kind kind = Kind::silent;
    StunAnswer answer;
    Duration took{};  ///< since the first sending
};

class StunQuestion {
public:
    enum class Action : std::uint8_t {
        none,  ///< wait: for what comes, and until deadline()
        send,  ///< message() to server()
        over,  ///< outcome() stands
    };
    struct Plan {
        Endpoint server;
        StunId id{};  ///< never used before
        StunChange change;
        /// Where the answer comes from; with a change another place than `server`.
        Endpoint answer_from;
        Duration patience = kStunPatience;
    };

    /// A plain question.
    StunQuestion(const Endpoint& server, const StunId& id, Duration patience = kStunPatience);
    explicit StunQuestion(const Plan& plan);

    Action poll(TimePoint now);
    TimePoint deadline() const { return deadline_; }

    void on_datagram(const Endpoint& from, Bytes datagram, TimePoint now);
    /// The kernel said that there is no way to the server.
    void on_unreachable();

    const Endpoint& server() const { return plan_.server; }
    Bytes message() const { return Bytes(message_).first(message_bytes_); }
    const StunOutcome& outcome() const { return outcome_; }

private:
    void end(StunOutcome::Kind kind);

    Plan plan_;
    std::array<std::byte, kStunRequestBytes> message_{};
    std::size_t message_bytes_;
    int tries_ = 0;
    bool over_ = false;
    TimePoint started_{};
    TimePoint deadline_{};  ///< past: poll() begins at once
    StunOutcome outcome_;
};

}  // namespace homeport::reach
