#pragma once
/// Secure streams without the secrecy: each side sends 8 bytes of magic and its 32-byte public key
/// in the clear and then passes bytes through. Whoever claims a key has it; the connecting side
/// checks the expected one. `PlainSecurity` and its loop must outlive the streams.

#include "net/loop.hpp"
#include "net/secure.hpp"

namespace homeport::sim {

class PlainSecurity final : public net::Security {
public:
    PlainSecurity(net::Loop& loop, const PublicKey& own_key) : loop_(loop), own_key_(own_key) {}

    PublicKey own_key() const override { return own_key_; }
    std::unique_ptr<net::SecureStream> connect(std::unique_ptr<net::Stream> stream,
                                               const PublicKey& expected_peer) override;
    std::unique_ptr<net::SecureStream> accept(std::unique_ptr<net::Stream> stream) override;

private:
    net::Loop& loop_;
    PublicKey own_key_;
};

}  // namespace homeport::sim
