#include "names/outcome.hpp"

#include "core/assert.hpp"

#include <array>

namespace homeport::names {
namespace {

/// In the order of the enum. The replies of dyndns2: "911" and "dnserr" are tried again later, the
/// others are not until a person has looked.
constexpr auto kTexts = std::to_array<OutcomeText>({
    {Outcome::good, 200, "good", "good", ""},
    {Outcome::unchanged, 200, "nochg", "unchanged", ""},
    {Outcome::malformed, 400, "911", "malformed", "See the description of the interface."},
    {Outcome::no_agent, 400, "badagent", "no-user-agent",
     "Send a User-Agent that names the program and its version."},
    {Outcome::too_many_hosts, 400, "numhost", "too-many-hosts", "Send at most 20 names at once."},
    {Outcome::too_large, 413, "911", "too-large", "Send less."},
    {Outcome::wrong_media, 415, "911", "wrong-media-type", "Send application/json."},
    {Outcome::no_such_path, 404, "911", "no-such-path", "See the description of the interface."},
    {Outcome::wrong_method, 405, "911", "wrong-method", "Allow says which methods there are."},
    {Outcome::bad_credentials, 401, "badauth", "bad-credentials",
     "Check the token, or the account and its password; after several wrong ones wait some "
     "minutes."},
    {Outcome::locked, 403, "abuse", "locked", "Taken down by the operator; ask there."},
    {Outcome::too_many_requests, 429, "911", "too-many-requests",
     "Ask less often: only when an address changes. Retry-After says when to come again."},
    {Outcome::try_later, 503, "911", "try-later",
     "Nothing was changed. Try again in some minutes."},
    {Outcome::not_a_name, 400, "notfqdn", "not-a-name",
     "Write label.zone: letters, digits and inner hyphens, at least 3 in the label."},
    {Outcome::no_such_zone, 404, "nohost", "no-such-zone",
     "Names stand directly below the zones of this service."},
    {Outcome::no_such_name, 404, "nohost", "no-such-name", "Register the name first."},
    {Outcome::not_yours, 403, "!yours", "not-yours",
     "The name belongs to another account, or the token is for another name."},
    {Outcome::reserved, 403, "!yours", "reserved", "Nobody can have this name. Choose another."},
    {Outcome::taken, 409, "!yours", "taken", "Choose another name."},
    {Outcome::buried, 409, "!yours", "lately-removed",
     "The name was removed lately and is kept from others for a while. Choose another."},
    {Outcome::account_full, 403, "!yours", "too-many-names",
     "The account has all the names it can have, or made many today. Remove one, or wait a day."},
    {Outcome::service_full, 503, "911", "service-full", "The service takes no more for now."},
    {Outcome::bad_address, 400, "dnserr bad address", "bad-address",
     "Write an IPv4 address as 192.0.2.1 and an IPv6 address as 2001:db8::1, a prefix with its "
     "length from 16 to 64."},
    {Outcome::not_public, 422, "dnserr not a public address", "not-public",
     "The address cannot be reached from the internet. Behind a shared address use IPv6 or a "
     "tunnel."},
    {Outcome::blocked, 403, "dnserr blocked network", "blocked-network",
     "The operator has blocked this network; ask there."},
    {Outcome::quarantined, 403, "dnserr quarantine", "quarantined",
     "A new name can only point to where its updates come from. Send the update from there, over "
     "the same family of addresses, or wait."},
    {Outcome::no_host_part, 409, "dnserr no address to keep", "no-host-part",
     "The name has no IPv6 address whose host part could be kept. Send one."},
    {Outcome::stale, 409, "dnserr stale", "stale", "A later update was here before. Count on."},
    {Outcome::bad_value, 400, "911", "bad-value",
     "A TXT value has 1 to 255 printable characters of ASCII."},
    {Outcome::values_full, 409, "911", "too-many-values",
     "The name has 8 values already. Remove those that are no longer needed."},
    {Outcome::closed, 403, "911", "sign-up-closed", "The operator takes no new accounts."},
    {Outcome::bad_account_name, 400, "911", "bad-account-name",
     "3 to 32 letters, digits and inner hyphens."},
    {Outcome::bad_password, 400, "911", "bad-password",
     "10 to 256 characters, and not of the form of a token."},
    {Outcome::account_taken, 409, "911", "account-taken", "Choose another account name."},
    {Outcome::bad_proof, 403, "911", "bad-proof",
     "Ask for a new challenge from the network that you sign up from, and find a nonce for it."},
    {Outcome::old_proof, 403, "911", "old-proof",
     "The challenge is too old or was used. Ask anew."},
    {Outcome::network_full, 429, "911", "too-many-sign-ups",
     "Too many accounts were made lately from your network, or in all. Try again tomorrow."},
    {Outcome::no_such_token, 404, "911", "no-such-token", "GET /v1/tokens lists them."},
    {Outcome::tokens_full, 409, "911", "too-many-tokens", "Revoke one that is no longer used."},
});

}  // namespace

const OutcomeText& text_of(Outcome outcome) {
    const OutcomeText& text = kTexts.at(static_cast<std::size_t>(outcome));
    HOMEPORT_ASSERT(text.outcome == outcome);
    return text;
}

}  // namespace homeport::names
