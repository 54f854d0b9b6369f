// The way from a coroutine to a database thread and back. A job waits in a bounded queue; a thread
// takes many at a time; each is completed on the executor that awaits it, which is kept from
// running out of work meanwhile.
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <span>
#include <utility>
#include <vector>

#include "base/waiter.h"
#include "platform/db/db.h"

namespace qd::db {

template <class Work>
struct Job {
  Work work;
  Waiter waiter;
};

/// Lets those go on that wait for the first jobs, one for each of `errors`: what went wrong, or
/// null.
template <class Work>
void complete(std::span<Job<Work>> jobs, const std::vector<std::exception_ptr>& errors) {
  std::vector<Resumed> waiters;
  for (std::size_t i = 0; i < errors.size(); ++i)
    waiters.emplace_back(std::move(jobs[i].waiter), errors[i]);
  go_on(std::move(waiters));
}

/// How long a thread may wait for a fuller group once there is work.
struct Gathering {
  std::size_t expected = 1;
  std::chrono::steady_clock::duration patience{0};
};

/// Callers that were answered by one commit come back together a moment later. Waiting that moment
/// for as many as last time puts all of them into the next commit; without it the first to return
/// would go alone, and the others wait for two. A lone caller never waits.
class GroupRhythm {
 public:
  [[nodiscard]] Gathering next() const { return {.expected = size_, .patience = duration_ / 4}; }
  /// A group of this size was taken and took this long to be committed.
  void finished(std::size_t size, std::chrono::steady_clock::duration took) {
    size_ = size;
    duration_ = std::min<std::chrono::steady_clock::duration>(took, std::chrono::milliseconds(8));
  }

 private:
  std::size_t size_ = 1;
  std::chrono::steady_clock::duration duration_{0};
};

/// Thread-safe.
template <class Work>
class JobQueue {
 public:
  explicit JobQueue(std::size_t limit) : limit_(limit) {}

  /// Queues `work` and waits until a thread has completed it. Throws Overloaded, Unavailable (the
  /// queue is stopped), or what the job was completed with.
  Task<void> submit(Work work) {
    return suspend([this, work = std::move(work)](Waiter waiter) mutable {
      push({std::move(work), std::move(waiter)});
    });
  }

  /// Waits for work, then moves up to `limit` waiting jobs to the end of `jobs`; false once the
  /// queue is stopped and empty.
  bool take(std::vector<Job<Work>>& jobs, std::size_t limit, Gathering gathering = {}) {
    std::unique_lock lock(mutex_);
    do {
      changed_.wait(lock, [&] { return stopped_ || !waiting_.empty(); });
      if (stopped_ || waiting_.size() >= gathering.expected) continue;
      awaited_ = gathering.expected;
      changed_.wait_for(lock, gathering.patience,
                        [&] { return stopped_ || waiting_.size() >= gathering.expected; });
      awaited_ = 1;
    } while (!stopped_ && waiting_.empty());  // another thread may have taken them
    for (; limit > 0 && !waiting_.empty(); --limit) {
      jobs.push_back(std::move(waiting_.front()));
      waiting_.pop_front();
    }
    return !jobs.empty();
  }

  /// Refuses new work; what waits is still handed out.
  void stop() {
    const std::scoped_lock lock(mutex_);
    stopped_ = true;
    changed_.notify_all();
  }

 private:
  void push(Job<Work> job) {
    {
      const std::scoped_lock lock(mutex_);
      if (!stopped_ && waiting_.size() < limit_) {
        waiting_.push_back(std::move(job));
        if (waiting_.size() >= awaited_) changed_.notify_one();
        return;
      }
    }
    // Told through the waiter, not thrown: the coroutine is suspended by now.
    go_on(std::move(job.waiter), refusal());
  }

  std::exception_ptr refusal() {
    const std::scoped_lock lock(mutex_);
    if (stopped_) return std::make_exception_ptr(Unavailable("the database is stopped"));
    return std::make_exception_ptr(
        Overloaded("more than " + std::to_string(limit_) + " database jobs are waiting"));
  }

  const std::size_t limit_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Job<Work>> waiting_;
  /// How many must wait before a thread is woken.
  std::size_t awaited_ = 1;
  bool stopped_ = false;
};

}  // namespace qd::db
