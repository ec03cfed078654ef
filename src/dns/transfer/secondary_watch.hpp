#pragma once
/// Sees to it that one secondary gets one zone: says NOTIFY when a serial is published, asks for
/// the secondary's SOA until it has that serial, tries again with growing pauses. Pure: it is told
/// the time and what happened, and says what to send.

#include "core/time.hpp"
#include "dns/transfer/limits.hpp"

#include <cstdint>
#include <optional>

namespace homeport::dns {

struct WatchAction {
    enum class Kind : std::uint8_t { none, notify, ask_soa };
    Kind kind = Kind::none;
    std::uint16_t id = 0;  ///< of the message
};

class SecondaryWatch {
public:
    /// The zone has this serial now. What is under way goes on; serials that come faster than the
    /// secondary answers are announced together.
    void publish(std::uint32_t serial, TimePoint now);
    /// What is to be sent now; to be called again until there is nothing. `id`, not to be guessed,
    /// is for a new request; one that is sent again keeps its own.
    WatchAction poll(TimePoint now, std::uint16_t id);
    /// When poll() is to be called next; kNever: after the next event.
    TimePoint deadline() const;

    /// A reply to the NOTIFY with this id came, whatever its rcode. False: to none that is open.
    bool on_notify_reply(std::uint16_t id, TimePoint now);
    /// The secondary told its serial in the answer with this id. False: to none that is open.
    bool on_soa_reply(std::uint16_t id, std::uint32_t serial, TimePoint now);

    /// What the secondary had when it was asked last; nothing: it has not answered yet.
    std::optional<std::uint32_t> serial() const { return serial_; }
    /// Since when it is behind without being seen to move; kNever: it has what was published.
    TimePoint behind_since() const { return behind_since_; }

private:
    /// A request that is repeated until its reply.
    struct Try {
        TimePoint at = kNever;  ///< of the next one
        TimePoint sent{};
        unsigned count = 0;  ///< sent in vain
        std::uint16_t id = 0;
        bool open = false;  ///< a reply is awaited

        void send(TimePoint now, std::uint16_t new_id);
        bool answered(std::uint16_t reply_id);
        void stop();
    };

    bool behind() const { return behind_since_ != kNever; }
    bool moved_to(std::uint32_t serial) const;

    std::uint32_t published_ = 0;
    std::uint32_t announced_ = 0;  ///< in the last NOTIFY
    std::optional<std::uint32_t> serial_;
    TimePoint behind_since_ = kNever;
    Try notify_;
    Try ask_;
};

}  // namespace homeport::dns
