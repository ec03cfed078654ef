/// The path from a packet to its answer takes no memory from the heap. (Counts operator new of this
/// test program.)

#include "dns/zone/testing.hpp"

#include <gtest/gtest.h>
#include <cstdlib>

namespace {
std::size_t allocations = 0;
}

[[gnu::noinline]] void* operator new(std::size_t size) {
    ++allocations;
    if (void* const memory = std::malloc(size)) return memory;
    throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* memory) noexcept {
    std::free(memory);
}
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept {
    std::free(memory);
}

namespace homeport::dns {
namespace {

using namespace testing;

TEST(AnswerAllocation, None) {
    const ZoneSet zones = set_of({sign_zone(make_zone(
        "example.", {a("www.example."), txt("*.w.example."), cname("c.example.", "x.w.example."),
                     ns("sub.example.", "ns.sub.example."), a("ns.sub.example.")}))});
    Octets buffer(kMaxUdpBytes);
    for (const auto* const owner : {"www.example.", "no.example.", "c.example.", "x.w.example.",
                                    "y.sub.example.", "example.net."}) {
        const Octets packet = request(owner, RrType::txt, {.dnssec_ok = true});
        const std::size_t before = allocations;
        Query query;
        MessageWriter writer(buffer);
        const QueryStatus status = parse_query(packet, query);
        const Outcome outcome = answer(query, zones, {}, writer);
        const Bytes message = writer.finish();
        EXPECT_EQ(allocations, before) << owner;
        EXPECT_EQ(status, QueryStatus::ok);
        EXPECT_EQ(outcome, Outcome::answered);
        EXPECT_FALSE(message.empty());
    }
}

}  // namespace
}  // namespace homeport::dns
