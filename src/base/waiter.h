// A coroutine that waits for another thread, and the way back to it.
#pragma once

#include <exception>
#include <functional>
#include <list>
#include <memory>
#include <utility>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/time.h"

namespace qd {

/// A suspended coroutine. Whoever has it lets it go on by `go_on`, once; where nobody does, the
/// coroutine ends with its waiter, or with the context that it runs on. Callable from any thread.
class Waiter {
 public:
  using Resume = std::move_only_function<void(std::exception_ptr)>;

  /// A coroutine of this executor, which does not run out of work meanwhile.
  Waiter(const boost::asio::any_io_executor& executor, boost::asio::cancellation_slot slot,
         Resume resume);
  Waiter(Waiter&&) noexcept = default;
  Waiter& operator=(Waiter&&) = delete;
  ~Waiter();

  /// Where whoever has it may listen for the end of the task around it.
  [[nodiscard]] boost::asio::cancellation_slot cancelled() const { return slot_; }

 private:
  struct Suspended;
  class Context;
  struct Shared;
  friend void go_on(std::vector<std::pair<Waiter, std::exception_ptr>> waiters);

  std::shared_ptr<Shared> shared_;
  boost::asio::cancellation_slot slot_;
  std::list<Suspended>::iterator place_;
};

/// A waiter, and what its coroutine is to be thrown; null: nothing.
using Resumed = std::pair<Waiter, std::exception_ptr>;

/// Lets them go on, each on its executor. Those of one context come there together: a thread that
/// is woken for each of them takes turns with the one that wakes it.
void go_on(std::vector<Resumed> waiters);
void go_on(Waiter waiter, std::exception_ptr error = nullptr);

/// Suspends the calling coroutine and gives its waiter to `keep`, which must not throw.
template <class Keep>
Task<void> suspend(Keep keep) {
  namespace asio = boost::asio;
  return asio::async_initiate<const asio::use_awaitable_t<>, void(std::exception_ptr)>(
      [](auto handler, Keep kept) {
        const asio::any_io_executor executor = asio::get_associated_executor(handler);
        auto slot = asio::get_associated_cancellation_slot(handler);
        kept(Waiter(executor, slot,
                    [handler = std::move(handler), slot](std::exception_ptr error) mutable {
                      // Whoever listened may be gone before the task is.
                      if (slot.is_connected()) slot.clear();
                      std::move(handler)(std::move(error));
                    }));
      },
      asio::use_awaitable, std::move(keep));
}

}  // namespace qd
