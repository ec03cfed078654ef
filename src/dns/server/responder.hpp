#pragma once
/// Requests in, answers out: cookies, rate limits and the zones put together. One per thread; no
/// allocation per request.
///
/// Over UDP nobody is made use of: a source that gets more than its rate hears from every second
/// answer only that it should come over TCP, and of the others nothing; an answer is at most
/// kMaxAmplification times as long as its request unless a cookie proves where the requester is.

#include "core/ip.hpp"
#include "core/own_counter.hpp"
#include "core/time.hpp"
#include "dns/server/cookies.hpp"
#include "dns/server/rate_limit.hpp"
#include "dns/server/zone_board.hpp"
#include "dns/zone/answer.hpp"

#include <cstdint>

namespace homeport::dns {

enum class Transport : std::uint8_t { udp, tcp };

struct ResponderOptions {
    std::size_t udp_bytes = kMaxUdpBytes;  ///< longest answer over UDP
    double answers_per_second = 0;         ///< to one source over UDP; 0: no limit
    SipKey secret{};                       ///< of cookies; the same for all threads
};

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
};

class Responder {
public:
    /// `board` must outlive it.
    Responder(const ZoneBoard& board, const ResponderOptions& options);

    /// Looks at the clock and the board; before the requests that came together.
    void begin_batch(TimePoint now, UnixSeconds wall);
    /// Writes the answer to `out`, which has at least kMaxMessageBytes (TCP) or 4096 bytes (UDP).
    /// Returns its size; 0: no answer.
    std::size_t respond(Bytes request, const IpAddress& source, Transport transport,
                        MutableBytes out);
    const ResponderCounters& counters() const { return counters_; }

private:
    enum class Verdict : std::uint8_t { answer, shorten, drop };

    Verdict limit(const IpAddress& source);
    Bytes write_answer(QueryStatus status, const AnswerLimits& limits, MutableBytes out);
    Bytes write_truncated(const AnswerLimits& limits, MutableBytes out);
    void count(Bytes message);

    ZoneReader zones_;
    ResponderOptions options_;
    Cookies cookies_;
    RateLimit rate_;
    ResponderCounters counters_;
    Query query_;
    TimePoint now_{};
    UnixSeconds wall_ = 0;
    bool drop_next_ = false;  ///< of the answers beyond the rate
};

}  // namespace homeport::dns
