#include "dns/transfer/secondary_watch.hpp"

#include "dns/wire/rdata.hpp"

#include <algorithm>

namespace homeport::dns {
namespace {

/// `tries` in vain, at least one.
Duration pause_after(unsigned tries) {
    if (tries >= kNotifyTries) return kNotifySlowPause;
    return std::min(kNotifyPause * (1 << (tries - 1)), kNotifyMaxPause);
}
static_assert(kNotifyTries < 16);

}  // namespace

/// Tries in a row have one id, so that a reply that is slower than the pause still counts.
void SecondaryWatch::Try::send(TimePoint now, std::uint16_t new_id) {
    if (!open) id = new_id;
    open = true;
    sent = now;
    count = std::min(count + 1, kNotifyTries);
    at = now + pause_after(count);
}

bool SecondaryWatch::Try::answered(std::uint16_t reply_id) {
    if (!open || reply_id != id) return false;
    open = false;
    return true;
}

void SecondaryWatch::Try::stop() {
    at = kNever;
    count = 0;
    open = false;
}

void SecondaryWatch::publish(std::uint32_t serial, TimePoint now) {
    published_ = serial;
    if (serial_ && !serial_after(serial, *serial_)) return;
    if (!behind()) behind_since_ = now;
    if (notify_.at == kNever) {
        const bool earlier = notify_.sent != TimePoint{};
        notify_.at = earlier ? std::max(now, notify_.sent + kNotifySpacing) : now;
    }
    if (ask_.at == kNever) ask_.at = now + kAskAfter;
}

WatchAction SecondaryWatch::poll(TimePoint now, std::uint16_t id) {
    if (notify_.at <= now) {
        notify_.send(now, id);
        announced_ = published_;
        return {WatchAction::Kind::notify, notify_.id};
    }
    if (ask_.at <= now) {
        ask_.send(now, id);
        if (ask_.count >= kAsksUntilToldAgain && notify_.at == kNever) notify_.at = now;
        return {WatchAction::Kind::ask_soa, ask_.id};
    }
    return {};
}

TimePoint SecondaryWatch::deadline() const {
    return std::min(notify_.at, ask_.at);
}

bool SecondaryWatch::on_notify_reply(std::uint16_t id, TimePoint now) {
    if (!notify_.answered(id)) return false;
    const bool was_away = notify_.count > 1;
    notify_.stop();
    if (behind() && announced_ != published_)
        notify_.at = std::max(now, notify_.sent + kNotifySpacing);
    if (was_away && behind() && ask_.at > now + kAskAfter) {  // no need to wait a long pause out
        ask_.at = now + kAskAfter;
        ask_.count = 0;
    }
    return true;
}

bool SecondaryWatch::moved_to(std::uint32_t serial) const {
    return !serial_ || serial_after(serial, *serial_);
}

bool SecondaryWatch::on_soa_reply(std::uint16_t id, std::uint32_t serial, TimePoint now) {
    if (!ask_.answered(id)) return false;
    const bool moved = moved_to(serial);
    serial_ = serial;
    if (!serial_after(published_, serial)) {
        behind_since_ = kNever;
        notify_.stop();
        ask_.stop();
    } else if (moved) {
        behind_since_ = now;
        ask_.stop();
        ask_.at = now + kAskAfter;
    }
    return true;
}

}  // namespace homeport::dns
