#include "tunnel/protocol/offer.hpp"

#include "tunnel/protocol/limits.hpp"

#include <algorithm>

namespace homeport::tunnel {
namespace {

/// A growing writer: offers have no small upper bound.
class Out {
public:
    void number(std::uint64_t value) {
        std::array<std::byte, kMaxVarintBytes> bytes;
        Writer writer(bytes);
        writer.varint(value);
        append(writer.written());
    }
    void text(std::string_view value) {
        number(value.size());
        append(as_bytes(value));
    }
    template <class Items, class Write>
    void list(const Items& items, Write write) {
        number(items.size());
        for (const auto& item : items) write(item);
    }
    std::vector<std::byte> take() { return std::move(bytes_); }

private:
    void append(Bytes bytes) { bytes_.insert(bytes_.end(), bytes.begin(), bytes.end()); }

    std::vector<std::byte> bytes_;
};

void write_offer(Out& out, const Offer& offer) {
    const auto write_cidr = [&out](const Cidr& cidr) { out.text(cidr.to_string()); };
    out.number(offer.id);
    out.text(offer.name);
    out.text(to_string(offer.kind));
    out.list(offer.hosts, [&out](const HostGlob& host) { out.text(host.text()); });
    out.text(offer.ports ? offer.ports->to_string() : "");
    out.list(offer.allow, write_cidr);
    out.list(offer.deny, write_cidr);
    out.text(offer.stand_in_html);
    out.number(static_cast<std::uint64_t>(offer.direct));
}

/// Reads texts that a parse function must accept; remembers whether all did.
struct In {
    Reader reader;
    bool valid = true;

    std::string name() { return std::string(reader.text(kMaxNameBytes)); }

    template <class T>
    std::vector<T> list(std::size_t max_count) {
        std::vector<T> items;
        for (std::uint64_t left = reader.varint_up_to(max_count); left > 0 && reader.ok(); --left) {
            auto item = T::parse(reader.text(kMaxNameBytes));
            valid = valid && item.has_value();
            if (item) items.push_back(std::move(*item));
        }
        return items;
    }
};

/// http and tls go by host; the hosts of others only answer addresses. The relay cannot forward
/// ftp, whose data connections it does not see.
bool fits_kind(const Offer& offer) {
    const bool by_host = offer.kind == ServiceKind::http || offer.kind == ServiceKind::tls;
    if (by_host) return !offer.hosts.empty() && !offer.ports;
    if (!offer.ports) return false;
    return offer.kind != ServiceKind::ftp ||
           (offer.ports->first == offer.ports->last && offer.direct == Direct::only);
}

Offer read_offer(In& in) {
    Offer offer;
    offer.id = static_cast<std::uint32_t>(in.reader.varint_up_to(0xffffffff));
    offer.name = in.name();
    const auto kind = parse_service_kind(in.name());
    in.valid = in.valid && kind.has_value() && !offer.name.empty();
    offer.kind = kind.value_or(ServiceKind::tcp);
    offer.hosts = in.list<HostGlob>(kMaxHostsPerOffer);
    const std::string ports = in.name();
    if (!ports.empty()) {
        const auto range = PortRange::parse(ports);
        in.valid = in.valid && range.has_value();
        if (range) offer.ports = *range;
    }
    offer.allow = in.list<Cidr>(kMaxRulesPerOffer);
    offer.deny = in.list<Cidr>(kMaxRulesPerOffer);
    offer.stand_in_html = std::string(in.reader.text(kMaxStandInBytes));
    offer.direct =
        static_cast<Direct>(in.reader.varint_up_to(static_cast<std::uint64_t>(Direct::only)));
    in.valid = in.valid && fits_kind(offer);
    return offer;
}

bool ids_differ(const std::vector<Offer>& offers) {
    std::vector<std::uint32_t> ids;
    for (const Offer& offer : offers) ids.push_back(offer.id);
    std::sort(ids.begin(), ids.end());
    return std::adjacent_find(ids.begin(), ids.end()) == ids.end();
}

}  // namespace

std::vector<std::byte> encode_offers(const std::vector<Offer>& offers) {
    Out out;
    out.list(offers, [&out](const Offer& offer) { write_offer(out, offer); });
    return out.take();
}

Result<std::vector<Offer>> decode_offers(Bytes bytes) {
    In in{Reader(bytes)};
    std::vector<Offer> offers;
    for (std::uint64_t left = in.reader.varint_up_to(kMaxOffers); left > 0 && in.reader.ok();
         --left) {
        offers.push_back(read_offer(in));
    }
    if (!in.reader.done() || !in.valid || !ids_differ(offers)) {
        return fail(Errc::protocol, "malformed list of services");
    }
    return offers;
}

std::vector<std::byte> encode_offer_results(const std::vector<OfferResult>& results) {
    Out out;
    out.list(results, [&out](const OfferResult& result) {
        out.number(result.id);
        out.number(result.accepted ? 1 : 0);
        out.text(std::string_view(result.reason).substr(0, kMaxNameBytes));
    });
    return out.take();
}

Result<std::vector<OfferResult>> decode_offer_results(Bytes bytes) {
    Reader in(bytes);
    std::vector<OfferResult> results;
    for (std::uint64_t left = in.varint_up_to(kMaxOffers); left > 0 && in.ok(); --left) {
        OfferResult result;
        result.id = static_cast<std::uint32_t>(in.varint_up_to(0xffffffff));
        result.accepted = in.varint_up_to(1) != 0;
        result.reason = std::string(in.text(kMaxNameBytes));
        results.push_back(std::move(result));
    }
    if (!in.done()) return fail(Errc::protocol, "malformed list of results");
    return results;
}

Result<> check_grants(const Offer& offer, const Grants& grants) {
    for (const HostGlob& host : offer.hosts) {
        const bool granted =
            std::any_of(grants.hosts.begin(), grants.hosts.end(),
                        [&host](const HostGlob& glob) { return glob.covers(host); });
        if (!granted)
            return fail(Errc::denied, "host " + host.text() + " is not granted to this agent");
    }
    if (!offer.ports) return {};
    const bool granted =
        std::any_of(grants.ports.begin(), grants.ports.end(),
                    [&](const PortRange& range) { return range.contains(*offer.ports); });
    if (granted) return {};
    return fail(Errc::denied, "port " + offer.ports->to_string() + " is not granted to this agent");
}

}  // namespace homeport::tunnel
