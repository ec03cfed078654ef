#include "dns/server/responder.hpp"

#include "dns/server/limits.hpp"

#include <algorithm>

namespace homeport::dns {
Responder::Responder(const ZoneBoard& board, const ResponderOptions& options)
    : zones_(board),
      options_(options),
      cookies_(options.secret),
      rate_(options.answers_per_second, kRateBuckets, options.secret) {}

void Responder::begin_batch(TimePoint now, UnixSeconds wall) {
    now_ = now;
    wall_ = wall;
    zones_.refresh();
}

std::size_t Responder::respond(Bytes request, const IpAddress& source, Transport transport,
                               MutableBytes out) {
    const bool datagram = transport == Transport::udp;
    (datagram ? counters_.udp : counters_.tcp).add(1);
    wish_ = Wish::none;
    signature_.reset();
    const QueryStatus status = parse_query(request, query_);
    if (status == QueryStatus::ignored) return 0;

    AnswerLimits limits{.max_bytes = datagram ? options_.udp_bytes : kMaxMessageBytes,
                        .datagram = datagram};
    CookieOption cookie;
    const bool has_cookie = query_.edns.cookie.size() >= kClientCookieBytes;
    const bool known = has_cookie && cookies_.valid(query_.edns.cookie, source, wall_);
    if (has_cookie) {
        cookie = cookies_.option(query_.edns.cookie, known, source, wall_);
        limits.options = cookie;
    }
    if (known) counters_.known.add(1);

    const bool authentic = query_.tsig_at != 0 && this->authentic(status, request);
    if (authentic) wish_ = wish_of(status, datagram);
    if (wish_ != Wish::none) return 0;
    const bool proven = known || authentic || !datagram;
    const Verdict verdict = proven ? Verdict::answer : limit(source);
    if (verdict == Verdict::drop) return 0;
    if (!signature_) {
        Bytes message = verdict == Verdict::shorten ? write_truncated(limits, out)
                                                    : write_answer(status, limits, out);
        if (!proven && message.size() > request.size() * kMaxAmplification)
            message = write_truncated(limits, out);
        count(message);
        return message.size();
    }
    return write_signed(status, limits, out);
}

/// Whether the request is signed by whom it says.
bool Responder::authentic(QueryStatus status, Bytes request) {
    if (status != QueryStatus::ok) return false;
    signature_ = check_request(request, query_.tsig_at, options_.access->keys(), wall_);
    if (signature_->verdict == TsigVerdict::ok) return true;
    counters_.forged.add(1);
    return false;
}

Wish Responder::wish_of(QueryStatus status, bool datagram) const {
    if (status != QueryStatus::ok) return Wish::none;
    if (query_.opcode == Opcode::update) return Wish::update;
    const bool transfer = query_.opcode == Opcode::query &&
                          (query_.type == RrType::axfr || query_.type == RrType::ixfr);
    const bool may = transfer && options_.access->may_transfer(*signature_->key, query_.name);
    return may && !datagram ? Wish::transfer : Wish::none;
}

/// A signature that does not hold is answered with what is wrong with it, and nothing else.
std::size_t Responder::write_signed(QueryStatus status, AnswerLimits limits, MutableBytes out) {
    TsigSigner signer(*signature_);
    limits.reserved_bytes = signer.reserve();
    limits.max_bytes = std::min(limits.max_bytes, out.size());
    Bytes message;
    if (signature_->verdict == TsigVerdict::ok) {
        message = write_answer(status, limits, out);
    } else {
        MessageWriter writer(out);
        answer_error(query_, rcode_of(signature_->verdict), limits, writer);
        message = writer.finish();
    }
    count(message);
    return signer.sign(out, message.size(), wall_);
}

Responder::Verdict Responder::limit(const IpAddress& source) {
    if (rate_.allow(source, now_)) return Verdict::answer;
    counters_.limited.add(1);
    drop_next_ = !drop_next_;
    return drop_next_ ? Verdict::drop : Verdict::shorten;
}

Bytes Responder::write_answer(QueryStatus status, const AnswerLimits& limits, MutableBytes out) {
    MessageWriter writer(out);
    if (status == QueryStatus::malformed) {
        answer_error(query_, Rcode::form_err, limits, writer);
    } else {
        switch (answer(query_, zones_.zones(), limits, writer)) {
        case Outcome::answered:
            break;
        case Outcome::transfer:
            write_transfer_answer(limits, writer);
            break;
        case Outcome::other_opcode: {
            const bool known = query_.opcode == Opcode::update || query_.opcode == Opcode::notify;
            answer_error(query_, known ? Rcode::refused : Rcode::not_imp, limits, writer);
        }
        }
    }
    return writer.finish();
}

/// IXFR over UDP tells who may have the zone its present serial (RFC 1995 section 2), so that the
/// client comes over TCP. Whole zones do not go over UDP (RFC 5936 section 4.2).
void Responder::write_transfer_answer(const AnswerLimits& limits, MessageWriter& writer) {
    const bool may = query_.type == RrType::ixfr && signature_ && signature_->key != nullptr &&
                     options_.access->may_transfer(*signature_->key, query_.name);
    if (!may) return answer_error(query_, Rcode::refused, limits, writer);
    query_.type = RrType::soa;
    static_cast<void>(answer(query_, zones_.zones(), limits, writer));
}

/// "Come over TCP", and nothing else.
Bytes Responder::write_truncated(const AnswerLimits& limits, MutableBytes out) {
    MessageWriter writer(out);
    answer_error(query_, Rcode::no_error, limits, writer);
    writer.set_truncated();
    return writer.finish();
}

void Responder::count(Bytes message) {
    const std::uint16_t flags = load_u16(octets(message) + 2);
    if ((flags & kFlagTruncated) != 0) counters_.truncated.add(1);
    switch (static_cast<Rcode>(flags & kRcodeMask)) {
    case Rcode::no_error:
        return counters_.no_error.add(1);
    case Rcode::nx_domain:
        return counters_.nx_domain.add(1);
    case Rcode::refused:
        return counters_.refused.add(1);
    case Rcode::form_err:
        return counters_.malformed.add(1);
    default:
        return counters_.other.add(1);
    }
}

}  // namespace homeport::dns
