#include "app/names/side_thread.hpp"

#include "net/linux/entropy.hpp"
#include "net/linux/loop.hpp"
#include "net/linux/loop_mailbox.hpp"
#include "net/linux/network.hpp"

#include <signal.h>
#include <exception>
#include <future>

namespace homeport::app {

struct SideThread::Place {
    explicit Place(Log& to) : log(to), mailbox(loop), network(loop) {}
    NamesWorld world() { return {loop, network, entropy, log}; }

    Log& log;
    net::EpollLoop loop;
    net::LoopMailbox mailbox;
    net::KernelEntropy entropy;
    net::LinuxNetwork network;
};

SideThread::SideThread(Log& log) {
    std::promise<void> ready;
    std::future<void> started = ready.get_future();
    thread_ = std::thread([this, &log, ready = std::move(ready)]() mutable {
        sigset_t all;
        ::sigfillset(&all);
        ::pthread_sigmask(SIG_BLOCK, &all, nullptr);
        try {
            place_ = std::make_shared<Place>(log);
        } catch (...) {
            ready.set_exception(std::current_exception());
            return;
        }
        const std::shared_ptr<Place> place = place_;
        ready.set_value();
        place->loop.run();
    });
    try {
        started.get();
    } catch (...) {
        thread_.join();
        throw;
    }
}

SideThread::~SideThread() {
    place_->mailbox.send([place = place_.get()] { place->loop.stop(); });
    thread_.join();
}

void SideThread::run(const std::function<void(const NamesWorld&)>& task) {
    std::promise<void> over;
    place_->mailbox.send([this, &task, &over] {
        task(place_->world());
        over.set_value();
    });
    over.get_future().get();
}

net::Mailbox& SideThread::mailbox() {
    return place_->mailbox;
}

}  // namespace homeport::app
