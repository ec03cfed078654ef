#pragma once
/// A stream of ours as what OpenSSL reads and writes below a connection. For the .cpp files of this
/// folder only.

#include "net/stream.hpp"
#include "net/tls/openssl_handles.hpp"

namespace homeport::net {

/// What such a BIO calls. Stream: has `IoResult transport_read(MutableBytes)`, `bool
/// transport_write(Bytes)` and `bool transport_ended() const`; it is the BIO's data.
template <class Stream>
struct Transport {
    /// Null when memory is short.
    static BioMethodHandle make() {
        BioMethodHandle method(
            BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "homeport"));
        const bool made = method != nullptr && BIO_meth_set_read(method.get(), read) == 1 &&
                          BIO_meth_set_write(method.get(), write) == 1 &&
                          BIO_meth_set_ctrl(method.get(), control) == 1;
        return made ? std::move(method) : nullptr;
    }

private:
    static Stream& stream_of(BIO* transport) {
        return *static_cast<Stream*>(BIO_get_data(transport));
    }

    static int read(BIO* transport, char* into, int size) {
        BIO_clear_retry_flags(transport);
        const MutableBytes view(reinterpret_cast<std::byte*>(into), static_cast<std::size_t>(size));
        const IoResult result = stream_of(transport).transport_read(view);
        switch (result.status) {
        case IoResult::Status::ok:
            return static_cast<int>(result.bytes);
        case IoResult::Status::again:
            BIO_set_retry_read(transport);
            return -1;
        case IoResult::Status::eof:
            return 0;
        default:
            return -1;
        }
    }

    static int write(BIO* transport, const char* from, int size) {
        BIO_clear_retry_flags(transport);
        const Bytes sealed(reinterpret_cast<const std::byte*>(from),
                           static_cast<std::size_t>(size));
        return stream_of(transport).transport_write(sealed) ? size : -1;
    }

    static long control(BIO* transport, int command, long, void*) {
        if (command == BIO_CTRL_FLUSH) return 1;
        if (command == BIO_CTRL_EOF) return stream_of(transport).transport_ended() ? 1 : 0;
        return 0;
    }
};

}  // namespace homeport::net
