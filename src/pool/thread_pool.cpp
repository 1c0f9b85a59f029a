#include "pool/thread_pool.hpp"

#include <unistd.h>

#include <utility>

#include "pool/thread_core.hpp"

namespace taskworker {

ThreadPool::ThreadPool(ThreadPoolOptions options)
    : core_(std::make_shared<Core>(std::move(options))) {}

ThreadPool::~ThreadPool() { core_->stop(SteadyPoint{}); }

void ThreadPool::start(PoolListener& listener) { core_->start(listener); }

void ThreadPool::submit(std::vector<Job> jobs) { core_->submit(std::move(jobs)); }

std::size_t ThreadPool::slots() const { return core_->slots(); }

std::size_t ThreadPool::waiting() const { return core_->waiting(); }

void ThreadPool::resize(std::size_t slots) { core_->resize(slots); }

void ThreadPool::cancel(const std::string& tag, int signal) { core_->cancel(tag, signal); }

void ThreadPool::stop(SteadyPoint deadline) { core_->stop(deadline); }

std::vector<int> ThreadPool::processes() const { return {::getpid()}; }

std::size_t ThreadPool::stuck() const { return core_->stuck(); }

}  // namespace taskworker
