#include "store/group_commit.hpp"

#include <gmock/gmock.h>
#include <memory>
#include <string>

namespace homeport::store {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

struct GroupCommitTest : ::testing::Test {
    struct Note final : Work {
        Note(GroupCommitTest& owner, std::string text, bool changes)
            : test(owner), name(std::move(text)), changing(changes) {}
        void prepare(std::vector<NameChange>& changes) override {
            test.events.push_back("prepare " + name);
            if (changing) changes.emplace_back(StoredNotice{name});
        }
        void finish(const Result<>& done) override {
            test.events.push_back((done ? "done " : "failed ") + name);
        }
        GroupCommitTest& test;
        std::string name;
        bool changing;
    };

    void want(const std::string& name, bool changing = true) {
        commit.submit(std::make_unique<Note>(*this, name, changing));
        commit.run();
    }
    void written(Result<> result = {}) { std::exchange(done, nullptr)(std::move(result)); }
    std::vector<std::string> take() { return std::exchange(events, {}); }

    std::vector<std::string> events;
    std::move_only_function<void(Result<>)> done;
    std::vector<std::size_t> batches;
    GroupCommit commit{{
        [this](std::span<const NameChange> changes,
               std::move_only_function<void(Result<>)> when_done) {
            batches.push_back(changes.size());
            done = std::move(when_done);
        },
        [this] { events.emplace_back("begin"); },
        [this](std::span<const NameChange>) { events.emplace_back("commit"); },
        [this] { events.emplace_back("roll back"); },
    }};
};

// Nobody is answered before the batch is durable; those who come meanwhile are the next batch.
TEST_F(GroupCommitTest, OneBatchAtATime) {
    want("a");
    want("b");
    want("c");
    EXPECT_THAT(take(), ElementsAre("begin", "prepare a"));
    written();
    EXPECT_THAT(take(), ElementsAre("commit", "done a", "begin", "prepare b", "prepare c"));
    written();
    EXPECT_THAT(take(), ElementsAre("commit", "done b", "done c"));
    EXPECT_THAT(batches, ElementsAre(1u, 2u));
}

// What could not be written is undone as a whole, and what waited is prepared afterwards.
TEST_F(GroupCommitTest, AFailureUndoesTheBatch) {
    want("a");
    want("b");
    written(fail(Errc::io, "no room"));
    EXPECT_THAT(take(),
                ElementsAre("begin", "prepare a", "roll back", "failed a", "begin", "prepare b"));
    written();
    EXPECT_THAT(take(), ElementsAre("commit", "done b"));
}

// Who changes nothing waits for no disk.
TEST_F(GroupCommitTest, NothingToWrite) {
    want("a", false);
    EXPECT_THAT(take(), ElementsAre("begin", "prepare a", "commit", "done a"));
    EXPECT_THAT(batches, IsEmpty());
}

// Large crowds come in several batches; beyond the limit they are refused.
TEST_F(GroupCommitTest, Limits) {
    want("first");
    for (std::size_t i = 0; i < kMaxWaitingWorks; ++i)
        commit.submit(std::make_unique<Note>(*this, "x", true));
    take();
    commit.submit(std::make_unique<Note>(*this, "y", true));
    EXPECT_THAT(take(), ElementsAre("failed y"));
    while (done) written();
    EXPECT_EQ(commit.waiting(), 0u);
    EXPECT_THAT(batches, ::testing::Each(::testing::Le(kMaxBatchWorks)));
    EXPECT_EQ(batches.size(), 1 + kMaxWaitingWorks / kMaxBatchWorks);
}

}  // namespace
}  // namespace homeport::store
