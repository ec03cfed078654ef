#include "app/names/worker_thread.hpp"

#include <signal.h>

namespace homeport::app {

WorkerThread::WorkerThread(std::size_t limit)
    : limit_(limit), thread_([this] {
          sigset_t all;
          ::sigfillset(&all);
          ::pthread_sigmask(SIG_BLOCK, &all, nullptr);
          work();
      }) {}

WorkerThread::~WorkerThread() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    news_.notify_one();
    thread_.join();
}

bool WorkerThread::submit(std::move_only_function<void()> job) {
    {
        const std::lock_guard lock(mutex_);
        if (jobs_.size() >= limit_) return false;
        jobs_.push_back(std::move(job));
    }
    news_.notify_one();
    return true;
}

void WorkerThread::work() {
    while (true) {
        std::unique_lock lock(mutex_);
        news_.wait(lock, [this] { return stopping_ || !jobs_.empty(); });
        if (stopping_) return;
        std::move_only_function<void()> job = std::move(jobs_.front());
        jobs_.pop_front();
        lock.unlock();
        job();
    }
}

}  // namespace homeport::app
