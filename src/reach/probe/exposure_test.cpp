#include "reach/probe/exposure.hpp"

#include <gmock/gmock.h>

#include <vector>

namespace homeport::reach {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

std::vector<std::byte> octets(std::initializer_list<int> values, std::size_t size) {
    std::vector<std::byte> made;
    for (const int value : values) made.push_back(static_cast<std::byte>(value));
    made.resize(size);
    return made;
}

TEST(Exposure, QuestionsAreSmallAndNameTheAddress) {
    const std::string search =
        exposure_question(ProbeCheck::ssdp, *Endpoint::parse("203.0.113.5:1900"));
    EXPECT_THAT(search, StartsWith("M-SEARCH * HTTP/1.1\r\nHOST: 203.0.113.5:1900\r\n"));
    EXPECT_THAT(search, HasSubstr("\r\nST: ssdp:all\r\n"));
    EXPECT_LT(search.size(), 150u);
    // RFC 6886 section 3.2.
    EXPECT_EQ(exposure_question(ProbeCheck::port_mapping, *Endpoint::parse("203.0.113.5:5351")),
              std::string(2, '\0'));
    EXPECT_THAT(exposure_question(ProbeCheck::proof, *Endpoint::parse("203.0.113.5:5351")),
                IsEmpty());
}

TEST(Exposure, AnswersOfSsdp) {
    const std::string answer =
        "HTTP/1.1 200 OK\r\nST: upnp:rootdevice\r\nUSN: uuid:1::upnp:rootdevice\r\n"
        "LOCATION: http://192.168.1.1:5000/d.xml\r\n\r\n";
    EXPECT_TRUE(is_exposure_answer(ProbeCheck::ssdp, as_bytes(answer)));
    EXPECT_FALSE(is_exposure_answer(ProbeCheck::port_mapping, as_bytes(answer)));
    EXPECT_FALSE(is_exposure_answer(ProbeCheck::proof, as_bytes(answer)));
    const std::string echo =
        exposure_question(ProbeCheck::ssdp, *Endpoint::parse("203.0.113.5:1900"));
    EXPECT_FALSE(is_exposure_answer(ProbeCheck::ssdp, as_bytes(echo)));
    EXPECT_FALSE(is_exposure_answer(ProbeCheck::ssdp, {}));
}

TEST(Exposure, AnswersOfPortMapping) {
    const auto answers = [](std::initializer_list<int> head, std::size_t size) {
        return is_exposure_answer(ProbeCheck::port_mapping, octets(head, size));
    };
    EXPECT_TRUE(answers({0, 128, 0, 0, 0, 0, 0, 9, 203, 0, 113, 5}, 12));
    EXPECT_TRUE(answers({0, 128, 0, 3}, 8)) << "an error is an answer, too";
    EXPECT_TRUE(answers({2, 128, 0, 1}, 24)) << "PCP: this version is not spoken";
    EXPECT_FALSE(answers({0, 0}, 2)) << "the question itself";
    EXPECT_FALSE(answers({2, 0, 0, 1}, 24)) << "a question of PCP";
    EXPECT_FALSE(answers({2, 128, 0, 1}, 4));
    EXPECT_FALSE(answers({}, 0));
}

}  // namespace
}  // namespace homeport::reach
