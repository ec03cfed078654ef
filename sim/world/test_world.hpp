#pragma once
/// Shared by the tests of the world: two hosts, and a plug that holds one stream and notes its
/// edges.

#include "sim/world/host_network.hpp"
#include "sim/world/sim_stream.hpp"
#include "sim/world/wire.hpp"

#include <memory>
#include <string>

namespace homeport::sim {

inline IpAddress ip(std::string_view text) {
    return IpAddress::parse(text).value();
}
inline Endpoint at(std::string_view text) {
    return Endpoint::parse(text).value();
}

class Plug final : public net::StreamHandler {
public:
    void set(std::unique_ptr<net::Stream> stream) {
        stream_ = std::move(stream);
        stream_->set_handler(this);
        drain();
    }
    net::Stream& operator*() const { return *stream_; }
    net::Stream* operator->() const { return stream_.get(); }
    explicit operator bool() const { return stream_ != nullptr; }
    void close() { stream_.reset(); }

    void on_readable() override {
        ++readable_edges;
        if (close_on_edge) return close();
        drain();
    }
    void on_writable() override {
        ++writable_edges;
        if (close_on_edge) close();
    }
    void drain() {
        char buffer[1000];
        while (reading) {
            const MutableBytes view(reinterpret_cast<std::byte*>(buffer), sizeof buffer);
            last = stream_->read(view);
            if (last.status != net::IoResult::Status::ok) return;
            got.append(buffer, last.bytes);
        }
    }
    /// Writes until `again`; returns the bytes taken.
    std::size_t fill() {
        const std::string block(10'000, 'x');
        std::size_t taken = 0;
        while (true) {
            const auto result = stream_->write(as_bytes(block));
            if (result.status != net::IoResult::Status::ok) return taken;
            taken += result.bytes;
        }
    }
    bool ended() const { return last.status == net::IoResult::Status::eof; }
    bool failed() const { return last.status == net::IoResult::Status::error; }

    bool reading = true;
    bool close_on_edge = false;
    std::string got;
    net::IoResult last;
    int readable_edges = 0;
    int writable_edges = 0;

private:
    std::unique_ptr<net::Stream> stream_;
};

/// A client and a server 5 ms apart, and one connection between them.
struct TwoHosts {
    explicit TwoHosts(std::uint64_t seed = 1) : simulation(seed) {}

    void listen() {
        listener = *server.network().listen(at("192.0.2.1:80"), {}, [this](auto stream) {
            ++accepted;
            server_end.set(std::move(stream));
        });
    }
    void dial(Duration timeout = 10s) {
        handle =
            client.network().dial(at("192.0.2.1:80"), {.timeout = timeout}, [this](auto result) {
                dialled_at = simulation.elapsed();
                if (result) {
                    client_end.set(std::move(*result));
                } else {
                    error = result.error().code;
                }
            });
    }
    void connect() {
        listen();
        dial();
        simulation.run_for(100ms);
    }

    Simulation simulation;
    Wire wire{simulation};
    Host& client = wire.add_host("client", "198.51.100.1");
    Host& server = wire.add_host("server", "192.0.2.1");
    std::unique_ptr<net::Listener> listener;
    std::unique_ptr<net::Handle> handle;
    int accepted = 0;
    Plug client_end;
    Plug server_end;
    std::optional<Errc> error;
    Duration dialled_at{};
};

}  // namespace homeport::sim
