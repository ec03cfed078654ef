#pragma once
/// Limits of what the reach service has open in the network. What happens when one is reached
/// stands beside it.

#include "core/time.hpp"
#include "reach/portmap/limits.hpp"

#include <cstddef>
#include <cstdint>

namespace homeport::reach {

/// Calls of one HttpCaller at once; more fail with `limit`.
inline constexpr std::size_t kMaxHttpCalls = 8;
/// From call() to the last octet of the reply; then `timed_out`.
inline constexpr Duration kHttpCallTime = 5s;
/// A reply's body with its chunks' sizes and trailers; longer: `protocol`. Without them it may have
/// kMaxHttpReplyBytes.
inline constexpr std::size_t kMaxHttpRawBytes = 2 * kMaxHttpReplyBytes;
/// Read from one connection at once.
inline constexpr std::size_t kHttpReadBytes = 16 * 1024;

/// Port mappings of a router that are looked at when its table is read; more are not.
inline constexpr std::size_t kMaxListedMappings = 64;

/// Routers whose events are let in; more are not.
inline constexpr std::size_t kMaxEventRouters = 8;
/// Connections of all of them at once; http/server/limits.hpp says who makes room.
inline constexpr std::size_t kEventConnections = 16;

/// For giving ports back to the router; what it has not answered by then runs out by itself.
inline constexpr Duration kRouterStopTime = 3s;

/// STUN servers asked; more are left out.
inline constexpr std::size_t kMaxStunServers = 8;
/// Name servers asked where we come from; more are left out.
inline constexpr std::size_t kMaxEchoQuestions = 8;
/// For all datagrams of one such question; then it is given up until the next look.
inline constexpr Duration kEchoTime = 3s;
/// Looks by itself, besides those after news: before what STUN said grows old.
inline constexpr Duration kLookEvery = 4min;
/// The first look is called complete after this, whoever is still silent.
inline constexpr Duration kFirstLookTime = 6s;
/// Changes within this time are told together.
inline constexpr Duration kTellPause = 20ms;

/// Hops that are looked at.
inline constexpr std::size_t kProbeHops = 3;
/// Datagrams for each of them, and how long each is waited for.
inline constexpr unsigned kProbeTries = 2;
inline constexpr Duration kProbeTime = 1s;
/// The first of the ports that the datagrams go to, one for each: nobody listens at these, by the
/// custom of traceroute(8).
inline constexpr std::uint16_t kProbePort = 33434;

/// New connections that are looked at for a knock at once; for one more the oldest goes.
inline constexpr std::size_t kMaxKnockers = 256;
/// From the knock until its connection is closed, whether or not the proof was taken.
inline constexpr Duration kKnockFarewell = 2s;
/// Read after a knock while its sender has not closed; more: cut.
inline constexpr std::size_t kMaxKnockFarewellBytes = 4096;

/// For a dial to somebody outside who shows what the provider lets out.
inline constexpr Duration kOutgoingTime = 3s;

}  // namespace homeport::reach
