#pragma once
/// A name service for tests, with people who know what to do.

#include "core/assert.hpp"
#include "names/registry.hpp"

#include <map>
#include <string>

namespace homeport::names::testing {

inline IpAddress ip(std::string_view text) {
    return IpAddress::parse(text).value();
}
inline const IpAddress kHome = ip("93.184.216.34");
inline const IpAddress kHome6 = ip("2a02:8070:1:1::10");
inline constexpr UnixSeconds kStart = 1'800'000'000;

inline Options make_options() {
    Options options;
    options.zones = {"dyn.example", "home.example", "sub.dyn.example"};
    options.proof_bits = 4;
    options.sign_ups_per_network = 1000;
    options.requests_at_once = 1e6;
    return options;
}

inline AddressChange set_to(const IpAddress& address) {
    AddressChange change;
    (address.is_v4() ? change.v4 : change.v6) = {.verb = FamilyChange::Verb::set,
                                                 .address = address};
    return change;
}
inline AddressChange from_source() {
    return {.from_source = true};
}

/// All that is to be seen of the tables.
using Dump = std::map<std::string, std::string>;

class Service {
public:
    explicit Service(Options options = make_options()) : options_(std::move(options)) { restart(); }

    /// With what the changes so far left in the store.
    void restart() { registry_ = std::make_unique<Registry>(options_, state(), moment.wall); }
    store::NameState state() const {
        store::NameState state;
        state.secret[0] = std::byte{1};
        if (registry_ == nullptr) return state;
        const Tables& tables = registry_->tables();
        for (const auto& [id, account] : tables.accounts()) {
            state.accounts.push_back(tables.stored(id));
            for (const TokenNode* at = account.first_token; at != nullptr; at = at->second.next) {
                state.tokens.push_back({.hash = at->first,
                                        .account = id,
                                        .name = at->second.name,
                                        .label = at->second.label,
                                        .created = at->second.created});
            }
        }
        for (const NameZone& zone : tables.zones())
            for (const NameNode& node : zone.names) add_name(state, node);
        for (const auto& [name, tombstone] : tables.tombstones())
            state.tombstones.push_back(tombstone);
        for (const auto& [network, block] : blocks_) state.blocks.push_back(block);
        state.notice = tables.notice();
        return state;
    }
    Dump dump() const;

    Registry& registry() { return *registry_; }
    void pass(UnixSeconds seconds) {
        moment.wall += seconds;
        moment.now += std::chrono::seconds(seconds);
    }
    /// Everything is durable at once.
    Decision ask(Question question, Credentials credentials = {}, IpAddress source = kHome) {
        Decision decision = decide({.source = source,
                                    .credentials = std::move(credentials),
                                    .question = std::move(question)});
        keep(decision);
        return decision;
    }
    /// Not yet committed. Passwords are encoded by putting "slow:" in front.
    Decision decide(Request request) {
        for (std::byte& octet : moment.entropy) octet = static_cast<std::byte>(next_random());
        Decision decision = registry_->handle(request, moment);
        if (!decision.password) return decision;
        ++slow_works;
        const PasswordWork& work = *decision.password;
        request.password = PasswordResult{.account = work.account,
                                          .right = "slow:" + work.password == work.encoded,
                                          .encoded = "slow:" + work.password};
        return registry_->handle(request, moment);
    }
    void keep(const Decision& decision) {
        for (const auto& change : decision.changes) {
            if (const auto* const block = std::get_if<store::StoredBlock>(&change))
                blocks_[block->network] = *block;
            if (const auto* const block = std::get_if<store::ForgetBlock>(&change))
                blocks_.erase(block->network);
        }
        registry_->commit_batch();
    }

    SignUp solved(const std::string& account, IpAddress source = kHome) {
        const auto given = std::get<GivenChallenge>(ask(AskChallenge{}, {}, source).answer.payload);
        int nonce = 0;
        while (proof_bits(given.challenge, std::to_string(nonce)) < given.bits) ++nonce;
        return {.account = account,
                .password = "password of " + account,
                .challenge = given.challenge,
                .nonce = std::to_string(nonce)};
    }
    Outcome sign_up(const std::string& account, IpAddress source = kHome) {
        return ask(solved(account, source), {}, source).answer.outcome;
    }
    static Credentials password_of(const std::string& account) {
        return {.user = account, .secret = "password of " + account};
    }
    Credentials token_of(const std::string& account, const std::string& only = "") {
        const Decision decision =
            ask(IssueToken{.label = "test", .name = only}, password_of(account));
        HOMEPORT_ASSERT(decision.answer.outcome == Outcome::good);
        return {.user = "", .secret = std::get<GivenToken>(decision.answer.payload).token};
    }
    /// An account, its token, and names.
    Credentials person(const std::string& account, const std::vector<std::string>& names = {}) {
        HOMEPORT_ASSERT(sign_up(account) == Outcome::good);
        Credentials token = token_of(account);
        for (const std::string& name : names) {
            const Decision decision = ask(CreateName{name}, token);
            HOMEPORT_ASSERT(decision.answer.outcome == Outcome::good);
        }
        return token;
    }
    Decision update(const Credentials& token, const std::string& name, AddressChange change,
                    IpAddress source = kHome) {
        return ask(UpdateNames{.hosts = {name}, .change = std::move(change)}, token, source);
    }
    NameStatus show(const Credentials& token, const std::string& name) {
        const Decision decision = ask(ShowName{name}, token);
        HOMEPORT_ASSERT(decision.answer.outcome == Outcome::good);
        return std::get<std::vector<NameResult>>(decision.answer.payload).front().status;
    }

    Moment moment{.now = TimePoint(1000h), .wall = kStart};
    int slow_works = 0;

private:
    void add_name(store::NameState& state, const NameNode& node) const {
        const Tables& tables = registry_->tables();
        const ZoneName& zone = tables.zone_of(node).name;
        state.names.push_back(tables.stored(node));
        for (const auto& address : {node.second.v4(), node.second.v6()})
            if (address) state.sets.push_back(address_set(zone, node.first, 60, *address));
        if (const AcmeValues* const acme = tables.find_acme(tables.text_of(node)))
            state.sets.push_back(txt_set(zone, node.first, 60, acme->values));
    }
    std::uint64_t next_random() {
        random_ = random_ * 6364136223846793005U + 1442695040888963407U;
        return random_ >> 40;
    }

    Options options_;
    std::unique_ptr<Registry> registry_;
    std::map<std::string, store::StoredBlock> blocks_;
    std::uint64_t random_ = 1;
};

inline Dump Service::dump() const {
    Dump dump;
    const store::NameState all = state();
    for (const auto& account : all.accounts) {
        dump["account " + std::to_string(account.id)] = account.name + account.password +
                                                        std::to_string(account.seen) +
                                                        (account.locked ? " locked" : "");
    }
    for (const auto& token : all.tokens)
        dump["token " + token_id(token.hash)] = std::to_string(token.account) + token.name;
    for (const auto& name : all.names) {
        dump["name " + name.name] = std::to_string(name.account) + " " +
                                    std::to_string(name.confirmed) + " " +
                                    std::to_string(name.counter) + (name.offline ? " offline" : "");
    }
    for (const auto& set : all.sets) {
        dump["set " + std::to_string(set.type) + std::string(as_text(set.owner))] =
            std::string(as_text(set.records));
    }
    for (const auto& [name, acme] : registry_->tables().acme())
        dump["acme " + name] = std::to_string(acme.at);
    for (const auto& tombstone : all.tombstones) {
        dump["tombstone " + tombstone.name] =
            std::to_string(tombstone.until) + " " + std::to_string(tombstone.account);
    }
    dump["notice"] = all.notice;
    dump["sizes"] = std::to_string(registry_->tables().names()) + " " +
                    std::to_string(registry_->tables().tokens()) + " " +
                    std::to_string(registry_->tables().blocks().size());
    return dump;
}

inline Outcome outcome(const Decision& decision) {
    return decision.answer.outcome;
}

}  // namespace homeport::names::testing
