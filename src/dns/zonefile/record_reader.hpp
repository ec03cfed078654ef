#pragma once
/// Reads the records of a master file (RFC 1035 section 5, RFC 2308 section 4): directives, owners,
/// TTLs, classes and types; data by rdata_text.hpp. Pure.

#include "dns/zonefile/lexer.hpp"
#include "dns/zonefile/record_list.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace homeport::dns {

class RecordReader {
public:
    /// `apex` is the first origin, `default_ttl` (seconds) holds until $TTL. `faults` must outlive
    /// the reader.
    RecordReader(const Name& apex, std::uint32_t default_ttl, FaultList& faults)
        : apex_(apex), origin_(apex), ttl_(default_ttl), faults_(&faults) {}

    /// Adds the records of the text to the list. A record with a fault is reported and left out.
    void read(std::string_view text, RecordList& records);

private:
    struct Head {
        std::uint32_t ttl;
        RrType type;
    };

    void read_line(const WordLine& line, RecordList& records);
    void read_directive(WordReader& words);
    void read_record(const WordLine& line, RecordList& records);
    bool take_owner(const WordLine& line, WordReader& words);
    Result<Head> take_head(WordReader& words);
    static Result<> check_class(RrClass rr_class);
    Result<> check_record(RrType type) const;
    void set_origin(WordReader& words);
    void set_ttl(WordReader& words);

    Name apex_;
    Name origin_;
    std::optional<Name> owner_;  ///< of the record before
    std::uint32_t ttl_;
    std::string rdata_;
    FaultList* faults_;
};

}  // namespace homeport::dns
