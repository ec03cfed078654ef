/// What a peer may put into a record once its cipher is out of the way: the cipher here changes
/// nothing. Any bytes must give records, an alert or a wait, and never more than they hold.

#include "core/assert.hpp"
#include "net/tls/record_layer.hpp"

#include <algorithm>
#include <cstdint>

using namespace homeport;
using namespace homeport::net;

namespace {

class NoCipher final : public Aead {
public:
    bool seal(const Nonce&, Bytes, std::span<const Bytes> plain, MutableBytes out) override {
        for (const Bytes view : plain) {
            std::ranges::copy(view, out.begin());
            out = out.subspan(view.size());
        }
        return true;
    }
    bool open(const Nonce&, Bytes, Bytes sealed, MutableBytes out) override {
        const Bytes body = sealed.first(sealed.size() - kTagBytes);
        HOMEPORT_ASSERT(out.size() >= body.size());
        std::ranges::copy(body, out.begin());
        return sealed.back() != std::byte{0xff};  // forged
    }
};

class NoCipherSource final : public AeadSource {
public:
    std::unique_ptr<Aead> make(Suite, Bytes) override { return std::make_unique<NoCipher>(); }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    ChunkPool pool;
    NoCipherSource source;
    RecordOpener opener(source, Suite::aes_128_gcm, {});
    SliceQueue into;
    Bytes input = std::as_bytes(std::span(data, size));
    while (true) {
        const std::size_t before = into.size();
        const auto record = opener.open(input, pool, into);
        if (!record || record->bytes == 0) {
            HOMEPORT_ASSERT(into.size() == before);
            return 0;
        }
        HOMEPORT_ASSERT(record->bytes <= input.size());
        HOMEPORT_ASSERT(into.size() - before + record->message.size() < record->bytes);
        if (record->type == ContentType::handshake) opener.update_key();
        input = input.subspan(record->bytes);
    }
}
