#include "net/network.hpp"

namespace homeport::net {

std::unique_ptr<Splice> Network::splice() {
    return std::make_unique<CopySplice>();
}

void Network::limit_silence(Stream&, Duration) {}

}  // namespace homeport::net
