#pragma once
/// Answers of the control socket.

#include "app/facts.hpp"

#include <string>
#include <vector>

namespace homeport::app {

/// The fields promised to users: role, version, uptime_s; sessions[] (relay) or relay{} (agent)
/// with name, state, since (ISO 8601, UTC), last_heard_ms (null: never), links, rtt_ms (null: not
/// measured); services[] with agent (relay only), name, kind, state, streams, parked, bytes_in,
/// bytes_out, visitors_total, refused_total; resumes_total, resets_total. One line.
/// A relay has hosts[] with agent, host and state (direct, relayed, away, parked).
/// A relay that answers DNS also has dns{} with zones[] and their secondaries[]; one that gives
/// names away has names{}.
std::string status_json(const RoleFacts& facts);

/// What came of reading the settings again.
struct ReloadReport {
    std::vector<std::string> changed;   ///< keys that are in force now
    std::vector<std::string> restart;   ///< keys that wait for a restart
    std::vector<std::string> problems;  ///< FILE:LINE: what (remedy); then nothing was changed
};

/// {"changed":[...],"restart":[...]}, or {"error":...,"remedy":...,"problems":[...]}.
std::string reload_json(const ReloadReport& report);

}  // namespace homeport::app
