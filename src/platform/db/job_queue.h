// The way from a coroutine to a database thread and back. A job waits in a bounded queue; a thread
// takes many at a time; each is completed on the executor that awaits it, which is kept from
// running out of work meanwhile.
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <exception>
#include <functional>
#include <mutex>
#include <utility>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/execution/outstanding_work.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/time.h"
#include "platform/db/db.h"

namespace qd::db {

template <class Work>
struct Job {
  Work work;
  /// Resumes the waiting coroutine with what went wrong, or null. Called once.
  std::move_only_function<void(std::exception_ptr)> complete;
};

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
    namespace asio = boost::asio;
    co_await asio::async_initiate<const asio::use_awaitable_t<>, void(std::exception_ptr)>(
        [this](auto handler, Work waiting) {
          auto executor = asio::prefer(asio::get_associated_executor(handler),
                                       asio::execution::outstanding_work.tracked);
          push({std::move(waiting), [handler = std::move(handler), executor = std::move(executor)](
                                        std::exception_ptr error) mutable {
                  // Taken out, so that nothing keeps the executor busy once the handler has run.
                  const auto target = std::move(executor);
                  asio::post(target, [handler = std::move(handler), error]() mutable {
                    std::move(handler)(std::move(error));
                  });
                }});
        },
        asio::use_awaitable, std::move(work));
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
    // Told through the job, not thrown: the coroutine is suspended by now.
    job.complete(refusal());
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
