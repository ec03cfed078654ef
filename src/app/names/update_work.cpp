#include "app/names/update_work.hpp"

#include "app/names/stored_sets.hpp"
#include "dns/transfer/limits.hpp"
#include "dns/wire/writer.hpp"

#include <array>
#include <cstring>

namespace homeport::app {

std::uint64_t UpdateWork::mac() const {
    std::uint64_t value = 0;
    const Bytes mac = signature_.mac.bytes();
    std::memcpy(&value, mac.data(), std::min(sizeof value, mac.size()));
    return value;
}

/// It was looked at before, but in another thread, and some time may have passed.
void UpdateWork::prepare(std::vector<store::NameChange>& changes) {
    const Bytes packet = request_.packet;
    if (dns::parse_query(packet, query_) != dns::QueryStatus::ok || query_.tsig_at == 0) return;
    silent_ = false;
    signature_ = dns::check_request(packet, query_.tsig_at, desk_.access.keys(), desk_.loop.wall());
    if (signature_.verdict != dns::TsigVerdict::ok) {
        rcode_ = dns::rcode_of(signature_.verdict);
        return;
    }
    const dns::NameView key = signature_.key->name();
    switch (desk_.replays.check(key, signature_.time_signed, mac())) {
    case dns::ReplayGuard::Verdict::fresh:
        fresh_ = true;
        return apply(changes);
    case dns::ReplayGuard::Verdict::repeated: {
        const auto answer = desk_.replays.answer(key, signature_.time_signed, mac());
        silent_ = !answer;
        rcode_ = answer.value_or(dns::Rcode::serv_fail);
        return;
    }
    case dns::ReplayGuard::Verdict::stale:
        desk_.log.warn("dns.update_stale", {{"key", key.to_text()}});
        rcode_ = dns::Rcode::refused;
        return;
    case dns::ReplayGuard::Verdict::full:
        return;
    }
}

void UpdateWork::apply(std::vector<store::NameChange>& changes) {
    const auto file = desk_.keeper.file(query_.name);
    auto result = dns::apply_update(request_.packet, desk_.view.zone(query_.name, changes),
                                    desk_.access.may_update(*signature_.key), desk_.is_protected);
    rcode_ = result.rcode;
    if (!result.why.empty()) {
        desk_.log.info("dns.update_refused", {{"key", signature_.key->name().to_text()},
                                              {"zone", query_.name.to_text()},
                                              {"rcode", dns::to_text(rcode_)},
                                              {"why", result.why}});
    }
    if (result.changes.empty() || !file) return;
    for (const dns::SetChange& change : result.changes)
        changes.push_back(stored_set(change, *file));
    // Not always this one's: an update may overtake others.
    const dns::NameView key = signature_.key->name();
    changes.emplace_back(store::StoredKeyTime{key.to_text(), desk_.replays.newest(key)});
}

void UpdateWork::finish(const Result<>& done) {
    if (!done) rcode_ = dns::Rcode::serv_fail;
    if (fresh_)
        desk_.replays.answered(signature_.key->name(), signature_.time_signed, mac(), rcode_);
    if (silent_) return request_.reply({});
    std::array<std::byte, dns::kLeastAnswerBytes + dns::kMaxReservedBytes> room{};
    const std::size_t size = write_rcode(query_, rcode_, signature_, desk_.loop.wall(), room);
    request_.reply({room.begin(), room.begin() + static_cast<std::ptrdiff_t>(size)});
}

}  // namespace homeport::app
