// Time as the rest of the program sees it. Nothing outside time.cc may read the system clock, so
// that tests decide what time it is.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

namespace qd {

using std::chrono::milliseconds;
using Timestamp = std::chrono::sys_time<milliseconds>;

/// Every coroutine of the program; resumes on the executor that awaits it.
template <class T>
using Task = boost::asio::awaitable<T>;

/// RFC 3339, UTC, milliseconds: `2026-11-23T09:57:00.000Z`.
[[nodiscard]] std::string to_rfc3339(Timestamp time);
/// Accepts any RFC 3339 offset and up to nine fraction digits (truncated to milliseconds).
[[nodiscard]] std::optional<Timestamp> parse_rfc3339(std::string_view text);

/// A length of time as people write it: `250ms`, `90s`, `10m`, `48h`, `7d`, `1h30m`. No sign, no
/// fraction, at most ten years; nothing for anything else.
[[nodiscard]] std::optional<milliseconds> parse_duration(std::string_view text);
/// The shortest form that `parse_duration` reads back to the same value; `0s` for zero.
[[nodiscard]] std::string format_duration(milliseconds length);

/// Safe to call from any thread.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Timestamp now() const = 0;
  /// Suspends until `now() >= due`; returns at once if that already holds. Throws
  /// `boost::system::system_error(operation_aborted)` when the surrounding task is cancelled.
  virtual Task<void> sleep_until(Timestamp due) = 0;
};

class SystemClock final : public Clock {
 public:
  Timestamp now() const override;
  Task<void> sleep_until(Timestamp due) override;
};

/// A clock that a test moves by hand.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(Timestamp start) : now_(start) {}
  Timestamp now() const override;
  Task<void> sleep_until(Timestamp due) override;
  /// Moves time and wakes every sleeper that is then due, in order of its due time.
  void advance(milliseconds by);

 private:
  using Timer = boost::asio::steady_timer;
  mutable std::mutex mutex_;
  Timestamp now_;
  std::multimap<Timestamp, std::shared_ptr<Timer>> sleepers_;
};

}  // namespace qd
