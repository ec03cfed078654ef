#pragma once
/// Transfers of a zone to its secondaries, message by message: AXFR (RFC 5936) and IXFR (RFC 1995).
/// Whether the requester may have the zone has been decided before.

#include "dns/transfer/record_stream.hpp"
#include "dns/transfer/zone_history.hpp"
#include "dns/wire/query.hpp"
#include "dns/wire/writer.hpp"

#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <vector>

namespace homeport::dns {

/// What a transfer must know of its request, which does not live as long.
class TransferRequest {
public:
    /// `query` is what parse_query read in `packet`. Errors: FORMERR (not a question for AXFR or
    /// IXFR, an IXFR without the one SOA of the client in the authority section), REFUSED (a class
    /// other than IN).
    static std::expected<TransferRequest, Rcode> read(Bytes packet, const Query& query);

    TransferRequest(TransferRequest&&) = default;
    TransferRequest& operator=(TransferRequest&&) = default;

    NameView apex() const { return query_.name; }
    /// What the client has; nothing: it asks for the whole zone (AXFR).
    std::optional<std::uint32_t> serial() const { return serial_; }
    /// With the question; lives as long as the request is not moved.
    const Query& query() const { return query_; }
    /// For messages behind the first, which need no question (RFC 5936 section 2.2.1).
    Query without_question() const;

private:
    explicit TransferRequest(const Query& query);

    std::vector<std::byte> question_;
    Query query_;
    std::optional<std::uint32_t> serial_;
};

class Transfer {
public:
    enum class Form : std::uint8_t {
        current,      ///< the client has it all: one SOA
        incremental,  ///< differences
        whole,        ///< also for IXFR: history does not reach, or differences are longer
    };

    /// `zone` is the one with the request's apex, as it stood at the step to its serial: a change
    /// that comes with the next serial must not be in it, or differences would tell of it twice.
    /// `history` (read in here only) is what led to it.
    /// Room for `reserved` octets (at most kMaxReservedBytes) is left behind each message, for the
    /// caller to seal it. The zone is held until the end, so that it may change meanwhile.
    Transfer(TransferRequest request, std::shared_ptr<const Zone> zone, const ZoneHistory& history,
             std::size_t reserved);

    Form form() const { return form_; }

    /// Over TCP: writes the next message to `out`, which has room for kMaxMessageBytes, and returns
    /// its length; 0: there is none any more.
    std::size_t next(MutableBytes out);
    /// Over UDP, instead of next(): all of it if that fits `out` (kMinUdpBytes at least), else the
    /// SOA, which tells the client to come over TCP (RFC 1995 section 2). For AXFR, which does not
    /// exist over UDP (RFC 5936 section 4.2), not to be called. 0: `reserved` leaves too little.
    std::size_t datagram(MutableBytes out);

private:
    Form choose(const ZoneHistory& history);
    void begin(MessageWriter& writer, std::size_t limit_bytes) const;
    bool add_records(MessageWriter& writer);
    bool add_run(MessageWriter& writer);
    void advance();

    TransferRequest request_;
    Query later_;  ///< in the place of the request's behind the first message
    std::shared_ptr<const Zone> zone_;
    std::size_t reserved_;
    std::unique_ptr<RecordStream> records_;
    Form form_;
    bool first_ = true;
    std::optional<RecordRun> run_;  ///< what of the present run is still to be sent
};

}  // namespace homeport::dns
