#include "store/memory/memory_store.hpp"
#include "store/conformance.hpp"

namespace homeport::store::conformance {
namespace {

struct MemoryWorld {
    static constexpr bool kDurable = false;
    std::unique_ptr<RelayStore> open() { return std::make_unique<MemoryStore>(); }
};

INSTANTIATE_TYPED_TEST_SUITE_P(Memory, RelayStoreTest, MemoryWorld);

}  // namespace
}  // namespace homeport::store::conformance
