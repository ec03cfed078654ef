#pragma once
/// Group commit: what is asked while one batch is being written becomes the next batch, so a slow
/// disk makes batches larger, not queues longer. Pure: the writing is somebody else's.
///
/// A batch is prepared as a whole, one work after the other, each against what those before it
/// want; then it is written; then all of it is shown and answered, or none of it is.

#include "core/result.hpp"
#include "store/name_store.hpp"

#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <span>
#include <vector>

namespace homeport::store {

/// Works of one batch; more wait for the next.
inline constexpr std::size_t kMaxBatchWorks = 1000;
/// Works that wait. More are refused.
inline constexpr std::size_t kMaxWaitingWorks = 20'000;

/// What somebody wants to be changed.
class Work {
public:
    virtual ~Work() = default;
    /// Adds the changes, if there are any.
    virtual void prepare(std::vector<NameChange>& changes) = 0;
    /// Called once, after the batch is durable and shown, or with the error that undid it. Its
    /// changes may have been fine in a batch that another one's spoilt.
    virtual void finish(const Result<>& done) = 0;
};

class GroupCommit {
public:
    struct Hooks {
        /// Writes a batch that is not empty, and calls `done` later: not from within the call. The
        /// changes live until then.
        std::function<void(std::span<const NameChange> changes,
                           std::move_only_function<void(Result<>)> done)>
            write;
        std::function<void()> begin;  ///< before the first prepare() of a batch
        /// It is durable: show it.
        std::function<void(std::span<const NameChange> changes)> commit;
        std::function<void()> roll_back;  ///< it is not: forget it
    };

    explicit GroupCommit(Hooks hooks) : hooks_(std::move(hooks)) {}

    /// It is begun by run(). When too many wait it is finished at once with an error (limit),
    /// without having been prepared.
    void submit(std::unique_ptr<Work> work);
    /// Begins a batch if there is something to do and none is being written.
    void run();

    std::size_t waiting() const { return waiting_.size(); }

private:
    void finish(const Result<>& done);

    Hooks hooks_;
    std::deque<std::unique_ptr<Work>> waiting_;
    std::vector<std::unique_ptr<Work>> batch_;
    std::vector<NameChange> changes_;  ///< of the batch
    bool writing_ = false;
};

}  // namespace homeport::store
