#include "net/linux/datagram_workers.hpp"

#include "net/linux/fd.hpp"
#include "net/linux/socket_address.hpp"

#include <gmock/gmock.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <thread>

namespace homeport::net {
namespace {

using ::testing::HasSubstr;

Endpoint at(const std::string& address, std::uint16_t port = 0) {
    return {*IpAddress::parse(address), port};
}

/// A blocking client; an answer that does not come in time is none.
class Client {
public:
    explicit Client(const Endpoint& server, const Endpoint& from = {}) : server_(server) {
        const bool v4 = server.address.is_v4();
        fd_ = Fd(::socket(v4 ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0));
        if (from == Endpoint{}) return;
        const auto name = to_kernel(from);
        EXPECT_EQ(::bind(fd_.get(), name->get(), name->size), 0);
    }
    void send(std::string_view text) {
        const auto name = to_kernel(server_);
        const auto sent = ::sendto(fd_.get(), text.data(), text.size(), 0, name->get(), name->size);
        EXPECT_EQ(sent, static_cast<ssize_t>(text.size()));
    }
    std::optional<std::string> receive(int patience_ms = 5000) {
        pollfd watched{fd_.get(), POLLIN, 0};
        if (::poll(&watched, 1, patience_ms) != 1) return std::nullopt;
        std::string room(8192, '\0');
        KernelAddress name;
        const auto count =
            ::recvfrom(fd_.get(), room.data(), room.size(), 0, name.get(), &name.size);
        if (count < 0) return std::nullopt;
        replied_from = from_kernel(name);
        return room.substr(0, static_cast<std::size_t>(count));
    }
    std::optional<std::string> ask(std::string_view text) {
        send(text);
        return receive();
    }
    Endpoint local() const {
        KernelAddress name;
        ::getsockname(fd_.get(), name.get(), &name.size);
        return from_kernel(name);
    }

    int descriptor() const { return fd_.get(); }

    Endpoint replied_from;

private:
    Endpoint server_;
    Fd fd_;
};

/// "quiet" gets nothing, "long" the longest reply; others get themselves, with a prefix.
struct Echo final : DatagramHandler {
    explicit Echo(std::string mark = "=") : prefix(std::move(mark)) {}
    void begin_batch() override {
        ++batches;
        in_batch = true;
    }
    std::size_t answer(const DatagramRequest& request, MutableBytes reply) override {
        EXPECT_TRUE(in_batch);
        EXPECT_EQ(reply.size(), kDatagramReplyBytes);
        if (thread == std::thread::id()) thread = std::this_thread::get_id();
        EXPECT_EQ(thread, std::this_thread::get_id());
        const std::string_view text = as_text(request.bytes);
        if (text == "quiet") return 0;
        if (text == "long") return reply.size();
        if (text == "who") return fill(reply, request.from.to_string());
        return fill(reply, prefix + std::string(text).substr(0, reply.size() - prefix.size()));
    }
    static std::size_t fill(MutableBytes reply, const std::string& text) {
        std::ranges::copy(as_bytes(text), reply.begin());
        return text.size();
    }

    std::string prefix;
    std::thread::id thread;
    std::size_t batches = 0;
    bool in_batch = false;
};

std::unique_ptr<DatagramService> serve(const std::vector<Endpoint>& listen,
                                       std::size_t workers = 1) {
    auto made = serve_datagrams(listen, workers, [](std::size_t worker) {
        return std::make_unique<Echo>(std::to_string(worker) + "=");
    });
    EXPECT_TRUE(made.has_value()) << (made ? "" : made.error().what);
    return made ? std::move(*made) : nullptr;
}

template <class Condition>
bool wait_until(Condition done) {
    for (int i = 0; i < 500; ++i) {
        if (done()) return true;
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return false;
}

std::size_t open_descriptors() {
    const std::filesystem::directory_iterator all("/proc/self/fd");
    return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

// Both families answer, the reply comes from the address that was asked, and the handler knows who
// asked.
TEST(DatagramWorkers, AnswersBothFamilies) {
    const auto service = serve({at("127.0.0.1"), at("::1"), at("127.0.0.2")});
    ASSERT_EQ(service->local().size(), 3u);
    for (const Endpoint& server : service->local()) {
        ASSERT_NE(server.port, 0);
        Client client(server);
        EXPECT_EQ(client.ask("hello"), "0=hello");
        EXPECT_EQ(client.replied_from, server);
        const std::string who = client.ask("who").value_or("");
        EXPECT_EQ(who,
                  Endpoint({server.address.is_v4() ? at("127.0.0.1").address : at("::1").address,
                            client.local().port})
                      .to_string());
    }
    EXPECT_TRUE(wait_until([&] { return service->counters().answered == 6; }));
}

// A wildcard address answers from whichever of its addresses was asked.
TEST(DatagramWorkers, WildcardAnswersFromTheAddressAsked) {
    const auto service = serve({at("0.0.0.0"), at("::")}, 2);
    for (const char* const address : {"127.0.0.1", "127.0.0.5", "127.8.9.10"}) {
        const Endpoint server = at(address, service->local()[0].port);
        Client client(server);
        EXPECT_TRUE(client.ask("x"));
        EXPECT_EQ(client.replied_from, server);
    }
    const Endpoint server = at("::1", service->local()[1].port);
    Client client(server);
    EXPECT_TRUE(client.ask("x"));
    EXPECT_EQ(client.replied_from, server);
    // :: is for IPv6 only: nobody has its port at 127.0.0.1.
    if (service->local()[0].port == service->local()[1].port) return;
    Client other(at("127.0.0.1", service->local()[1].port));
    other.send("x");
    EXPECT_EQ(other.receive(100), std::nullopt);
}

// Requests up to the room are answered, longer ones are dropped; an empty one is a request too.
TEST(DatagramWorkers, LongDatagrams) {
    const auto service = serve({at("127.0.0.1"), at("::1")});
    for (const Endpoint& server : service->local()) {
        Client client(server);
        EXPECT_EQ(client.ask("long").value_or("").size(), kDatagramReplyBytes);
        const std::string fits(kDatagramRequestBytes, 'f');
        EXPECT_EQ(client.ask(fits), "0=" + fits.substr(2));
        client.send(std::string(kDatagramRequestBytes + 1, 'g'));
        client.send(std::string(60'000, 'h'));
        EXPECT_EQ(client.ask(""), "0=");
    }
    EXPECT_TRUE(wait_until([&] { return service->counters().dropped == 4; }));
    EXPECT_EQ(service->counters().received, 10u);
    EXPECT_EQ(service->counters().answered, 6u);
}

// What the handler leaves without a reply gets none, and others of its batch are not mixed up.
TEST(DatagramWorkers, SilenceIsAnAnswer) {
    const auto service = serve({at("127.0.0.1")});
    Client client(service->local()[0]);
    for (int i = 0; i < 20; ++i) {
        client.send("quiet");
        client.send(std::to_string(i));
    }
    for (int i = 0; i < 20; ++i) EXPECT_EQ(client.receive(), "0=" + std::to_string(i));
    EXPECT_EQ(client.receive(50), std::nullopt);
    EXPECT_TRUE(wait_until([&] { return service->counters().received == 40; }));
    EXPECT_EQ(service->counters().dropped, 0u);
}

// Many clients: everybody gets his own answers, always from the same worker, and all workers work.
TEST(DatagramWorkers, ManyClientsManyWorkers) {
    constexpr std::size_t kClients = 200;
    constexpr std::size_t kWorkers = 3;
    const auto service = serve({at("127.0.0.1")}, kWorkers);
    std::vector<Client> clients;
    for (std::size_t i = 0; i < kClients; ++i) clients.emplace_back(service->local()[0]);
    std::set<char> seen;
    for (int round = 0; round < 5; ++round) {
        for (std::size_t i = 0; i < kClients; ++i) clients[i].send(std::to_string(i));
        for (std::size_t i = 0; i < kClients; ++i) {
            const std::string reply = clients[i].receive().value_or("none");
            EXPECT_EQ(reply.substr(1), "=" + std::to_string(i));
            seen.insert(reply[0]);
        }
    }
    EXPECT_EQ(seen.size(), kWorkers);
    EXPECT_TRUE(wait_until([&] { return service->counters().answered == 5 * kClients; }));
}

// A reply that the kernel refuses costs only itself. One to a broadcast is such: the address asked
// can be no source.
TEST(DatagramWorkers, RefusedRepliesAreDropped) {
    const auto service = serve({at("0.0.0.0")});
    const std::uint16_t port = service->local()[0].port;
    Client crier(at("127.255.255.255", port));
    const int fd = crier.descriptor();
    const int on = 1;
    ::setsockopt(fd, SOL_SOCKET, SO_BROADCAST, &on, sizeof on);
    crier.send("x");
    Client client(at("127.0.0.1", port));
    EXPECT_EQ(client.ask("y"), "0=y");
    EXPECT_TRUE(wait_until([&] { return service->counters().received == 2; }));
    EXPECT_EQ(service->counters().answered, 1u);
    EXPECT_EQ(service->counters().dropped, 1u);
}

// Nobody can be answered at port 0, so nobody is asked what to answer.
TEST(DatagramWorkers, NothingGoesToPortZero) {
    const Fd raw(::socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_UDP));
    if (!raw) GTEST_SKIP() << "needs CAP_NET_RAW";
    const auto service = serve({at("127.0.0.1")});
    const Endpoint server = service->local()[0];
    // Source port, destination port, length, no checksum; then the request.
    const std::array<std::uint8_t, 10> datagram{0,
                                                0,
                                                static_cast<std::uint8_t>(server.port >> 8),
                                                static_cast<std::uint8_t>(server.port),
                                                0,
                                                10,
                                                0,
                                                0,
                                                'h',
                                                'i'};
    const auto name = to_kernel(server);
    ASSERT_EQ(::sendto(raw.get(), datagram.data(), datagram.size(), 0, name->get(), name->size),
              static_cast<ssize_t>(datagram.size()));
    EXPECT_TRUE(wait_until([&] { return service->counters().dropped == 1; }));
    EXPECT_EQ(service->counters().received, 1u);
    EXPECT_EQ(Client(server).ask("a"), "0=a");
}

// Handlers are made by the caller's thread, in order, and asked by one thread each.
TEST(DatagramWorkers, HandlersAreMadeHereAndAskedThere) {
    std::vector<std::size_t> made;
    std::vector<Echo*> handlers;
    const auto here = std::this_thread::get_id();
    auto service = serve_datagrams({at("127.0.0.1")}, 3, [&](std::size_t worker) {
        EXPECT_EQ(std::this_thread::get_id(), here);
        made.push_back(worker);
        auto handler = std::make_unique<Echo>();
        handlers.push_back(handler.get());
        return handler;
    });
    ASSERT_TRUE(service);
    EXPECT_EQ(made, (std::vector<std::size_t>{0, 1, 2}));
    for (int i = 0; i < 30; ++i) EXPECT_EQ(Client((*service)->local()[0]).ask("a"), "=a");
}

// A reply may come later, from another thread, also on a socket for all addresses; it leaves from
// the address that was asked; even when the service has ended meanwhile.
TEST(DatagramWorkersTest, AReplyMayComeLater) {
    struct Later final : DatagramHandler {
        explicit Later(std::vector<std::unique_ptr<DatagramReturn>>& list) : ways(list) {}
        std::size_t answer(const DatagramRequest& request, MutableBytes) override {
            ways.push_back(request.way_back());
            ++asked;
            return 0;
        }
        std::vector<std::unique_ptr<DatagramReturn>>& ways;
        std::atomic<int> asked = 0;
    };
    std::vector<std::unique_ptr<DatagramReturn>> ways;
    Later* handler = nullptr;
    auto service = serve_datagrams({at("0.0.0.0")}, 1, [&](std::size_t) {
        auto made = std::make_unique<Later>(ways);
        handler = made.get();
        return made;
    });
    ASSERT_TRUE(service);
    Client client(at("127.0.0.7", (*service)->local()[0].port));
    client.send("one");
    client.send("two");
    while (handler->asked < 2) std::this_thread::yield();
    std::thread([&ways] { ways[1]->send(as_bytes("to two")); }).join();
    EXPECT_EQ(client.receive(), "to two");
    EXPECT_EQ(client.replied_from.address, *IpAddress::parse("127.0.0.7"));
    service->reset();
    ways[0]->send(as_bytes("to one"));
    EXPECT_EQ(client.receive(), "to one");
}

// The threads take no signals: whoever watches for them elsewhere gets them.
TEST(DatagramWorkers, ThreadsTakeNoSignals) {
    struct Mask final : DatagramHandler {
        std::size_t answer(const DatagramRequest&, MutableBytes reply) override {
            sigset_t mask;
            ::pthread_sigmask(SIG_SETMASK, nullptr, &mask);
            const bool blocked =
                ::sigismember(&mask, SIGTERM) == 1 && ::sigismember(&mask, SIGHUP) == 1;
            return Echo::fill(reply, blocked ? "blocked" : "open");
        }
    };
    auto service =
        serve_datagrams({at("127.0.0.1")}, 1, [](std::size_t) { return std::make_unique<Mask>(); });
    ASSERT_TRUE(service);
    EXPECT_EQ(Client((*service)->local()[0]).ask("?"), "blocked");
    sigset_t mask;
    ::pthread_sigmask(SIG_SETMASK, nullptr, &mask);
    EXPECT_EQ(::sigismember(&mask, SIGTERM), 0);
}

// An address in use says so, also when another service of this program has it; a foreign one too.
TEST(DatagramWorkers, BindErrors) {
    const auto make = [](std::size_t) { return std::make_unique<Echo>(); };
    const auto service = serve({at("127.0.0.1"), at("::1")}, 2);
    for (const Endpoint& taken : service->local()) {
        const auto second = serve_datagrams({taken}, 2, make);
        ASSERT_FALSE(second);
        EXPECT_EQ(second.error().code, Errc::exists);
        EXPECT_THAT(second.error().what, HasSubstr("UDP " + taken.to_string()));
        EXPECT_THAT(second.error().what, HasSubstr("choose another port"));
    }
    const auto foreign = serve_datagrams({at("192.0.2.1", 5353)}, 1, make);
    EXPECT_EQ(foreign.error().code, Errc::invalid);
    EXPECT_THAT(foreign.error().what, HasSubstr("not one of this host"));
    EXPECT_EQ(serve_datagrams({}, 1, make).error().code, Errc::invalid);
    EXPECT_EQ(serve_datagrams({at("127.0.0.1")}, 0, make).error().code, Errc::invalid);
    const auto many = serve_datagrams({at("127.0.0.1")}, kMaxDatagramWorkers + 1, make);
    EXPECT_EQ(many.error().code, Errc::invalid);
}

// Stopping does not wait for the senders to be quiet, and leaves nothing open; the port is free
// again at once.
TEST(DatagramWorkers, StopsWhileBusy) {
    const std::size_t before = open_descriptors();
    std::uint16_t port = 0;
    for (int round = 0; round < 5; ++round) {
        auto service = serve({at("127.0.0.1", port), at("::1", port)}, 2);
        port = service->local()[0].port;
        std::atomic<bool> stop = false;
        std::thread flood([&, server = service->local()[0]] {
            std::vector<Client> clients;
            for (int i = 0; i < 8; ++i) clients.emplace_back(server);
            while (!stop)
                for (Client& client : clients) client.send("flood");
        });
        EXPECT_TRUE(wait_until([&] { return service->counters().answered > 1000; }));
        const auto start = std::chrono::steady_clock::now();
        service.reset();
        EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::milliseconds(1000));
        stop = true;
        flood.join();
    }
    EXPECT_EQ(open_descriptors(), before);
}

// An idle service stops at once, and a failed start leaves nothing behind.
TEST(DatagramWorkers, StopsIdleAndLeaksNothing) {
    const std::size_t before = open_descriptors();
    {
        const auto service = serve({at("127.0.0.1"), at("::1")}, 4);
        const auto make = [](std::size_t) { return std::make_unique<Echo>(); };
        EXPECT_FALSE(serve_datagrams({at("127.0.0.1"), service->local()[0]}, 2, make));
        EXPECT_EQ(open_descriptors(), before + 4 * 2 + 1);
    }
    EXPECT_EQ(open_descriptors(), before);
}

}  // namespace
}  // namespace homeport::net
