#include "dns/zonefile/rrset_text.hpp"

#include "core/text.hpp"
#include "dns/zonefile/rdata_text.hpp"
#include "dns/zonefile/value_text.hpp"

#include <ldns/ldns.h>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string_view>

namespace homeport::dns {
namespace {

struct Free {
    void operator()(char* text) const { std::free(text); }
    void operator()(ldns_rr* record) const { ldns_rr_free(record); }
};

/// What ldns makes of it; nothing when it cannot.
std::optional<std::string> text_by_ldns(RrType type, Bytes rdata) {
    std::string wire(1, '\0');  // of the root
    append_u16(wire, static_cast<std::uint16_t>(type));
    append_u16(wire, static_cast<std::uint16_t>(RrClass::in));
    append_u32(wire, 0);
    append_u16(wire, static_cast<std::uint16_t>(rdata.size()));
    wire += as_text(rdata);
    ldns_rr* parsed = nullptr;
    std::size_t at = 0;
    if (ldns_wire2rr(&parsed, octets(as_bytes(wire)), wire.size(), &at, LDNS_SECTION_ANSWER) !=
        LDNS_STATUS_OK)
        return std::nullopt;
    const std::unique_ptr<ldns_rr, Free> record(parsed);
    const std::unique_ptr<char, Free> line(ldns_rr2str(record.get()));
    if (!line) return std::nullopt;
    return line.get();
}

/// The data in such a line, which begins with owner, TTL, class and type.
std::optional<std::string> data_of_line(std::string_view line) {
    for (int field = 0; field < 4; ++field) {
        const std::size_t end = line.find('\t');
        if (end == std::string_view::npos) return std::nullopt;
        line.remove_prefix(end + 1);
    }
    while (line.ends_with('\n') || line.ends_with(' ')) line.remove_suffix(1);
    return std::string(line);
}

bool reads_back(std::string_view text, RrType type, Bytes rdata) {
    FaultList faults("");
    Lexer lexer(text, faults);
    WordLine line;
    if (!lexer.next(line)) return false;
    WordReader words(line.words);
    std::string again;
    const auto done = append_rdata(again, type, words, Name());
    return done && again == as_text(rdata) && !lexer.next(line) && faults.empty();
}

std::string data_text(RrType type, Bytes rdata) {
    if (const auto line = text_by_ldns(type, rdata)) {
        const auto data = data_of_line(*line);
        if (data && reads_back(*data, type, rdata)) return *data;
    }
    std::string text = "\\# " + std::to_string(rdata.size());
    if (!rdata.empty()) text += " " + to_hex(rdata);
    return text;
}

}  // namespace

std::string to_text(NameView owner, const RrsetView& set) {
    const std::string head =
        owner.to_text() + " " + std::to_string(set.ttl) + " IN " + to_text(set.type) + " ";
    std::string text;
    for (const Bytes rdata : set.records) text += head + data_text(set.type, rdata) + "\n";
    return text;
}

}  // namespace homeport::dns
