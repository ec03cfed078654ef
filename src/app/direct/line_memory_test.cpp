#include "app/direct/line_memory.hpp"

#include "net/linux/entropy.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>

namespace homeport::app {
namespace {

struct LineMemoryTest : testing::Test {
    LineMemoryTest() { std::filesystem::create_directory(folder); }
    ~LineMemoryTest() override { std::filesystem::remove_all(folder); }

    static reach::UnitPort port(std::uint16_t external, std::uint16_t internal) {
        return {.external = external, .internal = {IpAddress(), internal}};
    }

    std::string folder =
        (std::filesystem::temp_directory_path() / ("hp-line-" + std::to_string(::getpid())))
            .string();
    std::string file = folder + "/line.json";
    net::KernelEntropy entropy;
};

TEST_F(LineMemoryTest, NoncesOutliveTheProcess) {
    LineMemory first(folder);
    ASSERT_TRUE(first.open(entropy));
    LineMemory second(folder);
    ASSERT_TRUE(second.open(entropy));
    EXPECT_EQ(first.nonce(port(443, 50000)), second.nonce(port(443, 50000)));
    EXPECT_NE(first.nonce(port(443, 50000)), first.nonce(port(443, 50001)));
    EXPECT_NE(first.nonce(port(443, 50000)), first.nonce(port(444, 50000)));
    reach::UnitPort udp = port(443, 50000);
    udp.transport = reach::Transport::udp;
    EXPECT_NE(first.nonce(udp), first.nonce(port(443, 50000)));
    std::filesystem::remove(file);
    LineMemory third(folder);
    ASSERT_TRUE(third.open(entropy));
    EXPECT_NE(first.nonce(port(443, 50000)), third.nonce(port(443, 50000)));
}

TEST_F(LineMemoryTest, RoutersAndAddressesAreRemembered) {
    LineMemory first(folder);
    ASSERT_TRUE(first.open(entropy));
    first.routers.upnp = std::string("any\0byte\xff", 9);
    first.history.seen(*IpAddress::parse("203.0.113.5"), 1'700'000'000);
    ASSERT_TRUE(first.save());
    LineMemory second(folder);
    ASSERT_TRUE(second.open(entropy));
    EXPECT_EQ(second.routers.upnp, first.routers.upnp);
    EXPECT_EQ(second.history.to_text(), first.history.to_text());
    EXPECT_EQ(std::filesystem::status(file).permissions(),
              std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

TEST_F(LineMemoryTest, ADamagedFileIsBegunAnewAndSaidSo) {
    for (const char* const text : {"", "{", "[]", "{\"secret\":\"AAAA\"}", "{\"secret\":7}"}) {
        std::ofstream(file) << text;
        std::filesystem::permissions(
            file, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
        LineMemory memory(folder);
        const auto opened = memory.open(entropy);
        ASSERT_FALSE(opened) << text;
        EXPECT_EQ(opened.error().code, Errc::invalid);
        EXPECT_TRUE(LineMemory(folder).open(entropy)) << "the next start finds a whole one";
    }
}

TEST_F(LineMemoryTest, OddPartsAreLeftOut) {
    LineMemory first(folder);
    ASSERT_TRUE(first.open(entropy));
    std::ifstream in(file);
    std::string text{std::istreambuf_iterator<char>(in), {}};
    const auto routers = text.find("\"routers\"");
    text.insert(routers, "\"addresses_of_old\": [1], ");
    text.replace(text.find("\"addresses\": \"\""), 15, "\"addresses\": [3]");
    std::ofstream(file) << text;
    LineMemory second(folder);
    EXPECT_TRUE(second.open(entropy));
    EXPECT_EQ(first.nonce(port(1, 2)), second.nonce(port(1, 2)));
}

}  // namespace
}  // namespace homeport::app
