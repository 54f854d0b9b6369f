// One coroutine waits, others ring; all on one thread. A ring before the wait is not lost.
#pragma once

#include <optional>
#include <utility>

#include "base/waiter.h"

namespace qd::engine {

class Bell {
 public:
  Bell() = default;
  Bell(const Bell&) = delete;
  Bell& operator=(const Bell&) = delete;

  void ring() {
    has_rung_ = true;
    wake();
  }
  /// Suspends until it is rung; at once where it was since the last wait. Also ends, without an
  /// error, when the surrounding task is cancelled.
  Task<void> wait() {
    if (!has_rung_)
      co_await suspend([this](Waiter waiter) {
        if (auto slot = waiter.cancelled(); slot.is_connected())
          slot.assign([this](boost::asio::cancellation_type) { wake(); });
        waiter_.emplace(std::move(waiter));
      });
    has_rung_ = false;
  }

 private:
  void wake() {
    if (auto waiter = std::exchange(waiter_, std::nullopt)) go_on(*std::move(waiter));
  }

  std::optional<Waiter> waiter_;
  bool has_rung_ = false;
};

}  // namespace qd::engine
