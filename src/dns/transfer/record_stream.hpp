#pragma once
/// The records of a transfer in the order in which they are sent, without a copy of the zone: each
/// call goes on where the last one ended, in the time of one search in the trie.

#include "dns/transfer/zone_step.hpp"
#include "dns/zone/zone.hpp"

#include <memory>
#include <optional>

namespace homeport::dns {

/// Records with one owner, type and TTL that follow each other. Views into the stream or what it
/// holds, good until its next().
struct RecordRun {
    NameView owner;
    /// `signatures` is empty: RRSIGs come as runs of their own.
    RrsetView set;
};

/// In the form of the wire, without compression.
std::uint64_t wire_octets(const RecordRun& run);
/// Of all records of the zone; an estimate when it has more than kSampledNames names.
std::uint64_t wire_octets(const Zone& zone);

class RecordStream {
public:
    virtual ~RecordStream() = default;
    /// Nothing: there are no more. No run is empty.
    virtual std::optional<RecordRun> next() = 0;
};

/// The SOA alone: "you have it all" (RFC 1995 section 2).
class SoaAlone final : public RecordStream {
public:
    explicit SoaAlone(std::shared_ptr<const Zone> zone) : zone_(std::move(zone)) {}
    std::optional<RecordRun> next() override;

private:
    std::shared_ptr<const Zone> zone_;
    bool done_ = false;
};

/// RFC 5936 section 2.2: everything at and below the apex, glue and hidden names too, between two
/// copies of the SOA.
class WholeZone final : public RecordStream {
public:
    explicit WholeZone(std::shared_ptr<const Zone> zone) : zone_(std::move(zone)) {}
    std::optional<RecordRun> next() override;

private:
    enum class Part : std::uint8_t { start, names, end };
    std::optional<RecordRun> next_of_names();

    std::shared_ptr<const Zone> zone_;
    Part part_ = Part::start;
    const ZoneNode* node_ = nullptr;
    std::size_t position_ = 0;  ///< in the node: two per set, records and signatures
};

/// RFC 1995 section 4: per step what went and what came, each behind its SOA, all of it between two
/// copies of the newest SOA. A set whose TTL changed goes and comes whole.
class ZoneDifference final : public RecordStream {
public:
    /// Requires at least one step.
    explicit ZoneDifference(ZoneSteps steps) : steps_(std::move(steps)) {}
    std::optional<RecordRun> next() override;

private:
    enum class Part : std::uint8_t { start, old_soa, gone, new_soa, come, end };
    std::optional<RecordRun> next_of_changes(bool gone);
    RecordRun run_of(const RrsetChange& change, bool signatures, bool gone);

    ZoneSteps steps_;
    std::size_t step_ = 0;
    Part part_ = Part::start;
    std::size_t position_ = 0;  ///< in the step: two per change, records and signatures
    RdataList difference_;      ///< what the last run points to, if the set was not sent whole
};

}  // namespace homeport::dns
