#include "net/linux/resolver.hpp"

#include "net/linux/limits.hpp"
#include "net/linux/os_error.hpp"
#include "net/linux/socket_address.hpp"

#include <netdb.h>
#include <sys/eventfd.h>
#include <algorithm>
#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <list>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>

namespace homeport::net {
namespace {

using Answer = Result<std::vector<IpAddress>>;

Answer lookup_failure(const std::string& host, int error) {
    const Errc code = error == EAI_AGAIN ? Errc::timed_out : Errc::not_found;
    return fail(code, "cannot resolve " + host + ": " + ::gai_strerror(error));
}

Answer ask_system(const std::string& host) {
    addrinfo hints{};
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* list = nullptr;
    const int error = ::getaddrinfo(host.c_str(), nullptr, &hints, &list);
    if (error != 0) return lookup_failure(host, error);
    std::vector<IpAddress> addresses;
    for (const addrinfo* entry = list; entry != nullptr; entry = entry->ai_next) {
        KernelAddress address;
        std::memcpy(&address.storage, entry->ai_addr, entry->ai_addrlen);
        const IpAddress found = from_kernel(address).address;
        if (std::ranges::find(addresses, found) == addresses.end()) addresses.push_back(found);
    }
    ::freeaddrinfo(list);
    if (addresses.empty()) return lookup_failure(host, EAI_NONAME);
    return addresses;
}

}  // namespace

/// What the threads see. It outlives the resolver while a thread still waits for a name server.
struct Resolver::Shared {
    struct Question {
        std::uint64_t id;
        std::string host;
    };
    struct Reply {
        std::uint64_t id;
        Answer answer;
    };

    Fd wake{::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)};
    std::mutex mutex;
    std::condition_variable changed;
    std::list<Question> questions;
    std::vector<Reply> replies;
    std::size_t idle_threads = 0;
    bool stopped = false;
};

class Resolver::Lookup final : public Handle {
public:
    Lookup(Resolver& owner, std::uint64_t id, ResolveHandler on_done, TimePoint deadline,
           Answer otherwise)
        : owner_(owner),
          id_(id),
          on_done_(std::move(on_done)),
          otherwise_(std::move(otherwise)),
          timer_(owner.loop_.timers(), call<&Lookup::on_timer>(this)) {
        owner_.pending_.push_back(this);
        timer_.arm(deadline);
    }
    ~Lookup() override { std::erase(owner_.pending_, this); }
    Lookup(const Lookup&) = delete;
    Lookup& operator=(const Lookup&) = delete;

    std::uint64_t id() const { return id_; }
    void finish(Answer answer) {
        timer_.cancel();
        id_ = 0;
        ResolveHandler on_done = std::move(on_done_);
        on_done(std::move(answer));
    }

private:
    void on_timer() { finish(std::move(otherwise_)); }

    Resolver& owner_;
    std::uint64_t id_;  ///< 0: no thread is asked, or answered already
    ResolveHandler on_done_;
    Answer otherwise_;
    Timer timer_;
};

Resolver::Resolver(EpollLoop& loop) : loop_(loop), shared_(std::make_shared<Shared>()) {}

Resolver::~Resolver() {
    if (registration_.fd >= 0) loop_.remove(registration_);
    {
        const std::lock_guard lock(shared_->mutex);
        shared_->stopped = true;
        shared_->questions.clear();
    }
    shared_->changed.notify_all();
}

std::unique_ptr<Handle> Resolver::resolve(std::string host, ResolveHandler on_done) {
    if (const auto numeric = IpAddress::parse(host)) {
        return std::make_unique<Lookup>(*this, 0, std::move(on_done), loop_.now(),
                                        std::vector{*numeric});
    }
    const std::uint64_t id = ++next_id_;
    if (const auto asked = ask(id, host); !asked) {
        return std::make_unique<Lookup>(*this, 0, std::move(on_done), loop_.now(),
                                        std::unexpected(asked.error()));
    }
    return std::make_unique<Lookup>(
        *this, id, std::move(on_done), loop_.now() + kLookupTimeout,
        fail(Errc::timed_out,
             "cannot resolve " + host + ": no name server answers; check /etc/resolv.conf"));
}

Result<> Resolver::ask(std::uint64_t id, const std::string& host) {
    if (const auto watched = watch_answers(); !watched) return watched;
    bool all_busy = false;
    {
        const std::lock_guard lock(shared_->mutex);
        if (shared_->questions.size() >= kMaxWaitingLookups) {
            return fail(Errc::limit, "cannot resolve " + host + ": too many lookups wait");
        }
        shared_->questions.push_back({id, host});
        all_busy = shared_->questions.size() > shared_->idle_threads;
    }
    if (all_busy && threads_ < kResolverThreads && !start_thread() && threads_ == 0) {
        return fail(Errc::limit, "cannot resolve " + host + ": the system gives no thread");
    }
    shared_->changed.notify_one();
    return {};
}

Result<> Resolver::watch_answers() {
    if (registration_.fd >= 0) return {};
    if (!shared_->wake) return fail(Errc::limit, "cannot resolve names: " + os_error_text(EMFILE));
    const auto registration = loop_.add(shared_->wake.get(), this);
    if (!registration) return std::unexpected(registration.error());
    registration_ = *registration;
    return {};
}

bool Resolver::start_thread() {
    try {
        std::thread([shared = shared_] { work(shared); }).detach();
    } catch (const std::system_error&) {
        return false;
    }
    ++threads_;
    return true;
}

void Resolver::work(const std::shared_ptr<Shared>& shared) {
    std::unique_lock lock(shared->mutex);
    while (true) {
        ++shared->idle_threads;
        shared->changed.wait(lock, [&] { return shared->stopped || !shared->questions.empty(); });
        --shared->idle_threads;
        if (shared->stopped) return;
        const Shared::Question question = std::move(shared->questions.front());
        shared->questions.pop_front();
        lock.unlock();
        Answer answer = ask_system(question.host);
        lock.lock();
        shared->replies.push_back({question.id, std::move(answer)});
        ::eventfd_write(shared->wake.get(), 1);
    }
}

void Resolver::on_events(std::uint32_t) {
    const Registration registration = registration_;
    EpollLoop& loop = loop_;
    eventfd_t count = 0;
    ::eventfd_read(shared_->wake.get(), &count);
    std::vector<Shared::Reply> replies;
    {
        const std::lock_guard lock(shared_->mutex);
        replies.swap(shared_->replies);
    }
    for (Shared::Reply& reply : replies) {
        const auto waiting = std::ranges::find(pending_, reply.id, &Lookup::id);
        if (waiting != pending_.end()) (*waiting)->finish(std::move(reply.answer));
        if (!loop.alive(registration)) return;
    }
}

}  // namespace homeport::net
