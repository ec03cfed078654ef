#include "core/assert.hpp"

#include <cstdio>
#include <cstdlib>

namespace homeport {

void assert_failed(const char* expression, const char* file, int line) {
    std::fprintf(stderr, "homeport: broken invariant %s at %s:%d\n", expression, file, line);
    std::abort();
}

}  // namespace homeport
