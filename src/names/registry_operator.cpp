#include "names/registry.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace homeport::names {

using nlohmann::json;

std::string Registry::evidence_of(const NameNode* node, const Takedown& takedown) const {
    json evidence{{"by", takedown.by},
                  {"why", takedown.why.substr(0, kMaxWhyBytes)},
                  {"account_locked", takedown.lock_account},
                  {"networks_blocked", takedown.block_networks}};
    if (node != nullptr) {
        const NameEntry& entry = node->second;
        evidence["account"] = tables_.find_account(entry.account)->name;
        evidence["account_id"] = entry.account;
        evidence["created"] = entry.created;
        evidence["confirmed"] = entry.confirmed;
        if (const auto v4 = entry.v4()) evidence["ipv4"] = v4->to_string();
        if (const auto v6 = entry.v6()) evidence["ipv6"] = v6->to_string();
        if (const AcmeValues* const acme = tables_.find_acme(tables_.text_of(*node)))
            evidence["txt"] = acme->values;
    }
    // What an operator typed may be in any encoding.
    return evidence.dump(-1, ' ', false, json::error_handler_t::replace);
}

Decision Registry::take_down(const Takedown& takedown, const Moment& moment) {
    const auto name = read_host_name(takedown.name);
    if (!name) return refuse(Outcome::not_a_name);
    if (tables_.find_zone(split_name(*name).parent) == nullptr)
        return refuse(Outcome::no_such_zone);
    const NameNode* const node = tables_.find_name(*name);
    Decision decision;
    change(decision,
           store::StoredEvidence{.at = moment.wall,
                                 .what = "takedown",
                                 .name = *name,
                                 .text = evidence_of(node, takedown)},
           moment);
    const store::StoredTombstone tombstone{.name = *name,
                                           .until = moment.wall + kTakedownSeconds,
                                           .why = takedown.why.substr(0, kMaxWhyBytes),
                                           .account = 0};
    if (node == nullptr) {
        change(decision, tombstone, moment);
    } else {
        for (const auto& address : {node->second.v4(), node->second.v6()}) {
            if (!takedown.block_networks || !address) continue;
            const auto bits = static_cast<std::uint8_t>(address->is_v4() ? 32 : 64);
            add_block(decision, {masked(*address, bits), bits}, takedown.why, moment);
        }
        store::StoredAccount account = tables_.stored(node->second.account);
        remove_name(decision, *node, tombstone, moment);
        account.locked = true;
        if (takedown.lock_account) change(decision, std::move(account), moment);
    }
    decision.waits = true;
    return decision;
}

void Registry::add_block(Decision& decision, const Cidr& network, const std::string& why,
                         const Moment& moment) {
    const bool known = tables_.blocks().find(network) != nullptr;
    if (!known && tables_.blocks().size() >= kMaxBlocks) return;
    change(decision,
           store::StoredBlock{.network = network.to_string(),
                              .why = why.substr(0, kMaxWhyBytes),
                              .created = moment.wall},
           moment);
}

Decision Registry::block(const std::string& network, const std::string& why, const Moment& moment) {
    const auto parsed = Cidr::parse(network);
    if (!parsed) return refuse(Outcome::bad_address);
    Decision decision;
    add_block(decision, *parsed, why, moment);
    if (decision.changes.empty()) return refuse(Outcome::service_full);
    decision.waits = true;
    return decision;
}

Decision Registry::unblock(const std::string& network, const Moment& moment) {
    const auto parsed = Cidr::parse(network);
    if (!parsed) return refuse(Outcome::bad_address);
    if (tables_.blocks().find(*parsed) == nullptr) return refuse(Outcome::unchanged);
    Decision decision;
    change(decision, store::ForgetBlock{parsed->to_string()}, moment);
    decision.waits = true;
    return decision;
}

Decision Registry::lock_account(const std::string& account, bool locked, const Moment& moment) {
    const auto name = read_account_name(account);
    const std::uint64_t id = name ? tables_.account_id(*name) : 0;
    if (id == 0) return refuse(Outcome::no_such_name);
    store::StoredAccount stored = tables_.stored(id);
    if (stored.locked == locked) return refuse(Outcome::unchanged);
    stored.locked = locked;
    Decision decision;
    change(decision, std::move(stored), moment);
    decision.waits = true;
    return decision;
}

Decision Registry::set_notice(const std::string& text, const Moment& moment) {
    Decision decision;
    change(decision, store::StoredNotice{text.substr(0, kMaxNoticeBytes)}, moment);
    decision.waits = true;
    return decision;
}

}  // namespace homeport::names
