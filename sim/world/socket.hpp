#pragma once
/// One end of a virtual TCP (or Unix) connection, as the kernel of a host keeps it: it lives on
/// when its process has closed it, and vanishes without a word when the host loses power.
///
/// The model (after RFC 9293, with segments of 16 KiB): bytes wait in the sender's buffer until
/// they are acknowledged, are sent within the window that the receiver's free buffer gives, and are
/// sent again from the first unacknowledged byte when no acknowledgement comes, with the pause
/// doubling from 200 ms to 60 s. So a connection whose path was black goes on late, as a real one
/// does.

#include "core/ip.hpp"
#include "net/stream.hpp"
#include "sim/world/byte_buffer.hpp"
#include "sim/world/simulation.hpp"

#include <cstdint>
#include <memory>
#include <string>

namespace homeport::sim {

class Host;
class Wire;
class ListenQueue;

struct Segment {
    enum class Kind : std::uint8_t { syn, syn_ack, data, rst };
    Kind kind = Kind::data;
    bool fin = false;
    bool probe = false;  ///< wants an answer though it may carry nothing
    std::uint32_t length = 0;
    std::uint64_t offset = 0;  ///< of the first byte, from 0; the FIN counts as one byte
    std::uint64_t ack = 0;     ///< offset expected next from the other side
    std::uint64_t limit = 0;   ///< the other side may send up to here
};

/// What the router in front of a host knows of a connection from behind it.
struct Mapping {
    IpAddress external;
    std::uint64_t epoch = 0;
    TimePoint last_used{};
};

/// The user of a socket: told when trying is worth while.
class SocketUser {
public:
    virtual void
    socket_connected() = 0;  ///< dialled sockets only; refused or failed: phase is gone
    virtual void socket_readable() = 0;
    virtual void socket_writable() = 0;

protected:
    ~SocketUser() = default;
};

class Socket : public std::enable_shared_from_this<Socket> {
public:
    enum class Phase : std::uint8_t { syn_sent, syn_received, established, gone };

    /// `unix_path`: empty for TCP.
    Socket(Host& host, Endpoint local, Endpoint remote, std::string unix_path);

    // The process' side.
    void set_user(SocketUser* user) { user_ = user; }
    /// Sends the SYN; the user hears socket_connected().
    void connect();
    std::size_t read(std::span<const MutableBytes> into, std::size_t most);
    std::size_t write(std::span<const Bytes> from, std::size_t most);
    void shutdown_write();
    void reset();
    /// Closes as a process' end does: FIN after the bytes taken, or RST when received bytes are
    /// unread.
    void close();
    /// Takes bytes beyond the buffer's size: what a user-space layer still had when it was closed.
    void take_over(Bytes bytes) { out_.append(bytes); }

    // The kernel's side.
    /// The accepting end of a connection asked for by `client`.
    static std::shared_ptr<Socket> answer(Host& host, Endpoint local,
                                          const std::shared_ptr<Socket>& client,
                                          ListenQueue& queue);
    void arrive(const Segment& segment, Socket& from);
    /// The client repeats its SYN: the answer may be lost.
    void repeat_answer() { send_plain(Segment::Kind::syn_ack); }
    /// The listener that this waits for is gone.
    void drop_if_waiting_for(const ListenQueue& queue);
    /// The peer's machine (or a box on the path) says that there is no such connection.
    void arrive_reset();
    /// Power is gone.
    void vanish();

    Phase phase() const { return phase_; }
    bool gone() const { return phase_ == Phase::gone; }
    bool orphan() const { return orphan_; }
    /// Why it is gone.
    Errc failure() const { return failure_; }
    std::size_t readable() const { return in_.size(); }
    bool at_end() const { return fin_received_ && in_.empty(); }
    std::size_t room() const;
    /// Room for a third of the buffer: when a waiting writer is woken (Linux:
    /// sk_stream_write_space).
    bool worth_writing() const;
    bool write_shut() const { return fin_queued_; }

    Host& host() const { return host_; }
    const Endpoint& local() const { return local_; }
    const Endpoint& remote() const { return remote_; }
    const std::string& unix_path() const { return unix_path_; }
    std::shared_ptr<Socket> peer() const { return peer_.lock(); }
    std::uint64_t id() const { return id_; }

    // Used by Wire.
    Mapping mapping;
    Host* remote_host = nullptr;
    TimePoint last_arrival{};

private:
    std::uint64_t data_end() const { return acked_ + out_.size() - (fin_acked_ ? 1 : 0); }
    std::uint64_t total_end() const { return data_end() + (fin_queued_ ? 1 : 0); }
    std::uint64_t receive_limit() const;

    void transmit();
    void send_data(std::uint64_t length, bool fin, bool probe);
    void send_plain(Segment::Kind kind, bool probe = false);
    void arrive_syn_ack(Socket& from);
    void take_ack(const Segment& segment);
    void take_data(const Segment& segment, Socket& from);
    void become_established();
    void notify_readable();
    void notify_writable();
    void die(Errc why);

    Duration pause() const;
    void arm_for_answer();
    void arm(TimePoint deadline);
    void on_timer();
    void retransmit();
    /// Nothing is under way on the accepting end: asks a peer silent for long, or gives it up.
    void ask_silent_peer();

    Host& host_;
    const std::uint64_t id_;
    const Endpoint local_;
    Endpoint remote_;
    const std::string unix_path_;
    Phase phase_ = Phase::syn_sent;
    Errc failure_ = Errc::closed;
    bool orphan_ = false;
    bool accepted_ = false;  ///< the listener's options hold: a silent peer is asked
    SocketUser* user_ = nullptr;
    ListenQueue* queue_ = nullptr;
    std::weak_ptr<Socket> peer_;

    ByteBuffer out_;  ///< from acked_ on
    std::uint64_t acked_ = 0;
    std::uint64_t next_ = 0;      ///< offset sent next
    std::uint64_t limit_ = 0;     ///< the peer's window ends here
    std::uint64_t flight_bytes_;  ///< in flight at once: small after a retransmission
    bool fin_queued_ = false;
    bool fin_acked_ = false;

    ByteBuffer in_;
    std::uint64_t expected_ = 0;  ///< offset received next, the FIN included
    std::uint64_t promised_ = 0;  ///< the limit that the peer was told last
    bool fin_received_ = false;

    TimePoint deadline_ = kNever;
    TimePoint scheduled_ = kNever;
    TimePoint heard_{};       ///< when the peer's last segment came
    TimePoint answer_due_{};  ///< when the last segment's answer can be here
    int unanswered_ = 0;      ///< retransmissions since anything was heard
    int backoff_ = 0;         ///< retransmissions since anything moved
};

}  // namespace homeport::sim
