#include "names/registry.hpp"

#include "core/assert.hpp"
#include "core/source_key.hpp"
#include "core/text.hpp"

#include <algorithm>
#include <ranges>

namespace homeport::names {
namespace {

Rate rate_of(double at_once, double seconds_for_one) {
    return {.at_once = at_once, .per_second = 1 / seconds_for_one};
}
Rate rate_in(double count, UnixSeconds seconds) {
    return {.at_once = count, .per_second = count / static_cast<double>(seconds)};
}

std::uint64_t highest_account(const store::NameState& state) {
    std::uint64_t highest = 0;
    for (const auto& account : state.accounts) highest = std::max(highest, account.id);
    for (const auto& tombstone : state.tombstones) highest = std::max(highest, tombstone.account);
    return highest;
}

}  // namespace

std::string account_tombstone(std::string_view account) {
    return "account:" + std::string(account);
}

Registry::Registry(Options options, const store::NameState& state, UnixSeconds now)
    : options_(std::move(options)),
      hash_(state.secret),
      tables_(options_.zones, state, now),
      reserved_(options_.reserved),
      last_account_(highest_account(state)),
      sources_({.at_once = options_.requests_at_once, .per_second = options_.requests_per_second},
               kSourceBuckets),
      wrong_tokens_(rate_of(options_.wrong_tokens_at_once, options_.seconds_per_wrong_token),
                    kSourceBuckets),
      passwords_(rate_of(options_.passwords_at_once, options_.seconds_per_password),
                 kAccountBuckets),
      name_changes_(rate_of(options_.changes_at_once, options_.seconds_per_change), kNameBuckets),
      new_names_(rate_in(options_.new_names_per_day, kDay), kAccountBuckets),
      network_sign_ups_(rate_in(options_.sign_ups_per_network, kDay), kSignUpBuckets),
      all_sign_ups_(rate_in(options_.sign_ups_per_hour, kHour), 2) {
    HOMEPORT_ASSERT(state.secret != Secret{});
}

Decision Registry::handle(const Request& request, const Moment& moment) {
    // The second half of a request was counted with the first.
    if (!request.password && !sources_.take(hash_, request.source, moment.now))
        return refuse(Outcome::too_many_requests, 60);
    Decision decision = std::visit(
        [&](const auto& question) { return answer(question, request, moment); }, request.question);
    decision.waits = !undo_.empty();
    return decision;
}

void Registry::roll_back() {
    for (const Tables::Undo& undo : std::views::reverse(undo_)) tables_.apply(undo.change, undo.at);
    undo_.clear();
}

void Registry::set_reserved(const std::vector<std::string>& words) {
    reserved_ = ReservedWords(words);
}

Decision Registry::refuse(Outcome outcome, UnixSeconds retry_after) {
    Decision decision;
    decision.answer.outcome = outcome;
    decision.answer.retry_after = retry_after;
    return decision;
}

Decision Registry::done(Payload payload, Outcome outcome) {
    Decision decision;
    decision.answer.outcome = outcome;
    decision.answer.payload = std::move(payload);
    return decision;
}

Decision Registry::not_let_in(const Access& access) {
    Decision decision = refuse(access.outcome);
    decision.password = access.work;
    return decision;
}

void Registry::change(Decision& decision, store::NameChange change, const Moment& moment) {
    if (auto undo = tables_.undo_of(change)) undo_.push_back(std::move(*undo));
    tables_.apply(change, moment.wall);
    decision.changes.push_back(std::move(change));
}

// --- who asks

std::uint64_t Registry::source_key_of(std::string_view purpose, const IpAddress& source) const {
    return bucket_key(hash_, purpose, source_key(source), source.is_v4() ? 32 : 64);
}

Registry::Access Registry::let_in(const Request& request, const Moment& moment, Need need) {
    if (request.password) return after_password(*request.password);
    if (const auto bits = parse_token(request.credentials.secret))
        return by_token(*bits, request, moment, need);
    if (need != Need::token) return by_password(request, moment);
    if (!request.credentials.secret.empty())
        wrong_tokens_.add(source_key_of("token", request.source), 1, moment.now);
    return {.outcome = Outcome::bad_credentials};
}

Registry::Access Registry::by_token(const TokenBits& bits, const Request& request,
                                    const Moment& moment, Need need) {
    const std::uint64_t bucket = source_key_of("token", request.source);
    if (need == Need::password || !wrong_tokens_.has_room(bucket, 1, moment.now))
        return {.outcome = Outcome::bad_credentials};
    const Token* const token = tables_.find_token(hash_token(hash_, bits));
    if (token == nullptr) {
        wrong_tokens_.add(bucket, 1, moment.now);
        return {.outcome = Outcome::bad_credentials};
    }
    if (tables_.find_account(token->account)->locked) return {.outcome = Outcome::locked};
    if (need == Need::account && !token->name.empty()) return {.outcome = Outcome::not_yours};
    return {.account = token->account, .token = token};
}

/// All that is wrong gets the same answer, and what cannot be right costs no slow work.
Registry::Access Registry::by_password(const Request& request, const Moment& moment) {
    const auto& [user, secret] = request.credentials;
    const auto name = read_account_name(user);
    if (!name || secret.empty() || secret.size() > kMaxPasswordBytes)
        return {.outcome = Outcome::bad_credentials};
    const std::uint64_t by_source = source_key_of("password", request.source);
    const std::uint64_t by_account = hash_.number("account", as_bytes(*name));
    if (!passwords_.take(by_source, 1, moment.now) || !passwords_.take(by_account, 1, moment.now))
        return {.outcome = Outcome::bad_credentials};
    const std::uint64_t id = tables_.account_id(*name);
    const std::string& encoded =
        id == 0 ? options_.decoy_password : tables_.find_account(id)->password;
    if (encoded.empty()) return {.outcome = Outcome::bad_credentials};
    return {.outcome = Outcome::bad_credentials,
            .work = PasswordWork{.account = id, .password = secret, .encoded = encoded}};
}

Registry::Access Registry::after_password(const PasswordResult& result) const {
    const Account* const account = tables_.find_account(result.account);
    if (!result.right || account == nullptr) return {.outcome = Outcome::bad_credentials};
    if (account->locked) return {.outcome = Outcome::locked};
    return {.account = result.account};
}

void Registry::touch_account(Decision& decision, std::uint64_t account, const Moment& moment) {
    if (moment.wall - tables_.find_account(account)->seen < kSeenSeconds) return;
    store::StoredAccount seen = tables_.stored(account);
    seen.seen = moment.wall;
    change(decision, std::move(seen), moment);
}

// --- what everybody may know

Decision Registry::answer(const AskSource&, const Request& request, const Moment&) {
    return done(request.source.to_string());
}

Decision Registry::answer(const AskNotice&, const Request&, const Moment&) {
    return done(tables_.notice());
}

}  // namespace homeport::names
