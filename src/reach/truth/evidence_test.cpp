#include "reach/truth/evidence.hpp"

#include <gtest/gtest.h>

namespace homeport::reach {
namespace {

TEST(Evidence, SourcesHaveWords) {
    EXPECT_EQ(to_text(EvidenceSource::nat_pmp), "router (NAT-PMP)");
    EXPECT_EQ(to_text(EvidenceSource::hop), "router on the way");
}

}  // namespace
}  // namespace homeport::reach
