#include "tunnel/session_driver.hpp"

#include "tunnel/limits.hpp"

#include <algorithm>

namespace homeport::tunnel {
namespace {

/// Smaller steps may come from the overhead of sealing, which the backlog counts and the link does
/// not.
constexpr std::int64_t kLeastProgressBytes = 4096;

template <class... Kinds>
bool is_one_of(const Frame& frame) {
    return (std::holds_alternative<Kinds>(frame) || ...);
}

bool is_control(const Frame& frame) {
    return is_one_of<AnnounceFrame, AnnouncedFrame, ParkFrame, ChallengeFrame, ProbeFrame,
                     AskedFrame, SeenFrame, StoppingFrame, RefusedFrame>(frame);
}

}  // namespace

SessionDriver::SessionDriver(net::Loop& loop, ChunkPool& pool, Log& log, std::string peer_name,
                             DriverUser& user, Session::Options options,
                             std::uint64_t session_bytes, Budget* total)
    : loop_(loop),
      log_(log),
      peer_name_(std::move(peer_name)),
      user_(user),
      session_(std::move(options), pool, *this, session_bytes, total),
      state_since_(loop.now()),
      timer_(loop.timers(), net::call<&SessionDriver::tick>(this)),
      output_(net::call<&SessionDriver::flush_active>(this)),
      bury_(net::call<&SessionDriver::clear_graveyard>(this)) {}

SessionDriver::~SessionDriver() = default;

SessionDriver::Entry* SessionDriver::find(LinkId link) {
    const auto found = std::find_if(links_.begin(), links_.end(), [link](const Entry& entry) {
        return entry.link->id() == link;
    });
    return found == links_.end() ? nullptr : &*found;
}

Link* SessionDriver::active_link() {
    Entry* entry = find(session_.active_link());
    return entry == nullptr ? nullptr : entry->link.get();
}

Link& SessionDriver::add_link(std::unique_ptr<Link> link) {
    link->set_user(*this);
    link->trust();
    const LinkMonitor monitor(loop_.now(), link->watched());
    links_.push_back({std::move(link), monitor});
    rearm();
    return *links_.back().link;
}

void SessionDriver::start_attach(Link& link, std::uint64_t epoch) {
    session_.start_attach(link.id(), epoch);
    link.want_flush();
}

void SessionDriver::drop_link(LinkId link, const std::string& reason) {
    Entry* entry = find(link);
    if (entry == nullptr) return;
    entry->link->cut();
    log_.info("link.dropped", {{"peer", peer_name_}, {"link", link.value}, {"why", reason}});
    bury(link);
}

void SessionDriver::drop_all(bool cut) {
    while (!links_.empty()) {
        Link& link = *links_.back().link;
        cut ? link.cut() : link.close();
        bury(link.id());
    }
}

void SessionDriver::bury(LinkId link) {
    const auto found = std::find_if(links_.begin(), links_.end(), [link](const Entry& entry) {
        return entry.link->id() == link;
    });
    if (found == links_.end()) return;
    if (found->attached) before_ = found->monitor;
    graveyard_.push_back(std::move(found->link));
    links_.erase(found);
    bury_.post(loop_);
    session_.remove_link(link);
    update_health();
    rearm();
}

void SessionDriver::ask() {
    Entry* const entry = find(session_.active_link());
    if (entry == nullptr) return;
    entry->link->send(PingFrame{entry->monitor.ask(loop_.now())});
    rearm();
}

void SessionDriver::clear_graveyard() {
    graveyard_.clear();
}

void SessionDriver::on_link_up(Link&) {}

Result<> SessionDriver::on_link_frame(Link& link, const Frame& frame, const ChunkRef& chunk) {
    Entry* entry = find(link.id());
    if (entry == nullptr) return fail(Errc::closed, "the link was replaced");
    const TimePoint now = loop_.now();
    const auto* const ping = std::get_if<PingFrame>(&frame);
    const auto* const pong = std::get_if<PongFrame>(&frame);
    heard_ = now;
    if (ping != nullptr) {
        entry->monitor.on_ping(now);
        link.send(PongFrame{ping->nonce});
        return {};
    }
    entry->monitor.on_received(now, pong == nullptr);
    if (pong != nullptr) {
        entry->monitor.on_pong(pong->nonce, now);
        session_.set_rtt(entry->monitor.least_rtt());
        return {};
    }
    if (std::holds_alternative<UnknownFrame>(frame)) return {};
    if (is_control(frame)) return user_.on_control(link, frame);
    return session_.on_frame(link.id(), frame, chunk, now);
}

void SessionDriver::on_link_batch(Link&) {
    session_.dispatch();
    update_health();
    flush_active();
}

void SessionDriver::next_link_record(Link& link, Record& record) {
    session_.next_record(link.id(), record, loop_.now());
    Entry* entry = find(link.id());
    if (!record.empty() && entry != nullptr) entry->monitor.on_sent(loop_.now());
}

void SessionDriver::on_link_down(Link& link, const std::string& reason) {
    log_.info("link.down", {{"peer", peer_name_}, {"link", link.id().value}, {"why", reason}});
    bury(link.id());
    session_.dispatch();
    user_.on_health();
}

void SessionDriver::on_link_obsolete(LinkId link) {
    Entry* entry = find(link);
    if (entry == nullptr) return;
    entry->link->cut();
    bury(link);
}

void SessionDriver::on_attached(LinkId link, bool resumed) {
    Entry* entry = find(link);
    if (entry == nullptr) return;
    if (resumed) ++resumes_;
    if (before_) entry->monitor = LinkMonitor(loop_.now(), *before_, entry->link->watched());
    entry->attached = true;
    entry->link->send(PingFrame{entry->monitor.ask(loop_.now())});
    update_health();
    user_.on_attached(*entry->link, resumed);
}

/// Everything that wants to go out goes out here, once per turn of the loop.
void SessionDriver::flush_active() {
    session_.dispatch();
    for (std::size_t i = 0; i < links_.size(); ++i) links_[i].link->want_flush();
    rearm();
}

void SessionDriver::tick() {
    check_link();
    if (loop_.now() >= session_.next_deadline()) flush_active();
    rearm();
}

/// Only the active link is asked; a link that is being greeted has its own time limit.
void SessionDriver::check_link() {
    Entry* entry = find(session_.active_link());
    if (entry == nullptr) return;
    note_progress(*entry, loop_.now());
    const auto verdict = entry->monitor.check(loop_.now(), session_.expects_answer());
    if (verdict.ask) entry->link->send(PingFrame{verdict.nonce});
    if (loop_.now() - entry->monitor.heard() > kDeadLinkAfter) {
        drop_link(entry->link->id(), "no answer");
        user_.on_health();
    }
    update_health();
}

/// What left the backlog was taken by the kernel, whose own buffer only empties as the peer's host
/// acknowledges.
void SessionDriver::note_progress(Entry& entry, TimePoint now) {
    const auto backlog = static_cast<std::int64_t>(entry.link->stream().backlog());
    const auto taken = static_cast<std::int64_t>(entry.link->bytes_sent()) - backlog;
    if (backlog > 0 && taken > entry.taken_bytes + kLeastProgressBytes)
        entry.monitor.on_progress(now);
    entry.taken_bytes = std::max(entry.taken_bytes, taken);
}

void SessionDriver::rearm() {
    TimePoint next = session_.next_deadline();
    // Overdue: the link takes nothing now, and its edge brings the flush.
    if (next <= loop_.now()) next = loop_.now() + kAckDelay;
    if (const Entry* entry = find(session_.active_link())) {
        next = std::min(next, entry->monitor.next_deadline(loop_.now(), session_.expects_answer()));
    }
    if (next == kNever) return timer_.cancel();
    next = std::max(next, loop_.now() + 1ms);
    if (!timer_.armed() || next < timer_.deadline()) timer_.arm(next);
}

void SessionDriver::update_health() {
    Entry* entry = find(session_.active_link());
    const bool healthy = entry != nullptr && !entry->monitor.suspect();
    if (healthy == healthy_) return;
    healthy_ = healthy;
    state_since_ = loop_.now();
    user_.on_health();
}

SessionStatus SessionDriver::status(bool has_streams_to_resume) const {
    SessionStatus status;
    status.name = peer_name_;
    status.state = healthy_                ? SessionState::up
                   : has_streams_to_resume ? SessionState::resuming
                                           : SessionState::down;
    status.in_state = loop_.now() - state_since_;
    if (heard_ != kNever) status.last_heard = loop_.now() - heard_;
    status.links = links_.size();
    for (const Entry& entry : links_) {
        if (entry.link->id() != session_.active_link()) continue;
        status.address = entry.link->peer().to_string();
        if (entry.monitor.rtt() != Duration{}) status.rtt = entry.monitor.rtt();
    }
    status.streams = session_.streams();
    status.resumes_total = resumes_;
    status.resets_total = session_.resets();
    return status;
}

}  // namespace homeport::tunnel
