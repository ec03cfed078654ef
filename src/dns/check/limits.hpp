#pragma once

#include "core/time.hpp"

#include <cstddef>

namespace homeport::dns::check {

/// Addresses of name servers that are asked. More are left out, and counted in the report.
inline constexpr std::size_t kMaxServers = 64;
/// Names of name servers of one zone that are looked up; more are left out. A response without
/// EDNS has room for 13 (RFC 9199 section 3), large zones have up to 26.
inline constexpr std::size_t kMaxServerNames = 32;
/// Resolvers and record types that the caller may ask about.
inline constexpr std::size_t kMaxResolvers = 8;
inline constexpr std::size_t kMaxTypes = 8;
/// Ancestors of a name that are looked at, from the root downwards; cuts below are not found. A
/// reverse name of IPv6 has 34 labels.
inline constexpr std::size_t kMaxLevels = 40;
/// Servers of the parent zone whose addresses are looked up for a look at the delegation; the first
/// address of each family is asked.
inline constexpr std::size_t kMaxParentServers = 3;
/// Datagrams per question, spread over its time.
inline constexpr int kTries = 3;
/// Questions under way at once, each with a port of its own; the rest wait for them.
inline constexpr std::size_t kMaxOpenQuestions = 32;
/// What the caller may give as the time for one question.
inline constexpr Duration kMinTimeout = 100ms;
inline constexpr Duration kMaxTimeout = 60s;
inline constexpr Duration kDefaultTimeout = 5s;

}  // namespace homeport::dns::check
