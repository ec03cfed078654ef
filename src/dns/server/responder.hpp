#pragma once
/// Requests in, answers out: cookies, signatures, rate limits and the zones put together. One per
/// thread; no allocation per request without TSIG.
///
/// Over UDP nobody is made use of: a source that gets more than its rate hears from every second
/// answer only that it should come over TCP, and of the others nothing; an answer is at most
/// kMaxAmplification times as long as its request unless a cookie proves where the requester is.

#include "core/ip.hpp"
#include "core/own_counter.hpp"
#include "core/time.hpp"
#include "dns/server/access.hpp"
#include "dns/server/cookies.hpp"
#include "dns/server/rate_limit.hpp"
#include "dns/server/zone_board.hpp"
#include "dns/tsig/signer.hpp"
#include "dns/zone/answer.hpp"

#include <cstdint>
#include <memory>
#include <optional>

namespace homeport::dns {

enum class Transport : std::uint8_t { udp, tcp };

struct ResponderOptions {
    std::size_t udp_bytes = kMaxUdpBytes;  ///< longest answer over UDP
    double answers_per_second = 0;         ///< to one source over UDP; 0: no limit
    SipKey secret{};                       ///< of cookies; the same for all threads
    std::shared_ptr<const Access> access = std::make_shared<Access>();
};

/// What a request wants that zones alone cannot answer, from somebody who may have it.
enum class Wish : std::uint8_t { none, transfer, update };

struct ResponderCounters {
    OwnCounter udp;       ///< requests
    OwnCounter tcp;       ///< requests
    OwnCounter no_error;  ///< answers, by rcode
    OwnCounter nx_domain;
    OwnCounter refused;
    OwnCounter malformed;  ///< FORMERR
    OwnCounter other;
    OwnCounter truncated;  ///< answers with TC
    OwnCounter limited;    ///< requests beyond the rate
    OwnCounter known;      ///< requests with a valid cookie
    OwnCounter forged;     ///< requests with a signature that does not hold
};

class Responder {
public:
    /// `board` must outlive it.
    Responder(const ZoneBoard& board, const ResponderOptions& options);

    /// Zones have been put on the board: before, a refusal would be a wrong answer.
    bool ready() const { return zones_.ready(); }
    /// Looks at the clock and the board; before the requests that came together.
    void begin_batch(TimePoint now, UnixSeconds wall);
    /// Writes the answer to `out`, which has at least kMaxMessageBytes (TCP) or 4096 bytes (UDP).
    /// Returns its size; 0: no answer, or not from here: see wish().
    std::size_t respond(Bytes request, const IpAddress& source, Transport transport,
                        MutableBytes out);
    /// Of the last request. A transfer is wished for over TCP only; what has no wish was answered.
    Wish wish() const { return wish_; }
    /// The last request, with a wish: its views live as long as the request does.
    const Query& query() const { return query_; }
    const TsigCheck& signature() const { return *signature_; }
    const ResponderCounters& counters() const { return counters_; }

private:
    enum class Verdict : std::uint8_t { answer, shorten, drop };

    Verdict limit(const IpAddress& source);
    bool authentic(QueryStatus status, Bytes request);
    Wish wish_of(QueryStatus status, bool datagram) const;
    Bytes write_answer(QueryStatus status, const AnswerLimits& limits, MutableBytes out);
    std::size_t write_signed(QueryStatus status, AnswerLimits limits, MutableBytes out);
    void write_transfer_answer(const AnswerLimits& limits, MessageWriter& writer);
    Bytes write_truncated(const AnswerLimits& limits, MutableBytes out);
    void count(Bytes message);

    ZoneReader zones_;
    ResponderOptions options_;
    Cookies cookies_;
    RateLimit rate_;
    ResponderCounters counters_;
    Query query_;
    std::optional<TsigCheck> signature_;  ///< of the request, if it has one
    Wish wish_ = Wish::none;
    TimePoint now_{};
    UnixSeconds wall_ = 0;
    bool drop_next_ = false;  ///< of the answers beyond the rate
};

}  // namespace homeport::dns
