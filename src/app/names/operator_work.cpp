#include "app/names/operator_work.hpp"

#include "app/names/limits.hpp"
#include "core/text.hpp"
#include "names/labels.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <iterator>
#include <utility>

namespace homeport::app {
namespace {

using nlohmann::json;

std::string one_line(const json& object) {
    // What people typed may be in any encoding.
    return object.dump(-1, ' ', false, json::error_handler_t::replace);
}

json address_json(const std::optional<IpAddress>& address) {
    return address ? json(address->to_string()) : json(nullptr);
}

std::string try_later() {
    return cli::control_error("nothing was changed: the store could not take it",
                              "look at the disk and the relay's log, then try again");
}

/// Walks over the entries of `map` from the place's bucket on, until `rows` is full or enough were
/// seen. False: there is more, from where the place is then.
template <class Map, class Visit>
bool walk(const Map& map, ListPlace& place, std::size_t& looks, const json& rows,
          const Visit& visit) {
    place.buckets = map.bucket_count();
    for (; place.bucket < place.buckets; ++place.bucket) {
        if (rows.size() >= kListPage || looks == 0) return false;
        --looks;
        for (auto at = map.begin(place.bucket); at != map.end(place.bucket); ++at) visit(*at);
    }
    return true;
}

std::string page_json(const char* what, json rows, bool end, const ListPlace& place) {
    json answer{{what, std::move(rows)}, {"next", nullptr}};
    if (!end) answer["next"] = to_text(place);
    return one_line(answer);
}

/// A table that has grown since has other buckets.
bool is_outdated(const ListPlace& place, std::size_t buckets) {
    return place.buckets != 0 && place.buckets != buckets;
}

std::string outdated() {
    return cli::control_error("the list has grown meanwhile",
                              "ask again from its start: run the command again");
}

class OperatorWork final : public store::Work {
public:
    OperatorWork(OperatorView view, Order order, OrderReply reply)
        : view_(std::move(view)), order_(std::move(order)), reply_(std::move(reply)) {}

    void prepare(std::vector<store::NameChange>& changes) override {
        std::visit([this](const auto& order) { carry_out(order); }, order_);
        std::ranges::move(changes_, std::back_inserter(changes));
    }
    void finish(const Result<>& done) override {
        // Also what was only read: it may have been of a batch that came to nothing.
        reply_(done && !answer_.empty() ? std::move(answer_) : try_later());
    }

private:
    const names::Tables& tables() const { return view_.registry.tables(); }

    void carry_out(const names::Takedown& order) {
        decide(view_.registry.take_down(order, view_.moment()));
    }
    void carry_out(const BlockNetwork& order) {
        decide(view_.registry.block(order.network, order.why, view_.moment()));
    }
    void carry_out(const UnblockNetwork& order) {
        decide(view_.registry.unblock(order.network, view_.moment()));
    }
    void carry_out(const LockAccount& order) {
        decide(view_.registry.lock_account(order.account, order.locked, view_.moment()));
        if (decided_ == names::Outcome::no_such_name)
            answer_ = cli::control_error(fmt::format("there is no account \"{}\"", order.account),
                                         "see 'homeport names accounts'");
    }
    void carry_out(const SetNotice& order) {
        decide(view_.registry.set_notice(order.text, view_.moment()));
    }
    void carry_out(const ShowOneName& order);
    void carry_out(const ListNamesOrder& order);
    void carry_out(const ListAccountsOrder& order);
    /// These two never come here.
    void carry_out(const ReadEvidence&) { answer_ = try_later(); }
    void carry_out(const ListDs&) { answer_ = try_later(); }

    void decide(names::Decision decision);
    json name_json(const names::NameNode& node) const;

    OperatorView view_;
    Order order_;
    OrderReply reply_;
    std::vector<store::NameChange> changes_;
    names::Outcome decided_ = names::Outcome::good;
    std::string answer_;
};

void OperatorWork::decide(names::Decision decision) {
    decided_ = decision.answer.outcome;
    changes_ = std::move(decision.changes);
    const names::OutcomeText& text = names::text_of(decided_);
    answer_ = names::is_success(decided_)
                  ? one_line({{"changed", decided_ == names::Outcome::good}})
                  : cli::control_error(text.error, text.remedy);
}

json OperatorWork::name_json(const names::NameNode& node) const {
    const names::NameEntry& entry = node.second;
    return {{"name", tables().text_of(node)},
            {"account", tables().find_account(entry.account)->name},
            {"ipv4", address_json(entry.v4())},
            {"ipv6", address_json(entry.v6())},
            {"offline", static_cast<bool>(entry.offline)},
            {"created", entry.created},
            {"confirmed", entry.confirmed}};
}

void OperatorWork::carry_out(const ShowOneName& order) {
    const std::string name = names::read_host_name(order.name).value_or(order.name);
    const names::NameNode* const node = tables().find_name(name);
    if (const auto* const stone = tables().find_tombstone(name); stone && node == nullptr) {
        answer_ = one_line(
            {{"name", name}, {"removed", {{"kept_until", stone->until}, {"why", stone->why}}}});
        return;
    }
    if (node == nullptr) {
        answer_ = cli::control_error(fmt::format("nobody has the name \"{}\"", name),
                                     "see 'homeport names list'");
        return;
    }
    const names::NameEntry& entry = node->second;
    const UnixSeconds quarantined_until = entry.created + view_.quarantine;
    json object = name_json(*node);
    object["account_locked"] = tables().find_account(entry.account)->locked;
    object["counter"] = entry.counter;
    object["expires"] = entry.confirmed + view_.expire_after;
    object["quarantined_until"] = nullptr;
    if (view_.moment().wall < quarantined_until) object["quarantined_until"] = quarantined_until;
    object["txt"] = json::array();
    if (const auto* const acme = tables().find_acme(name)) object["txt"] = acme->values;
    answer_ = one_line(object);
}

void OperatorWork::carry_out(const ListNamesOrder& order) {
    const auto& zones = tables().zones();
    ListPlace place = order.from;
    if (place.zone < zones.size() && is_outdated(place, zones[place.zone].names.bucket_count())) {
        answer_ = outdated();
        return;
    }
    json rows = json::array();
    std::size_t looks = kListLooks;
    bool end = true;
    while (end && place.zone < zones.size()) {
        end = walk(zones[place.zone].names, place, looks, rows, [&](const names::NameNode& node) {
            if (looks > 0) --looks;
            if (!tables().text_of(node).starts_with(order.prefix)) return;
            rows.push_back(name_json(node));
        });
        if (end) place = {.zone = place.zone + 1};
    }
    answer_ = page_json("names", std::move(rows), end, place);
}

void OperatorWork::carry_out(const ListAccountsOrder& order) {
    const auto& accounts = tables().accounts();
    ListPlace place = order.from;
    if (is_outdated(place, accounts.bucket_count())) {
        answer_ = outdated();
        return;
    }
    json rows = json::array();
    std::size_t looks = kListLooks;
    const bool end = walk(accounts, place, looks, rows, [&](const auto& entry) {
        const names::Account& account = entry.second;
        if (looks > 0) --looks;
        rows.push_back({{"account", account.name},
                        {"names", account.names},
                        {"tokens", account.tokens},
                        {"locked", account.locked},
                        {"created", account.created},
                        {"seen", account.seen}});
    });
    answer_ = page_json("accounts", std::move(rows), end, place);
}

}  // namespace

std::unique_ptr<store::Work> operator_work(OperatorView view, Order order, OrderReply reply) {
    return std::make_unique<OperatorWork>(std::move(view), std::move(order), std::move(reply));
}

std::string evidence_json(const std::vector<store::StoredEvidence>& list) {
    json rows = json::array();
    for (const store::StoredEvidence& evidence : list) {
        json details = json::parse(evidence.text, nullptr, /*allow_exceptions=*/false);
        if (details.is_discarded()) details = evidence.text;
        rows.push_back({{"at", evidence.at},
                        {"what", evidence.what},
                        {"name", evidence.name},
                        {"details", std::move(details)}});
    }
    return one_line({{"evidence", std::move(rows)}});
}

}  // namespace homeport::app
