/// What many streams together may hold, and who pays when it is too much.

#include "tunnel/protocol/session_testing.hpp"

#include <gtest/gtest.h>

namespace homeport::tunnel::testing {
namespace {

constexpr std::uint64_t kBytes = 4 << 20;
constexpr std::uint64_t kDownload = 1 << 20;
constexpr std::size_t kAll = 1 << 20;

struct SessionMemory : ::testing::Test {
    World world{1, kBytes};

    /// The first reader is quick, the others take `slowly` bytes at a time.
    void round(std::uint64_t slowly) {
        for (auto& [id, talk] : world.talks) {
            if (talk.sides[1] == nullptr) continue;
            talk.sides[1]->establish();
            talk.sides[1]->write(kAll);
        }
        world.advance(11ms);
        world.settle();
        for (auto& [id, talk] : world.talks)
            talk.sides[0]->read(id == 1 ? kAll : slowly, world.now);
        for (const auto& process : world.process) {
            EXPECT_LE(process->session.budget().used(),
                      kBytes + world.talks.size() * (kLeastShareBytes + kRecordBytes));
        }
    }
    /// Returns how many of so many downloads were cut.
    std::size_t download(std::size_t count, std::uint64_t slowly) {
        world.attach();
        for (std::size_t i = 0; i < count; ++i) world.open(0, kDownload);
        for (int i = 0; i < 50; ++i) round(slowly);
        return std::count_if(world.talks.begin(), world.talks.end(), [](const auto& entry) {
            return entry.second.sides[0]->told_of_failure();
        });
    }
};

// Slow readers fill the memory that is theirs and no stream is cut for it; a quick one is served
// meanwhile.
TEST_F(SessionMemory, SlowReadersHurtNobody) {
    EXPECT_EQ(download(100, 200), 0U);
    EXPECT_GT(world.talks.at(1).sides[0]->read_bytes(), 300'000U);
    for (int i = 0; i < 500; ++i) round(kAll);
    for (auto& [id, talk] : world.talks) EXPECT_EQ(talk.sides[0]->read_bytes(), kDownload);
}

// When so many stand still that the least of each is too much together, some pay with their own
// stream, by a reset with its reason at both ends. Memory stays bounded.
TEST_F(SessionMemory, StalledReadersPay) {
    const std::size_t paid = download(400, 1);
    EXPECT_GT(paid, 0U);
    EXPECT_LT(paid, 200U);
    for (auto& [id, talk] : world.talks) {
        if (!talk.sides[0]->told_of_failure()) continue;
        EXPECT_TRUE(talk.sides[1]->told_of_failure());
        EXPECT_EQ(talk.sides[1]->stream()->failure(), Errc::limit);
    }
}

}  // namespace
}  // namespace homeport::tunnel::testing
