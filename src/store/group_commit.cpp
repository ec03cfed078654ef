#include "store/group_commit.hpp"

#include <algorithm>
#include <utility>

namespace homeport::store {

void GroupCommit::submit(std::unique_ptr<Work> work) {
    if (waiting_.size() >= kMaxWaitingWorks)
        return work->finish(fail(Errc::limit, "too many changes wait for the disk"));
    waiting_.push_back(std::move(work));
}

void GroupCommit::run() {
    while (!writing_ && !waiting_.empty()) {
        hooks_.begin();
        while (!waiting_.empty() && batch_.size() < kMaxBatchWorks) {
            batch_.push_back(std::move(waiting_.front()));
            waiting_.pop_front();
            batch_.back()->prepare(changes_);
        }
        if (changes_.empty()) {
            finish({});
            continue;
        }
        writing_ = true;
        hooks_.write(changes_, [this](Result<> done) {
            writing_ = false;
            finish(done);
            run();
        });
    }
}

void GroupCommit::finish(const Result<>& done) {
    done ? hooks_.commit(changes_) : hooks_.roll_back();
    changes_.clear();
    for (const auto& work : std::exchange(batch_, {})) work->finish(done);
}

}  // namespace homeport::store
