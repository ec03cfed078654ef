#include "reach/portmap/upnp_memory.hpp"

#include "reach/portmap/limits.hpp"

#include <gtest/gtest.h>

namespace homeport::reach {
namespace {

TEST(UpnpMemory, ReadsBack) {
    UpnpMemory memory;
    memory.locations = {HttpUrl::parse("http://192.168.1.1:5000/d").value(),
                        HttpUrl::parse("http://[2001:db8::1]:5000/d").value()};
    memory.quirks = {UpnpQuirks::Lease::week, true};
    memory.pinholes[MappingNonce{std::byte{7}}] = "65535";
    const UpnpMemory again = UpnpMemory::read(memory.to_text());
    EXPECT_EQ(again.locations, memory.locations);
    EXPECT_EQ(again.quirks.lease, UpnpQuirks::Lease::week);
    EXPECT_TRUE(again.quirks.no_extension);
    EXPECT_EQ(again.pinholes, memory.pinholes);
    EXPECT_EQ(UpnpMemory{}.to_text(), "");
}

TEST(UpnpMemory, GarbageIsLeftOut) {
    for (const auto* const text :
         {"\n\n", "location x\n", "lease always\n", "pinhole 00 1\n", "pinhole\npinhole ",
          "pinhole 000000000000000000000000 99999\n", "location "}) {
        EXPECT_EQ(UpnpMemory::read(text).to_text(), "") << text;
    }
}

TEST(UpnpMemory, FitsWhateverThereIs) {
    UpnpMemory memory;
    memory.quirks = {UpnpQuirks::Lease::permanent, true};
    for (int i = 0; i < 300; ++i) {
        MappingNonce nonce{};
        nonce[0] = static_cast<std::byte>(i % 256);
        nonce[1] = static_cast<std::byte>(i / 256);
        memory.pinholes[nonce] = "65535";
        memory.locations.push_back(
            HttpUrl::parse("http://192.168.1.1/" + std::string(480, 'x')).value());
    }
    const std::string text = memory.to_text();
    EXPECT_LE(text.size(), kMaxMemoryBytes);
    EXPECT_EQ(UpnpMemory::read(text).pinholes.size(), kMaxRememberedPinholes);
}

}  // namespace
}  // namespace homeport::reach
