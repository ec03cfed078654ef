#pragma once
/// The limits of the name server as a whole. Behaviour when full stands at each.

#include "core/time.hpp"

#include <cstddef>
#include <cstdint>

namespace homeport::app {

/// DNS over TCP gets one place for so many visitors that the limit of open files has room for, so
/// that a flood of one leaves the other alone. Full: idle connections make room.
inline constexpr std::size_t kVisitorsPerDnsConnection = 18;

/// Transfers of zones at a time. More are told to come again (SERVFAIL).
inline constexpr std::size_t kMaxTransfers = 32;
/// What is tried again later is tried so many seconds later.
inline constexpr std::int64_t kTryLaterSeconds = 30;
/// Passwords that wait to be looked at, each for some tens of milliseconds. More: try later.
inline constexpr std::size_t kMaxWaitingPasswords = 64;
/// How often the name service looks for what is over, and at how many entries at a time.
inline constexpr Duration kExpiryInterval = 10s;
inline constexpr std::size_t kExpiryBudget = 5'000;
/// How often signatures of zones are looked at, and the pause within one look.
inline constexpr Duration kSigningInterval = 1h;
inline constexpr Duration kSigningPause = 20ms;
/// What the start waits for zones to be signed. Longer: they are answered for later.
inline constexpr Duration kZonesPatience = 2s;
/// How old the figures of the name server in the status may be.
inline constexpr Duration kFactsAge = 1s;

/// An operator's list comes in pages: about so many entries in one, of so many looked at.
inline constexpr std::size_t kListPage = 1'000;
inline constexpr std::size_t kListLooks = 20'000;
/// Entries of the evidence log in one answer, the newest.
inline constexpr std::size_t kMaxEvidence = 1'000;

/// Between two publications that homes cause: a storm of their changes is shown in steps.
inline constexpr Duration kHomePause = 5ms;
/// How long a value under "_acme-challenge" that a home set stays, if it is not taken back.
inline constexpr Duration kChallengeTime = 30min;
/// Such values of one host, and hosts with such values. More are refused until some go.
inline constexpr std::size_t kMaxChallengesPerHost = 8;
inline constexpr std::size_t kMaxChallengedNames = 10'000;
/// Such values that wait to be published. More are refused: try again.
inline constexpr std::size_t kMaxWaitingChallenges = 1'000;

/// Updates over UDP that have been handed over and are not answered. More are dropped; the sender
/// comes again.
inline constexpr std::size_t kMaxUpdatesOnTheWay = 10'000;
/// Jobs for the disk that wait: a batch, and what is asked at the start.
inline constexpr std::size_t kDiskJobs = 16;

}  // namespace homeport::app
