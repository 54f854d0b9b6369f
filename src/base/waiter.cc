#include "base/waiter.h"

#include <mutex>

#include <boost/asio/execution/context.hpp>
#include <boost/asio/execution/outstanding_work.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/query.hpp>

namespace qd {
namespace asio = boost::asio;

struct Waiter::Suspended {
  asio::any_io_executor executor;
  Resume resume;
  std::exception_ptr error = nullptr;
};

/// The suspended coroutines of one context; what the waiters know of it outlives it.
struct Waiter::Shared {
  std::mutex mutex;
  std::list<Suspended> suspended;
  bool is_over = false;
};

/// Ends with its context, as services do, and so do the coroutines.
class Waiter::Context final : public asio::execution_context::service {
 public:
  using key_type = Context;
  static inline asio::execution_context::id id;
  explicit Context(asio::execution_context& context)
      : asio::execution_context::service(context), shared(std::make_shared<Shared>()) {}

  void shutdown() override {
    std::list<Suspended> ended;
    {
      const std::lock_guard lock(shared->mutex);
      shared->is_over = true;
      ended.swap(shared->suspended);
    }
    // Their frames may hold waiters of their own.
  }

  const std::shared_ptr<Shared> shared;
};

Waiter::Waiter(const asio::any_io_executor& executor, asio::cancellation_slot slot, Resume resume)
    : shared_(asio::use_service<Context>(asio::query(executor, asio::execution::context)).shared),
      slot_(slot) {
  std::list<Suspended> one;
  one.push_back(
      {asio::prefer(executor, asio::execution::outstanding_work.tracked), std::move(resume)});
  place_ = one.begin();
  const std::lock_guard lock(shared_->mutex);
  shared_->suspended.splice(shared_->suspended.end(), one);
}

Waiter::~Waiter() {
  if (!shared_) return;
  std::list<Suspended> dropped;
  const std::lock_guard lock(shared_->mutex);
  if (!shared_->is_over) dropped.splice(dropped.end(), shared_->suspended, place_);
}

void go_on(std::vector<Resumed> waiters) {
  while (!waiters.empty()) {
    const auto shared = waiters.front().first.shared_;
    std::list<Waiter::Suspended> suspended;
    std::vector<Resumed> others;
    const std::lock_guard lock(shared->mutex);
    for (auto& [waiter, error] : waiters) {
      if (waiter.shared_ != shared) {
        others.emplace_back(std::move(waiter), std::move(error));
        continue;
      }
      waiter.shared_.reset();
      // Where the context is over, so is the coroutine.
      if (shared->is_over) continue;
      waiter.place_->error = std::move(error);
      suspended.splice(suspended.end(), shared->suspended, waiter.place_);
    }
    waiters = std::move(others);
    if (suspended.empty()) continue;
    const auto executor = suspended.front().executor;
    asio::post(executor, [suspended = std::move(suspended)]() mutable {
      for (auto& one : suspended) one.resume(std::move(one.error));
    });
  }
}

void go_on(Waiter waiter, std::exception_ptr error) {
  std::vector<Resumed> one;
  one.emplace_back(std::move(waiter), std::move(error));
  go_on(std::move(one));
}

}  // namespace qd
