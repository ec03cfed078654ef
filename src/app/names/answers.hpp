#pragma once
/// What the threads of UDP and the connections over TCP do with requests.

#include "dns/server/responder.hpp"
#include "dns/server/tcp_server.hpp"
#include "net/datagrams.hpp"
#include "net/mailbox.hpp"

#include <atomic>
#include <functional>
#include <memory>
#include <vector>

namespace homeport::app {

/// A request to change a zone, with the way back; `reply` gets the whole answer, empty if there is
/// none, and may never be called.
struct UpdateRequest {
    std::vector<std::byte> packet;
    std::move_only_function<void(std::vector<std::byte>)> reply;
};
using UpdateSink = std::function<void(UpdateRequest)>;

/// Of one thread; hands updates over to another.
class UdpAnswers final : public net::DatagramHandler {
public:
    /// Updates of all threads that have been handed over and are not answered.
    using Waiting = std::atomic<std::size_t>;

    /// `sink` is called on the mailbox's loop. All must outlive the threads, and `waiting` all
    /// tasks.
    UdpAnswers(const dns::ZoneBoard& board, const dns::ResponderOptions& options,
               net::Mailbox& mailbox, UpdateSink& sink, std::shared_ptr<Waiting> waiting)
        : responder_(board, options),
          mailbox_(mailbox),
          sink_(sink),
          waiting_(std::move(waiting)) {}

    void begin_batch() override;
    std::size_t answer(const net::DatagramRequest& request, MutableBytes reply) override;
    const dns::ResponderCounters& counters() const { return responder_.counters(); }

private:
    void hand_over(const net::DatagramRequest& request);

    dns::Responder responder_;
    net::Mailbox& mailbox_;
    UpdateSink& sink_;
    std::shared_ptr<Waiting> waiting_;
};

/// Gives the transfer that the responder's last request asks for; null: it cannot be had, and the
/// rcode says why.
using TransferSource = std::function<std::expected<std::unique_ptr<dns::MessageSource>, dns::Rcode>(
    Bytes request, const dns::Query& query, const dns::TsigCheck& signature)>;

class TcpAnswers final : public dns::MessageHandler {
public:
    TcpAnswers(net::Loop& loop, const dns::ZoneBoard& board, const dns::ResponderOptions& options,
               TransferSource transfers, UpdateSink& sink)
        : loop_(loop), responder_(board, options), transfers_(std::move(transfers)), sink_(sink) {}

    dns::Reply answer(Bytes request, const Endpoint& from, MutableBytes out) override;
    const dns::ResponderCounters& counters() const { return responder_.counters(); }

private:
    dns::Reply transfer(Bytes request, MutableBytes out);
    dns::Reply update(Bytes request);

    net::Loop& loop_;
    dns::Responder responder_;
    TransferSource transfers_;
    UpdateSink& sink_;
};

/// An answer without records to `query`, signed as its request was. Returns its size; 0: it does
/// not fit `out`.
std::size_t write_rcode(const dns::Query& query, dns::Rcode rcode, const dns::TsigCheck& signature,
                        UnixSeconds now, MutableBytes out);

}  // namespace homeport::app
