// One coroutine waits, others ring; all on one thread. A ring before the wait is not lost.
#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/time.h"

namespace qd::engine {

class Bell {
 public:
  explicit Bell(boost::asio::io_context& io) : timer_(io) {}
  void ring() {
    has_rung_ = true;
    timer_.cancel();
  }
  /// Suspends until it is rung; at once where it was since the last wait. Also ends, without an
  /// error, when the surrounding task is cancelled.
  Task<void> wait() {
    if (!has_rung_) {
      timer_.expires_at(boost::asio::steady_timer::time_point::max());
      co_await timer_.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
    }
    has_rung_ = false;
  }

 private:
  boost::asio::steady_timer timer_;
  bool has_rung_ = false;
};

}  // namespace qd::engine
