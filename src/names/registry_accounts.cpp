#include "core/assert.hpp"
#include "names/registry.hpp"

#include <algorithm>
#include <cmath>

namespace homeport::names {
namespace {

/// The one bucket of sign-ups from everywhere.
constexpr std::uint64_t kAllSources = 1;

}  // namespace

// --- signing up

Decision Registry::answer(const AskChallenge&, const Request& request, const Moment& moment) {
    if (!options_.sign_up) return refuse(Outcome::closed);
    const IpAddress network = neighbourhood(request.source);
    const std::uint64_t bucket = bucket_key(hash_, "sign-up", network, 0);
    const double lately = std::round(network_sign_ups_.level(bucket, moment.now));
    const unsigned bits =
        std::min(options_.proof_bits + static_cast<unsigned>(lately), options_.max_proof_bits);
    return done(GivenChallenge{
        .challenge = make_challenge(hash_, network, moment.wall, bits, moment.entropy),
        .bits = bits,
        .expires = moment.wall + kChallengeSeconds});
}

Decision Registry::answer(const SignUp& question, const Request& request, const Moment& moment) {
    if (request.password) return create_account(question, request.password->encoded, moment);
    const Outcome outcome = check_sign_up(question, request, moment);
    Decision decision = refuse(outcome, outcome == Outcome::network_full ? kHour : 0);
    if (outcome == Outcome::good) decision.password = PasswordWork{.password = question.password};
    return decision;
}

/// The cheapest first; the proof counts as used only when nothing else is wrong.
Outcome Registry::check_sign_up(const SignUp& question, const Request& request,
                                const Moment& moment) {
    if (!options_.sign_up) return Outcome::closed;
    const auto account = read_account_name(question.account);
    if (!account) return Outcome::bad_account_name;
    const std::size_t size = question.password.size();
    if (size < kMinPasswordBytes || size > kMaxPasswordBytes || parse_token(question.password))
        return Outcome::bad_password;
    if (tables_.blocks().contains(request.source)) return Outcome::blocked;
    const IpAddress network = neighbourhood(request.source);
    const auto proof = check_proof(hash_, network, moment.wall, question.challenge, question.nonce);
    if (!proof)
        return proof.error().code == Errc::timed_out ? Outcome::old_proof : Outcome::bad_proof;
    if (used_challenges_.contains(*proof)) return Outcome::old_proof;
    if (const Outcome name = check_account_name(*account, moment); name != Outcome::good)
        return name;
    const std::uint64_t bucket = bucket_key(hash_, "sign-up", network, 0);
    if (!network_sign_ups_.has_room(bucket, 1, moment.now)) return Outcome::network_full;
    if (!all_sign_ups_.has_room(kAllSources, 1, moment.now)) return Outcome::network_full;
    if (!used_challenges_.add(*proof, moment.wall)) return Outcome::network_full;
    network_sign_ups_.add(bucket, 1, moment.now);
    all_sign_ups_.add(kAllSources, 1, moment.now);
    return Outcome::good;
}

Outcome Registry::check_account_name(const std::string& account, const Moment& moment) const {
    if (tables_.accounts().size() >= options_.max_accounts) return Outcome::service_full;
    if (tables_.account_id(account) != 0 || reserved_.contains(account))
        return Outcome::account_taken;
    const auto* const tombstone = tables_.find_tombstone(account_tombstone(account));
    if (tombstone != nullptr && tombstone->until > moment.wall) return Outcome::account_taken;
    return Outcome::good;
}

Decision Registry::create_account(const SignUp& question, const std::string& encoded,
                                  const Moment& moment) {
    const auto account = read_account_name(question.account);
    if (!account || encoded.empty()) return refuse(Outcome::try_later);
    // Somebody may have been faster while the password was encoded.
    if (const Outcome outcome = check_account_name(*account, moment); outcome != Outcome::good)
        return refuse(outcome);
    // Ids grow with the time, so that none comes twice after its account was forgotten.
    last_account_ = std::max(last_account_ + 1, static_cast<std::uint64_t>(moment.wall) << 16);
    Decision decision = done(*account);
    change(decision,
           store::StoredAccount{.id = last_account_,
                                .name = *account,
                                .password = encoded,
                                .locked = false,
                                .created = moment.wall,
                                .seen = moment.wall},
           moment);
    return decision;
}

Decision Registry::answer(const DeleteAccount&, const Request& request, const Moment& moment) {
    const Access access = let_in(request, moment, Need::password);
    if (access.outcome != Outcome::good) return not_let_in(access);
    Decision decision = done({});
    const UnixSeconds until = moment.wall + options_.deleted_tombstone;
    while (const NameNode* const name = tables_.find_account(access.account)->first_name) {
        remove_name(decision, *name,
                    {.until = until, .why = "account deleted", .account = access.account}, moment);
    }
    for (const TokenHash& token : tokens_of(access.account, ""))
        change(decision, store::ForgetToken{token}, moment);
    const std::string name = tables_.find_account(access.account)->name;
    change(decision, store::ForgetAccount{access.account}, moment);
    change(
        decision,
        store::StoredTombstone{.name = account_tombstone(name), .until = until, .why = "deleted"},
        moment);
    return decision;
}

// --- tokens

Decision Registry::answer(const IssueToken& question, const Request& request,
                          const Moment& moment) {
    const Access access = let_in(request, moment, Need::password);
    if (access.outcome != Outcome::good) return not_let_in(access);
    if (tables_.find_account(access.account)->tokens >= kMaxTokensPerAccount)
        return refuse(Outcome::tokens_full);
    if (question.label.size() > kMaxTokenLabelBytes) return refuse(Outcome::malformed);
    std::string only;
    if (!question.name.empty()) {
        Found found = find(question.name, access, moment);
        if (found.outcome != Outcome::good) return refuse(found.outcome);
        only = std::move(found.name);
    }
    const TokenHash hash = hash_token(hash_, moment.entropy);
    Decision decision = done(GivenToken{.token = token_text(moment.entropy), .id = token_id(hash)});
    change(decision,
           store::StoredToken{.hash = hash,
                              .account = access.account,
                              .name = std::move(only),
                              .label = question.label,
                              .created = moment.wall},
           moment);
    touch_account(decision, access.account, moment);
    return decision;
}

Decision Registry::answer(const ListTokens&, const Request& request, const Moment& moment) {
    const Access access = let_in(request, moment, Need::account);
    if (access.outcome != Outcome::good) return not_let_in(access);
    std::vector<TokenStatus> list;
    const TokenNode* node = tables_.find_account(access.account)->first_token;
    for (; node != nullptr; node = node->second.next) {
        list.push_back({.id = token_id(node->first),
                        .label = node->second.label,
                        .name = node->second.name,
                        .created = node->second.created});
    }
    return done(std::move(list));
}

Decision Registry::answer(const RevokeToken& question, const Request& request,
                          const Moment& moment) {
    const Access access = let_in(request, moment, Need::account);
    if (access.outcome != Outcome::good) return not_let_in(access);
    const auto hash = parse_token_id(question.id);
    const Token* const token = hash ? tables_.find_token(*hash) : nullptr;
    if (token == nullptr || token->account != access.account) return refuse(Outcome::no_such_token);
    Decision decision = done({});
    change(decision, store::ForgetToken{*hash}, moment);
    return decision;
}

}  // namespace homeport::names
