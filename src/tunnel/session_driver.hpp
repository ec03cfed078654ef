#pragma once
/// Runs one session over its links: hands frames in and records out, asks after silent links, keeps
/// the timers. The same at both ends; what differs is asked of the DriverUser.

#include "core/log.hpp"
#include "net/loop.hpp"
#include "net/pump.hpp"
#include "tunnel/link.hpp"
#include "tunnel/protocol/link_monitor.hpp"
#include "tunnel/protocol/session.hpp"
#include "tunnel/status.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace homeport::tunnel {

class DriverUser {
public:
    /// Agent only; see SessionObserver::on_open.
    virtual void on_open(SessionStream& stream) = 0;
    /// A frame that is not the session's: ANNOUNCE, ANNOUNCED, PARK, CHALLENGE, PROBE, ASKED, SEEN,
    /// STOPPING, REFUSED.
    virtual Result<> on_control(Link& link, const Frame& frame) = 0;
    virtual void on_attached(Link& link, bool resumed) = 0;
    /// healthy() changed, or a link that was not the active one was lost.
    virtual void on_health() = 0;

protected:
    ~DriverUser() = default;
};

class SessionDriver final : SessionObserver, LinkUser {
public:
    SessionDriver(net::Loop& loop, ChunkPool& pool, Log& log, std::string peer_name,
                  DriverUser& user, Session::Options options, std::uint64_t session_bytes,
                  Budget* total);
    ~SessionDriver();

    Session& session() { return session_; }
    const Session& session() const { return session_; }

    /// Takes over a link whose keys are proven.
    Link& add_link(std::unique_ptr<Link> link);
    /// Agent: HELLO and the streams go out on the link.
    void start_attach(Link& link, std::uint64_t epoch);
    void drop_link(LinkId link, const std::string& reason);
    /// Ends all links, politely or as a cut line does.
    void drop_all(bool cut);

    /// Asks the active link for a sign of life, once; silence is noticed as on an idle link.
    void ask();

    /// A link is attached and not suspected.
    bool healthy() const { return healthy_; }
    Link* active_link();
    bool has_link(LinkId link) { return find(link) != nullptr; }
    /// Fills state, times, links, rtt, address, streams and counters; the caller adds what it
    /// knows.
    SessionStatus status(bool has_streams_to_resume) const;
    /// The last time anything was heard on any link; kNever: never.
    TimePoint heard() const { return heard_; }

private:
    struct Entry {
        std::unique_ptr<Link> link;
        LinkMonitor monitor;
        bool attached = false;         ///< has carried streams
        std::int64_t taken_bytes = 0;  ///< by the network, when last looked
    };

    void on_link_up(Link& link) override;
    Result<> on_link_frame(Link& link, const Frame& frame, const ChunkRef& chunk) override;
    void on_link_batch(Link& link) override;
    void next_link_record(Link& link, Record& record) override;
    void on_link_down(Link& link, const std::string& reason) override;

    void on_open(SessionStream& stream) override { user_.on_open(stream); }
    void on_output() override { output_.post(loop_); }
    void on_link_obsolete(LinkId link) override;
    void on_attached(LinkId link, bool resumed) override;

    void flush_active();
    void tick();
    void rearm();
    void check_link();
    static void note_progress(Entry& entry, TimePoint now);
    void bury(LinkId link);
    void clear_graveyard();
    void update_health();
    Entry* find(LinkId link);

    net::Loop& loop_;
    Log& log_;
    std::string peer_name_;
    DriverUser& user_;
    Session session_;
    std::vector<Entry> links_;
    std::vector<std::unique_ptr<Link>> graveyard_;  ///< closed, but maybe still on the stack
    std::optional<LinkMonitor> before_;             ///< of the last link that carried streams
    TimePoint heard_ = kNever;
    TimePoint state_since_;
    std::uint64_t resumes_ = 0;
    bool healthy_ = false;
    net::Timer timer_;
    net::Continuation output_;
    net::Continuation bury_;
};

}  // namespace homeport::tunnel
