#pragma once
/// Streams whose every byte is known: byte `offset` of the stream `seed` is a function of both, so
/// that a lost, repeated, moved or invented byte is seen at its offset.

#include "core/bytes.hpp"
#include "sim/world/random.hpp"

#include <cstdint>
#include <optional>

namespace homeport::sim {

/// Writes the bytes from `offset` on.
void fill_pattern(std::uint64_t seed, std::uint64_t offset, MutableBytes out);
/// Index of the first byte that is not the one from `offset` on; nullopt when all are right.
std::optional<std::size_t> find_wrong_byte(std::uint64_t seed, std::uint64_t offset, Bytes bytes);

/// What a visitor asks of a target server, as the first bytes of its stream.
struct Order {
    enum class Mode : std::uint8_t {
        serve,   ///< the target sends `length` bytes of the pattern and closes
        echo,    ///< the visitor sends them and its end, the target sends them back and closes
        upload,  ///< the visitor sends them and its end, the target answers with a receipt and
                 ///< closes
    };
    static constexpr std::size_t kBytes = 33;
    static constexpr std::uint64_t kNoAbort = kMaxVarint;

    Mode mode = Mode::serve;
    std::uint64_t seed = 0;
    std::uint64_t length = 0;
    std::uint64_t abort_at = kNoAbort;  ///< the target resets when it has sent (or got) so many

    void write(Writer& writer) const;
    /// nullopt: not an order, so bytes were changed on the way.
    static std::optional<Order> read(Bytes bytes);
};

/// The target's answer to an upload.
inline constexpr std::size_t kReceiptBytes = 16;
void write_receipt(Writer& writer, const Order& order);

}  // namespace homeport::sim
