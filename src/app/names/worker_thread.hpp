#pragma once
/// A thread that does slow jobs one after the other: a disk that is waited for, a password that is
/// meant to take time.

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace homeport::app {

class WorkerThread {
public:
    /// `limit`: jobs that wait. Throws std::system_error.
    explicit WorkerThread(std::size_t limit);
    /// Waits for the job in progress; those that wait are dropped.
    ~WorkerThread();
    WorkerThread(const WorkerThread&) = delete;
    WorkerThread& operator=(const WorkerThread&) = delete;

    /// From any thread. False: too many wait.
    bool submit(std::move_only_function<void()> job);

private:
    void work();

    std::size_t limit_;
    std::mutex mutex_;
    std::condition_variable news_;
    std::deque<std::move_only_function<void()>> jobs_;
    bool stopping_ = false;
    std::thread thread_;
};

}  // namespace homeport::app
