#pragma once
/// Limits of the port mapping machines. What happens when one is reached stands beside it.

#include "core/time.hpp"

#include <array>
#include <cstddef>

namespace homeport::reach {

/// Wishes of one machine; more are reported as failed, full.
inline constexpr std::size_t kMaxMappings = 256;
/// Octets of a mapping's description; longer ones are cut.
inline constexpr std::size_t kMaxDescription = 32;
/// A longer reply of a router counts as garbage.
inline constexpr std::size_t kMaxHttpReplyBytes = 64 * 1024;
/// What a machine may want to be remembered.
inline constexpr std::size_t kMaxMemoryBytes = 4096;

// PCP and NAT-PMP.

/// The first try waits this long for its answer, each further one twice as long (with up to a
/// tenth more), so often; then the router counts as silent for this request.
inline constexpr Duration kGatewayFirstTry = 250ms;
inline constexpr unsigned kGatewayTries = 9;
/// A silent router is tried again after this, with fewer tries, by one mapping for all.
inline constexpr Duration kSilentPause = 5min;
inline constexpr unsigned kSilentTries = 3;
/// A delete is sent so often, so far apart; then the mapping is left to its lifetime.
inline constexpr unsigned kRemoveTries = 3;
inline constexpr Duration kRemovePause = 333ms;
/// Between two datagrams to one router: at most 50 in a second, also after a loss of everything.
inline constexpr Duration kGatewaySendGap = 20ms;
/// How often the router is asked for its epoch: with mappings, and without.
inline constexpr Duration kHeartbeat = 60s;
inline constexpr Duration kIdleHeartbeat = 10min;
/// A mapping is renewed no sooner than this; a lifetime that is not longer counts as garbage.
inline constexpr Duration kMinReask = 30s;
/// A longer lifetime is taken for this one, asked for or granted.
inline constexpr Duration kMostLifetime = Duration{24h};
inline constexpr Duration kLeastLifetime = Duration{2min};  ///< asked for
/// Pauses after refusals: the first one, doubled with each in a row up to the second one.
inline constexpr Duration kNoNetworkPause = 30s;
inline constexpr Duration kNoNetworkMaxPause = 5min;
inline constexpr Duration kRefusedPause = 5min;  ///< also where the router's table is full
inline constexpr Duration kRefusedMaxPause = 30min;
/// So long the router's own word on how long its refusal holds is obeyed.
inline constexpr Duration kMaxErrorLifetime = 30min;
/// Seconds by which an epoch may be off (RFC 6886 section 3.6, RFC 6887 section 8.5).
inline constexpr int kEpochSlackSeconds = 2;
/// So many epochs in a row that do not go with the time are taken for losses; the rest is ignored
/// until one has gone with the time for this long.
inline constexpr unsigned kEpochStrikes = 3;
inline constexpr Duration kEpochProof = 30s;
/// When everything is looked at after a change; the first answer is often the old one.
inline constexpr std::array<Duration, 4> kCheckRounds = {200ms, 1s, 5s, 15s};
/// Between two looks, however many changes are told; in the long run one in kCheckRefill, of which
/// kCheckBurst may come at once.
inline constexpr Duration kCheckGap = 800ms;
inline constexpr Duration kCheckRefill = 60s;
inline constexpr int kCheckBurst = 8;
/// An announcement that tells nothing else than what is known starts looks this often at most.
inline constexpr Duration kSameNewsQuiet = 60s;

// UPnP.

/// Searches are sent twice, because datagrams get lost.
inline constexpr Duration kUpnpSearchGap = 1s;
/// So long answers are taken after the last datagram of a search; slow routers need four seconds.
inline constexpr Duration kUpnpSearchWindow = Duration{4500ms};
/// Answers of one search, and their octets; what comes later is ignored.
inline constexpr std::size_t kMaxSearchAnswers = 128;
inline constexpr std::size_t kMaxSearchBytes = 64 * 1024;
/// Between searches while no router is found; doubled from the first to the second.
inline constexpr Duration kUpnpSearchRetry = 15s;
inline constexpr Duration kUpnpSearchRetryMax = 15min;
/// Devices that are looked at; those of a gateway take the place of others.
inline constexpr std::size_t kMaxUpnpDevices = 8;
/// Services of one device that are asked for their state; more are left out.
inline constexpr std::size_t kMaxUpnpServices = 8;
/// HTTP calls under way at once, of which one may change something; the rest wait.
inline constexpr std::size_t kMaxUpnpCalls = 4;
/// A call without a reply counts as failed after this.
inline constexpr Duration kUpnpCallTimeout = 5s;
/// In the long run one call is made in this time; so many more may come at once.
inline constexpr Duration kUpnpCallGap = 1s;
inline constexpr int kUpnpCallBurst = 256;
/// A router is not asked for its state more often than this unless something happened.
inline constexpr Duration kUpnpPollInterval = 2min;
static_assert(kUpnpPollInterval >= 1min, "admin pages of some routers suffer");
/// A router that does not answer is asked again after this, so often, and then given up.
inline constexpr Duration kUpnpSuspectRetry = 5s;
inline constexpr int kUpnpSuspectTries = 2;
/// A device that was given up is read anew; doubled from the first to the second.
inline constexpr Duration kUpnpDeviceRetry = 5s;
inline constexpr Duration kUpnpDeviceRetryMax = 30min;
/// Every mapping is read back in this time, because some routers lose them.
inline constexpr Duration kUpnpReread = 15min;
/// A refused mapping is asked for again; doubled from the first to the second.
inline constexpr Duration kUpnpWishRetry = 1min;
inline constexpr Duration kUpnpWishRetryMax = 30min;
/// A mapping that was accepted but is not listed is looked for once more after this.
inline constexpr Duration kUpnpLookAgain = 1s;
/// Where a renewal does not extend the lease, the mapping is replaced so long before its end.
inline constexpr Duration kUpnpReplaceBefore = 30s;
/// Leases that are asked for: IGD 2 allows a week, pinholes a day.
inline constexpr Duration kUpnpMinLease = 2min;
inline constexpr Duration kUpnpMaxLease = Duration{168h};
inline constexpr Duration kPinholeMaxLease = Duration{24h};
/// Tries to remove a mapping, and the time between them.
inline constexpr int kUpnpRemoveTries = 3;
inline constexpr Duration kUpnpRemoveRetry = 2s;
/// From the beginning of the looks after some news to the next ones that news can cause.
inline constexpr Duration kUpnpNewsGap = 20s;
/// Subscriptions to events, and the time until a refused one is tried again.
inline constexpr Duration kUpnpSubscription = Duration{30min};
inline constexpr Duration kUpnpSubscribeRetry = Duration{10min};
/// Entries of the router's own table that are listed; more are left out.
inline constexpr std::size_t kMaxUpnpEntries = 256;
/// Identities of pinholes that are remembered; each takes about 40 octets of kMaxMemoryBytes.
inline constexpr std::size_t kMaxRememberedPinholes = 64;
/// Groups of ports, and ports of one group; more are reported as failed, full.
inline constexpr std::size_t kMaxUnits = 64;
inline constexpr std::size_t kMaxUnitPorts = 65;
/// After the first protocol has answered, better ones have so long to do so as well.
inline constexpr Duration kChooseWindow = 300ms;
/// A group is given back when its ports are reported as removed, at the latest after this.
inline constexpr Duration kGiveBackTime = 5s;
/// Pause after every protocol has refused a group, between these.
inline constexpr Duration kLeastUnitPause = 60s;
inline constexpr Duration kMostUnitPause = 30min;

}  // namespace homeport::reach
