#pragma once
/// Broken invariants stop the process, in every build. Peer input never reaches an assert.

namespace homeport {

[[noreturn]] void assert_failed(const char* expression, const char* file, int line);

}  // namespace homeport

#define HOMEPORT_ASSERT(expression)                                     \
    do {                                                                \
        if (!(expression)) [[unlikely]]                                 \
            ::homeport::assert_failed(#expression, __FILE__, __LINE__); \
    } while (false)
