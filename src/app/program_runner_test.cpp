#include "app/program_runner.hpp"

#include "app/testing.hpp"
#include "net/linux/loop.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>

namespace homeport::app {
namespace {

struct ProgramRunnerTest : testing::Test {
    ProgramRunnerTest() { std::filesystem::create_directory(folder); }
    ~ProgramRunnerTest() override { std::filesystem::remove_all(folder); }

    std::string script(const std::string& body) {
        const std::string path = folder + "/hook";
        std::ofstream(path) << "#!/bin/sh\n" << body << "\n";
        std::filesystem::permissions(path, std::filesystem::perms::owner_all);
        return path;
    }
    std::string result() const {
        std::ifstream in(folder + "/out");
        return {std::istreambuf_iterator<char>(in), {}};
    }
    void finish() {
        for (int i = 0; i < 200 && runner.running() > 0; ++i) loop.turn(50ms);
        EXPECT_EQ(runner.running(), 0U);
    }

    std::string folder =
        (std::filesystem::temp_directory_path() / ("hp-hook-" + std::to_string(::getpid())))
            .string();
    net::EpollLoop loop;
    NullLog log;
    ProgramRunner runner{loop, log};
};

TEST_F(ProgramRunnerTest, ArgumentsArriveAsTheyAre) {
    runner.run({script("printf '%s|' \"$@\" > " + folder + "/out"), "a b", "$HOME;x", "192.0.2.1"});
    EXPECT_EQ(runner.running(), 1U);
    finish();
    EXPECT_EQ(result(), "a b|$HOME;x|192.0.2.1|");
}

TEST_F(ProgramRunnerTest, SignalsReachIt) {
    runner.run({script("trap 'echo heard > " + folder + "/out; exit 3' TERM; kill -TERM $$")});
    finish();
    EXPECT_EQ(result(), "heard\n");
}

TEST_F(ProgramRunnerTest, WhatIsNotThereOrTooManyIsLeftOut) {
    runner.run({folder + "/nothing"});
    EXPECT_EQ(runner.running(), 0U);
    const std::string path = script("sleep 0.3");
    for (std::size_t i = 0; i < kMaxPrograms + 3; ++i) runner.run({path});
    EXPECT_EQ(runner.running(), kMaxPrograms);
    finish();
}

}  // namespace
}  // namespace homeport::app
