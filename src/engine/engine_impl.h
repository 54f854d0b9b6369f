// The engine behind its interface: its thread, and what is done on it. engine.cc begins and ends it
// and waits for executions; engine_begin.cc begins executions; engine_steer.cc does what is asked
// of them.
#pragma once

#include <mutex>
#include <thread>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/experimental/concurrent_channel.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/thread_name.h"
#include "engine/command.h"
#include "engine/runner.h"

namespace qd::engine {

class Engine::Impl {
 public:
  struct Commanded {
    Execution execution;
    /// How many steps took it.
    std::int64_t taken = 0;
  };

  Impl(EngineParts parts, EngineOptions options)
      : parts_(parts),
        options_(std::move(options)),
        watchers_(parts_.notices, parts_.clock),
        runner_(io_, parts_, options_, watchers_) {
    watchers_.on_mail([this](ExecutionId id) {
      boost::asio::post(io_, [this, id = std::move(id)] { runner_.read_mail_of(id); });
    });
  }
  ~Impl() {
    if (!thread_.joinable()) return;
    begin_stop();
    thread_.join();
  }

  Task<void> start() {
    guard_.emplace(io_.get_executor());
    thread_ = std::thread([this] { run(); });
    co_await boost::asio::co_spawn(io_, runner_.take_up(), boost::asio::use_awaitable);
    boost::asio::co_spawn(io_, runner_.keep_time(), boost::asio::detached);
    boost::asio::co_spawn(io_, runner_.keep_leases(), boost::asio::detached);
    const std::lock_guard lock(mutex_);
    is_running_ = true;
  }

  Task<void> stop() {
    if (!thread_.joinable()) co_return;
    const auto end = std::make_shared<End>(co_await boost::asio::this_coro::executor, 1);
    bool has_ended = false;
    {
      const std::lock_guard lock(mutex_);
      has_ended = has_ended_;
      if (!has_ended) ends_.push_back(end);
    }
    begin_stop();
    if (!has_ended) co_await end->async_receive(boost::asio::use_awaitable);
    const std::lock_guard lock(mutex_);
    if (thread_.joinable()) thread_.join();
  }

  /// Runs `task` on the engine's thread and comes back to the caller's executor.
  template <class T>
  Task<Result<T>> inside(Task<Result<T>> task) {
    auto work = enter();
    if (!work) co_return std::unexpected(stopping());
    co_return co_await boost::asio::co_spawn(io_, carry(std::move(task), *std::move(work)),
                                             boost::asio::use_awaitable);
  }

  Task<Result<Execution>> begin(StartRequest request);
  Task<Result<Execution>> fork(ExecutionId id, ForkRequest request);
  Task<Result<Execution>> retry(ExecutionId id) { return runner_.retry(std::move(id)); }
  Task<Result<Execution>> cancel(ExecutionId id, std::string reason);
  /// Done here, or by the node that has the execution; durable when it resumes.
  Task<Result<Commanded>> command(ExecutionId id, Command command);
  Task<Result<Execution>> steer(ExecutionId id, CommandKind kind, Json data = {});
  Task<Result<Approval>> decide(ApprovalId id, Decision decision);
  Task<Result<std::int64_t>> publish(ProjectId project, EventMessage event);
  Task<Result<void>> wake(ExecutionId id);

  using Enough = std::function<bool(const journal::Head&)>;
  Task<std::optional<journal::Head>> await_head(ExecutionId id, Timestamp deadline,
                                                Watchers::Interest interest, Enough is_enough);

  [[nodiscard]] bool is_running() const {
    const std::lock_guard lock(mutex_);
    return is_running_;
  }

  EngineParts parts_;
  EngineOptions options_;
  Watchers watchers_;

 private:
  using Work = boost::asio::executor_work_guard<boost::asio::io_context::executor_type>;
  using End = boost::asio::experimental::concurrent_channel<void(boost::system::error_code)>;

  Task<Result<Execution>> begin_new(Execution execution, Json document);
  Task<Result<std::int64_t>> command_elsewhere(ExecutionId id, Command command);
  Task<std::optional<Approval>> find_approval(ApprovalId id);
  [[nodiscard]] Execution execution_of(const StartRequest& request) const;

  /// The engine's thread.
  void run() {
    name_this_thread("qd-engine");
    io_.run();
    watchers_.wake_all();
    std::vector<std::shared_ptr<End>> ends;
    {
      const std::lock_guard lock(mutex_);
      has_ended_ = true;
      ends = std::move(ends_);
    }
    for (const auto& end : ends) end->try_send(boost::system::error_code());
  }

  void begin_stop() {
    {
      const std::lock_guard lock(mutex_);
      is_running_ = false;
      if (std::exchange(is_stopping_, true)) return;
    }
    watchers_.wake_all();
    boost::asio::co_spawn(io_, runner_.stop(), [this](std::exception_ptr) { guard_.reset(); });
  }

  /// Keeps the engine's thread until the task is over; nothing once the engine stops.
  std::optional<Work> enter() {
    const std::lock_guard lock(mutex_);
    return is_running_ ? std::optional<Work>(std::in_place, io_.get_executor()) : std::nullopt;
  }

  template <class T>
  static Task<Result<T>> carry(Task<Result<T>> task, Work) {
    co_return co_await std::move(task);
  }

  boost::asio::io_context io_{1};
  std::optional<Work> guard_;
  Runner runner_;
  std::thread thread_;
  mutable std::mutex mutex_;
  bool is_running_ = false;
  bool is_stopping_ = false;
  bool has_ended_ = false;
  std::vector<std::shared_ptr<End>> ends_;
};

}  // namespace qd::engine
