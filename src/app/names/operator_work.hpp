#pragma once
/// Orders of the operator that concern the name service, as works of a batch: what they say holds
/// when it is answered.

#include "app/names/operator_order.hpp"
#include "store/group_commit.hpp"

#include <nlohmann/json_fwd.hpp>

#include <memory>

namespace homeport::app {

/// What the answers need beside the registry.
struct OperatorView {
    names::Registry& registry;
    UnixSeconds quarantine = 0;    ///< seconds, of a new name
    UnixSeconds expire_after = 0;  ///< seconds, of one that nobody confirmed
    std::function<names::Moment()> moment;
};

/// Of any order but ReadEvidence and ListDs. What `view` refers to must outlive the work.
std::unique_ptr<store::Work> operator_work(OperatorView view, Order order, OrderReply reply);

/// {"evidence":[...]}, the newest first.
std::string evidence_json(const std::vector<store::StoredEvidence>& list);

}  // namespace homeport::app
