#pragma once
/// A DNS UPDATE on its way through a batch.

#include "app/names/answers.hpp"
#include "app/names/batch_view.hpp"
#include "dns/server/access.hpp"
#include "dns/server/replay_guard.hpp"
#include "dns/update/update.hpp"
#include "net/loop.hpp"
#include "store/group_commit.hpp"

namespace homeport::app {

/// What all updates need; outlives them.
struct UpdateDesk {
    net::Loop& loop;
    Log& log;
    const dns::ZoneKeeper& keeper;
    const dns::Access& access;
    BatchView& view;
    dns::ReplayGuard& replays;
    dns::ProtectedName is_protected;
};

class UpdateWork final : public store::Work {
public:
    UpdateWork(UpdateDesk& desk, UpdateRequest request)
        : desk_(desk), request_(std::move(request)) {}

    void prepare(std::vector<store::NameChange>& changes) override;
    void finish(const Result<>& done) override;

private:
    void apply(std::vector<store::NameChange>& changes);
    std::uint64_t mac() const;

    UpdateDesk& desk_;
    UpdateRequest request_;
    dns::Query query_;
    dns::TsigCheck signature_;
    dns::Rcode rcode_ = dns::Rcode::serv_fail;
    bool silent_ = true;  ///< not looked at, or the first copy of it will be answered
    bool fresh_ = false;
};

}  // namespace homeport::app
