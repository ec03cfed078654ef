#include "net/linux/datagram_workers.hpp"

#include "core/assert.hpp"
#include "core/own_counter.hpp"
#include "net/linux/fd.hpp"
#include "net/linux/listener.hpp"
#include "net/linux/os_error.hpp"
#include "net/linux/socket_address.hpp"

#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <string>
#include <system_error>
#include <thread>

namespace homeport::net {
namespace {

/// Full batches taken from one socket before the others, and the order to stop, are looked at.
constexpr int kBatchesPerTurn = 8;
/// One IP_PKTINFO or IPV6_PKTINFO message.
constexpr std::size_t kControlBytes = CMSG_SPACE(sizeof(in6_pktinfo));

// ---- sockets

struct Socket {
    std::shared_ptr<const Fd> owned;  ///< also by those who reply later
    bool wildcard = false;

    int fd() const { return owned->get(); }
};

bool enable(int fd, int level, int option, int value = 1) {
    return ::setsockopt(fd, level, option, &value, sizeof value) == 0;
}

void set_receive_buffer(int fd, std::size_t bytes) {
    const int value = static_cast<int>(std::min<std::size_t>(bytes, 1 << 30));
    if (!enable(fd, SOL_SOCKET, SO_RCVBUFFORCE, value)) enable(fd, SOL_SOCKET, SO_RCVBUF, value);
}

/// False: errno tells.
bool set_family_options(int fd, bool v4, bool wildcard) {
    if (v4) {
        return enable(fd, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_OMIT) &&
               (!wildcard || enable(fd, IPPROTO_IP, IP_PKTINFO));
    }
    return enable(fd, IPPROTO_IPV6, IPV6_V6ONLY) &&
           enable(fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER, IPV6_PMTUDISC_OMIT) &&
           (!wildcard || enable(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO));
}

/// `first`: of the sockets of this address. It is bound alone, so that it finds the address taken
/// by whoever has it, also by another process of ours; only then may others share it.
Result<Socket> open_socket(const Endpoint& at, const DatagramOptions& options, bool first) {
    const bool v4 = at.address.is_v4();
    const int family = v4 ? AF_INET : AF_INET6;
    Socket made{
        std::make_shared<const Fd>(::socket(family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)),
        at.address.is_unspecified()};
    const auto name = to_kernel(at);
    const int fd = made.fd();
    const bool done = *made.owned && name && set_family_options(fd, v4, made.wildcard) &&
                      (first || enable(fd, SOL_SOCKET, SO_REUSEPORT)) &&
                      ::bind(fd, name->get(), name->size) == 0 &&
                      enable(fd, SOL_SOCKET, SO_REUSEPORT);
    if (!done) return listen_failure("UDP ", at, errno);
    set_receive_buffer(fd, options.receive_buffer_bytes);
    return made;
}

Endpoint local_of(const Socket& socket) {
    KernelAddress address;
    if (::getsockname(socket.fd(), address.get(), &address.size) != 0) return {};
    return from_kernel(address);
}

// ---- batches

/// The reply leaves from the address that was asked, by the route that leads back, which need not
/// be the interface it came by.
void turn_round(msghdr& request) {
    cmsghdr* const control = CMSG_FIRSTHDR(&request);
    if (control == nullptr) return;
    if (control->cmsg_level == IPPROTO_IP && control->cmsg_type == IP_PKTINFO) {
        in_pktinfo info{};
        std::memcpy(&info, CMSG_DATA(control), sizeof info);
        info.ipi_spec_dst = info.ipi_addr;
        info.ipi_ifindex = 0;
        std::memcpy(CMSG_DATA(control), &info, sizeof info);
    } else if (control->cmsg_level == IPPROTO_IPV6 && control->cmsg_type == IPV6_PKTINFO) {
        in6_pktinfo info{};
        std::memcpy(&info, CMSG_DATA(control), sizeof info);
        if (!IN6_IS_ADDR_LINKLOCAL(&info.ipi6_addr)) info.ipi6_ifindex = 0;
        std::memcpy(CMSG_DATA(control), &info, sizeof info);
    }
}

/// Room for one IP_PKTINFO or IPV6_PKTINFO message.
struct Control {
    alignas(cmsghdr) std::array<std::byte, kControlBytes> bytes;
};

/// Who asked, at which of our addresses.
class KernelReturn final : public DatagramReturn {
public:
    KernelReturn(const Socket& socket, const KernelAddress& to, const msghdr& request)
        : socket_(socket), to_(to), control_bytes_(socket.wildcard ? request.msg_controllen : 0) {
        if (control_bytes_ > 0) std::memcpy(&control_, request.msg_control, control_bytes_);
    }

    void send(Bytes reply) const override {
        KernelAddress to = to_;
        Control control = control_;
        iovec view{const_cast<std::byte*>(reply.data()), reply.size()};
        msghdr message{};
        message.msg_name = to.get();
        message.msg_namelen = to.size;
        message.msg_iov = &view;
        message.msg_iovlen = 1;
        message.msg_control = control_bytes_ > 0 ? &control : nullptr;
        message.msg_controllen = control_bytes_;
        turn_round(message);
        [[maybe_unused]] const auto sent = ::sendmsg(socket_.fd(), &message, MSG_DONTWAIT);
    }

private:
    Socket socket_;
    KernelAddress to_;
    Control control_{};
    std::size_t control_bytes_;
};

/// The buffers of one worker, and what the kernel is told of them.
class Batch {
public:
    Batch()
        : requests_(kDatagramBatch * kDatagramRequestBytes),
          replies_(kDatagramBatch * kDatagramReplyBytes) {
        for (std::size_t i = 0; i < kDatagramBatch; ++i) {
            request_views_[i] = {requests_.data() + i * kDatagramRequestBytes,
                                 kDatagramRequestBytes};
            received_[i].msg_hdr.msg_name = names_[i].get();
            received_[i].msg_hdr.msg_iov = &request_views_[i];
            received_[i].msg_hdr.msg_iovlen = 1;
            sent_[i].msg_hdr.msg_iov = &reply_views_[i];
            sent_[i].msg_hdr.msg_iovlen = 1;
        }
    }
    Batch(const Batch&) = delete;
    Batch& operator=(const Batch&) = delete;

    /// How many datagrams came; 0: none are there.
    std::size_t receive(const Socket& socket) {
        for (std::size_t i = 0; i < kDatagramBatch; ++i) {
            received_[i].msg_hdr.msg_namelen = sizeof names_[i].storage;
            received_[i].msg_hdr.msg_control = socket.wildcard ? &controls_[i] : nullptr;
            received_[i].msg_hdr.msg_controllen = socket.wildcard ? kControlBytes : 0;
        }
        const int count =
            ::recvmmsg(socket.fd(), received_.data(), kDatagramBatch, MSG_DONTWAIT, nullptr);
        return static_cast<std::size_t>(std::max(count, 0));
    }

    /// False: nobody gets an answer to this one.
    bool usable(std::size_t index, Endpoint& from) const {
        from = from_kernel(names_[index]);
        return (received_[index].msg_hdr.msg_flags & MSG_TRUNC) == 0 && from.port != 0;
    }
    Bytes request(std::size_t index) const {
        return Bytes(requests_).subspan(index * kDatagramRequestBytes, received_[index].msg_len);
    }
    /// The room for the next reply.
    MutableBytes room() {
        return MutableBytes(replies_).subspan(queued_ * kDatagramReplyBytes, kDatagramReplyBytes);
    }
    /// Queues `bytes` of room() as the reply to a request.
    void queue(std::size_t index, std::size_t bytes) {
        msghdr& asked = received_[index].msg_hdr;
        turn_round(asked);
        reply_views_[queued_] = {room().data(), bytes};
        msghdr& reply = sent_[queued_++].msg_hdr;
        reply.msg_name = asked.msg_name;
        reply.msg_namelen = asked.msg_namelen;
        reply.msg_control = asked.msg_controllen > 0 ? asked.msg_control : nullptr;
        reply.msg_controllen = asked.msg_controllen;
    }

    /// Sends what is queued. Returns how many the kernel refused: those are given up.
    std::size_t send(const Socket& socket) {
        std::size_t refused = 0;
        for (std::size_t done = 0; done < queued_;) {
            const int count = ::sendmmsg(socket.fd(), &sent_[done],
                                         static_cast<unsigned>(queued_ - done), MSG_DONTWAIT);
            if (count < 0 && errno == EINTR) continue;
            if (count <= 0) ++refused;  // the first of them
            done += static_cast<std::size_t>(std::max(count, 1));
        }
        queued_ = 0;
        return refused;
    }
    std::size_t queued() const { return queued_; }

    std::unique_ptr<DatagramReturn> way_back(const Socket& socket, std::size_t index) const {
        KernelAddress to = names_[index];
        to.size = received_[index].msg_hdr.msg_namelen;
        return std::make_unique<KernelReturn>(socket, to, received_[index].msg_hdr);
    }

private:
    std::vector<std::byte> requests_;
    std::vector<std::byte> replies_;
    std::array<KernelAddress, kDatagramBatch> names_;
    std::array<Control, kDatagramBatch> controls_{};
    std::array<iovec, kDatagramBatch> request_views_{};
    std::array<iovec, kDatagramBatch> reply_views_{};
    std::array<mmsghdr, kDatagramBatch> received_{};
    std::array<mmsghdr, kDatagramBatch> sent_{};
    std::size_t queued_ = 0;
};

class BatchRequest final : public DatagramRequest {
public:
    BatchRequest(const Batch& batch, const Socket& socket, std::size_t index,
                 const Endpoint& source)
        : DatagramRequest(batch.request(index), source),
          batch_(batch),
          socket_(socket),
          index_(index) {}
    std::unique_ptr<DatagramReturn> way_back() const override {
        return batch_.way_back(socket_, index_);
    }

private:
    const Batch& batch_;
    const Socket& socket_;
    std::size_t index_;
};

// ---- workers

/// On lines of their own, so that the workers do not disturb each other.
struct alignas(128) Counters {
    OwnCounter received;
    OwnCounter answered;
    OwnCounter dropped;
};

class Worker {
public:
    Worker(std::vector<Socket> sockets, std::unique_ptr<DatagramHandler> handler)
        : sockets_(std::move(sockets)), handler_(std::move(handler)) {
        HOMEPORT_ASSERT(handler_ != nullptr);
    }

    /// Until `stop` is readable.
    void run(int stop) {
        std::vector<pollfd> watched;
        for (const Socket& socket : sockets_) watched.push_back({socket.fd(), POLLIN, 0});
        watched.push_back({stop, POLLIN, 0});
        while (watched.back().revents == 0) {
            if (::poll(watched.data(), watched.size(), -1) < 0) {
                HOMEPORT_ASSERT(errno == EINTR || errno == ENOMEM);
                continue;
            }
            for (std::size_t i = 0; i < sockets_.size(); ++i) {
                if (watched[i].revents != 0) serve(sockets_[i]);
            }
        }
    }
    const std::vector<Socket>& sockets() const { return sockets_; }
    const Counters& counters() const { return counters_; }

private:
    void serve(const Socket& socket) {
        for (int batch = 0; batch < kBatchesPerTurn; ++batch) {
            const std::size_t count = batch_.receive(socket);
            if (count > 0) answer(socket, count);
            if (count < kDatagramBatch) return;
        }
    }
    void answer(const Socket& socket, std::size_t count) {
        std::size_t dropped = 0;
        Endpoint from;
        handler_->begin_batch();
        for (std::size_t i = 0; i < count; ++i) {
            if (!batch_.usable(i, from)) {
                ++dropped;
                continue;
            }
            const BatchRequest request(batch_, socket, i, from);
            const std::size_t bytes = handler_->answer(request, batch_.room());
            HOMEPORT_ASSERT(bytes <= kDatagramReplyBytes);
            if (bytes > 0) batch_.queue(i, bytes);
        }
        const std::size_t queued = batch_.queued();
        const std::size_t refused = batch_.send(socket);
        counters_.received.add(count);
        counters_.answered.add(queued - refused);
        counters_.dropped.add(dropped + refused);
    }

    std::vector<Socket> sockets_;
    std::unique_ptr<DatagramHandler> handler_;
    Batch batch_;
    Counters counters_;
};

/// The calling thread takes no signals while this lives; threads made meanwhile never do.
class SignalsBlocked {
public:
    SignalsBlocked() {
        sigset_t all;
        ::sigfillset(&all);
        ::pthread_sigmask(SIG_BLOCK, &all, &before_);
    }
    ~SignalsBlocked() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
    SignalsBlocked(const SignalsBlocked&) = delete;
    SignalsBlocked& operator=(const SignalsBlocked&) = delete;

private:
    sigset_t before_{};
};

class WorkerThreads final : public DatagramService {
public:
    explicit WorkerThreads(std::vector<std::unique_ptr<Worker>> workers)
        : stop_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)), workers_(std::move(workers)) {
        for (const Socket& socket : workers_.front()->sockets()) local_.push_back(local_of(socket));
    }
    ~WorkerThreads() override {
        if (stop_) ::eventfd_write(stop_.get(), 1);
        for (std::thread& thread : threads_) thread.join();
    }
    WorkerThreads(const WorkerThreads&) = delete;
    WorkerThreads& operator=(const WorkerThreads&) = delete;

    Result<> start() {
        if (!stop_) return fail(Errc::limit, "cannot answer datagrams: " + os_error_text(EMFILE));
        const SignalsBlocked no_signals;
        try {
            threads_.reserve(workers_.size());
            for (const auto& worker : workers_)
                threads_.emplace_back([&worker = *worker, this] { worker.run(stop_.get()); });
        } catch (const std::system_error& error) {
            return fail(Errc::limit, std::string("cannot start a thread: ") + error.what());
        }
        return {};
    }

    const std::vector<Endpoint>& local() const override { return local_; }
    DatagramCounters counters() const override {
        DatagramCounters sum;
        for (const auto& worker : workers_) {
            sum.received += worker->counters().received.value();
            sum.answered += worker->counters().answered.value();
            sum.dropped += worker->counters().dropped.value();
        }
        return sum;
    }

private:
    Fd stop_;
    std::vector<std::unique_ptr<Worker>> workers_;
    std::vector<Endpoint> local_;
    std::vector<std::thread> threads_;
};

/// The sockets of one worker. The first fixes the ports that were left to the kernel.
Result<std::vector<Socket>> open_sockets(std::vector<Endpoint>& listen,
                                         const DatagramOptions& options, bool first) {
    std::vector<Socket> sockets;
    for (Endpoint& at : listen) {
        auto opened = open_socket(at, options, first);
        if (!opened) return std::unexpected(opened.error());
        if (first) at = local_of(*opened);
        sockets.push_back(std::move(*opened));
    }
    return sockets;
}

}  // namespace

Result<std::unique_ptr<DatagramService>> serve_datagrams(const std::vector<Endpoint>& listen,
                                                         std::size_t workers,
                                                         const DatagramHandlerMaker& make_handler,
                                                         const DatagramOptions& options) {
    if (listen.empty()) return fail(Errc::invalid, "no address to answer datagrams on");
    if (workers == 0 || workers > kMaxDatagramWorkers) {
        return fail(Errc::invalid, std::to_string(workers) + " workers for datagrams; use 1 to " +
                                       std::to_string(kMaxDatagramWorkers));
    }
    std::vector<Endpoint> bound = listen;
    std::vector<std::unique_ptr<Worker>> made;
    for (std::size_t i = 0; i < workers; ++i) {
        auto sockets = open_sockets(bound, options, i == 0);
        if (!sockets) return std::unexpected(sockets.error());
        made.push_back(std::make_unique<Worker>(std::move(*sockets), make_handler(i)));
    }
    auto service = std::make_unique<WorkerThreads>(std::move(made));
    if (const auto started = service->start(); !started) return std::unexpected(started.error());
    return service;
}

}  // namespace homeport::net
