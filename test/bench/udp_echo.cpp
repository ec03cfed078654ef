/// Packets per second through the UDP workers, with a handler that echoes, and what a packet costs
/// their threads.
///
///     bench_udp_echo [BYTES] [SENDERS]
///
/// Prints one line for 1 and one for 2 workers; each is measured for a second. The senders are
/// threads here that keep a window of requests on their way from several ports: on a machine with
/// few processors they take as much of them as the workers, so CPU per packet is the figure that
/// compares.

#include "core/assert.hpp"
#include "net/linux/datagram_workers.hpp"
#include "net/linux/fd.hpp"
#include "net/linux/socket_address.hpp"

#include <sys/resource.h>
#include <sys/socket.h>
#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <thread>
#include <vector>

namespace {

using namespace homeport;
using Clock = std::chrono::steady_clock;

constexpr auto kWarmUp = std::chrono::milliseconds(200);
constexpr auto kMeasured = std::chrono::milliseconds(1000);
constexpr std::size_t kPorts = 16;   ///< of one sender
constexpr std::size_t kWindow = 32;  ///< requests on their way from one port

double thread_cpu_us() {
    rusage usage{};
    ::getrusage(RUSAGE_THREAD, &usage);
    const auto us = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_usec);
    };
    return us(usage.ru_utime) + us(usage.ru_stime);
}

/// Which sample of CPU time the workers shall take: 0 none, then the first and the second.
std::atomic<std::size_t> wanted_sample{0};

struct Samples {
    std::array<std::atomic<double>, 3> cpu_us{};
    std::atomic<std::size_t> taken{0};
    std::atomic<std::size_t> batches{0};
};

struct Echo final : net::DatagramHandler {
    explicit Echo(Samples& into) : samples(into) {}
    void begin_batch() override {
        samples.batches.fetch_add(1, std::memory_order_relaxed);
        const std::size_t wanted = wanted_sample.load(std::memory_order_relaxed);
        if (samples.taken.load(std::memory_order_relaxed) == wanted) return;
        samples.cpu_us[wanted] = thread_cpu_us();
        samples.taken = wanted;
    }
    std::size_t answer(const net::DatagramRequest& request, MutableBytes reply) override {
        std::ranges::copy(request.bytes, reply.begin());
        return request.bytes.size();
    }

    Samples& samples;
};

struct Port {
    explicit Port(const Endpoint& server) {
        fd = net::Fd(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
        const auto name = net::to_kernel(server);
        HOMEPORT_ASSERT(::connect(fd.get(), name->get(), name->size) == 0);
    }
    net::Fd fd;
};

/// Fills the window of each port in turn, and takes what came back.
void send_until(const std::atomic<bool>& stop, const Endpoint& server, std::size_t bytes) {
    std::vector<Port> ports;
    for (std::size_t i = 0; i < kPorts; ++i) ports.emplace_back(server);
    std::vector<std::byte> payload(bytes, std::byte{7});
    std::vector<std::byte> room(bytes);
    iovec out{payload.data(), bytes};
    iovec in{room.data(), bytes};
    std::array<mmsghdr, kWindow> sent{};
    std::array<mmsghdr, kWindow> received{};
    for (std::size_t i = 0; i < kWindow; ++i) {
        sent[i].msg_hdr.msg_iov = &out;
        received[i].msg_hdr.msg_iov = &in;
        sent[i].msg_hdr.msg_iovlen = received[i].msg_hdr.msg_iovlen = 1;
    }
    std::vector<std::size_t> missing(kPorts, kWindow);
    while (!stop) {
        for (std::size_t i = 0; i < kPorts; ++i) {
            const int fd = ports[i].fd.get();
            (void)::sendmmsg(fd, sent.data(), static_cast<unsigned>(missing[i]), 0);
            const int back = ::recvmmsg(fd, received.data(), kWindow, MSG_DONTWAIT, nullptr);
            missing[i] = static_cast<std::size_t>(std::max(back, 1));  // one: some may be lost
        }
    }
}

struct Figures {
    double packets_per_second = 0;
    double cpu_us_per_packet = 0;
    double packets_per_batch = 0;
};

void wait_for(const std::vector<Samples>& samples, std::size_t number) {
    wanted_sample = number;
    const auto end = Clock::now() + std::chrono::milliseconds(100);
    const auto missing = [number](const Samples& one) { return one.taken != number; };
    while (std::ranges::any_of(samples, missing) && Clock::now() < end) std::this_thread::yield();
}

Figures measure(std::size_t workers, std::size_t bytes, std::size_t senders) {
    std::vector<Samples> samples(workers);
    wanted_sample = 0;
    auto made = net::serve_datagrams(
        {Endpoint{*IpAddress::parse("127.0.0.1"), 0}}, workers,
        [&](std::size_t worker) { return std::make_unique<Echo>(samples[worker]); });
    HOMEPORT_ASSERT(made.has_value());
    std::atomic<bool> stop = false;
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < senders; ++i)
        threads.emplace_back([&] { send_until(stop, (*made)->local()[0], bytes); });
    std::this_thread::sleep_for(kWarmUp);
    wait_for(samples, 1);
    const auto start = Clock::now();
    const auto before = (*made)->counters().answered;
    std::this_thread::sleep_for(kMeasured);
    wait_for(samples, 2);
    const double packets = static_cast<double>((*made)->counters().answered - before);
    const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
    stop = true;
    for (std::thread& thread : threads) thread.join();
    double cpu_us = 0;
    double batches = 0;
    for (const Samples& one : samples) {
        cpu_us += one.cpu_us[2] - one.cpu_us[1];
        batches += static_cast<double>(one.batches);
    }
    const double received = static_cast<double>((*made)->counters().received);
    return {packets / seconds, cpu_us / packets, received / batches};
}

}  // namespace

int main(int count, char** words) {
    const std::size_t bytes = count > 1 ? std::strtoul(words[1], nullptr, 10) : 64;
    const std::size_t senders = count > 2 ? std::strtoul(words[2], nullptr, 10) : 1;
    for (const std::size_t workers : {std::size_t{1}, std::size_t{2}}) {
        const Figures figures = measure(workers, bytes, senders);
        std::printf(
            "%zu worker%s %9.0f packets/s %6.2f us of CPU per packet, %.1f packets per batch\n",
            workers, workers == 1 ? " " : "s", figures.packets_per_second,
            figures.cpu_us_per_packet, figures.packets_per_batch);
    }
    return 0;
}
