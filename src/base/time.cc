#include "base/time.h"

#include <array>
#include <charconv>

#include <boost/asio.hpp>
#include <fmt/format.h>

namespace qd {
namespace {

using namespace std::chrono;

struct Unit {
  std::string_view name;
  milliseconds length;
};
constexpr std::array kUnits{Unit{"d", days(1)}, Unit{"h", hours(1)}, Unit{"m", minutes(1)},
                            Unit{"s", seconds(1)}, Unit{"ms", milliseconds(1)}};
constexpr milliseconds kLongest = years(10);

/// Reads exactly `width` digits at the front of `text` and moves past them.
std::optional<int> take_digits(std::string_view& text, std::size_t width) {
  if (text.size() < width) return std::nullopt;
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + width, value);
  if (error != std::errc{} || end != text.data() + width || text.front() == '-')
    return std::nullopt;
  text.remove_prefix(width);
  return value;
}

bool take(std::string_view& text, std::string_view any_of) {
  if (text.empty() || !any_of.contains(text.front())) return false;
  text.remove_prefix(1);
  return true;
}

std::optional<milliseconds> take_fraction(std::string_view& text) {
  if (!take(text, ".")) return milliseconds(0);
  int value = 0;
  int digits = 0;
  for (; !text.empty() && text.front() >= '0' && text.front() <= '9'; text.remove_prefix(1))
    if (++digits <= 3) value = value * 10 + (text.front() - '0');
  if (digits == 0 || digits > 9) return std::nullopt;
  for (; digits < 3; ++digits) value *= 10;
  return milliseconds(value);
}

std::optional<minutes> take_offset(std::string_view& text) {
  if (take(text, "Zz")) return minutes(0);
  if (text.empty()) return std::nullopt;
  const int sign = text.front() == '-' ? -1 : 1;
  if (!take(text, "+-")) return std::nullopt;
  const auto hour = take_digits(text, 2);
  if (!hour || *hour > 23 || !take(text, ":")) return std::nullopt;
  const auto minute = take_digits(text, 2);
  if (!minute || *minute > 59) return std::nullopt;
  return sign * (hours(*hour) + minutes(*minute));
}

std::optional<sys_days> take_date(std::string_view& text) {
  const auto y = take_digits(text, 4);
  if (!y || !take(text, "-")) return std::nullopt;
  const auto m = take_digits(text, 2);
  if (!m || !take(text, "-")) return std::nullopt;
  const auto d = take_digits(text, 2);
  if (!d) return std::nullopt;
  const year_month_day date{year(*y), month(static_cast<unsigned>(*m)),
                            day(static_cast<unsigned>(*d))};
  if (!date.ok()) return std::nullopt;
  return sys_days(date);
}

}  // namespace

std::string to_rfc3339(Timestamp time) {
  const auto midnight = floor<days>(time);
  const year_month_day date(midnight);
  const hh_mm_ss clock(time - midnight);
  // By hand: every answer of the API holds some of these.
  std::string text = "0000-00-00T00:00:00.000Z";
  const auto put = [&](std::size_t at, int width, auto value) {
    auto rest = static_cast<unsigned>(value);
    for (int i = width; i-- > 0; rest /= 10)
      text[at + static_cast<std::size_t>(i)] = static_cast<char>('0' + rest % 10);
  };
  put(0, 4, static_cast<int>(date.year()));
  put(5, 2, static_cast<unsigned>(date.month()));
  put(8, 2, static_cast<unsigned>(date.day()));
  put(11, 2, clock.hours().count());
  put(14, 2, clock.minutes().count());
  put(17, 2, clock.seconds().count());
  put(20, 3, clock.subseconds().count());
  return text;
}

std::optional<Timestamp> parse_rfc3339(std::string_view text) {
  const auto date = take_date(text);
  if (!date || !take(text, "Tt ")) return std::nullopt;
  const auto hour = take_digits(text, 2);
  if (!hour || *hour > 23 || !take(text, ":")) return std::nullopt;
  const auto minute = take_digits(text, 2);
  if (!minute || *minute > 59 || !take(text, ":")) return std::nullopt;
  const auto second = take_digits(text, 2);
  if (!second || *second > 60) return std::nullopt;
  const auto fraction = take_fraction(text);
  if (!fraction) return std::nullopt;
  const auto offset = take_offset(text);
  if (!offset || !text.empty()) return std::nullopt;
  return Timestamp(*date) + hours(*hour) + minutes(*minute) + seconds(*second) + *fraction -
         *offset;
}

std::optional<milliseconds> parse_duration(std::string_view text) {
  milliseconds total{0};
  std::size_t next_unit = 0;
  if (text.empty()) return std::nullopt;
  while (!text.empty()) {
    std::int64_t count = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
    if (error != std::errc{} || count < 0 || text.front() == '-') return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    const auto name = text.substr(0, std::min(text.find_first_of("0123456789"), text.size()));
    while (next_unit < kUnits.size() && kUnits[next_unit].name != name) ++next_unit;
    if (next_unit == kUnits.size()) return std::nullopt;
    const auto unit = kUnits[next_unit++].length;
    if (count > (kLongest - total) / unit) return std::nullopt;
    total += count * unit;
    text.remove_prefix(name.size());
  }
  return total;
}

std::string format_duration(milliseconds length) {
  std::string text;
  for (const auto& unit : kUnits) {
    if (const auto count = length / unit.length; count > 0) {
      text += fmt::format("{}{}", count, unit.name);
      length -= count * unit.length;
    }
  }
  return text.empty() ? "0s" : text;
}

Timestamp SystemClock::now() const {
  return floor<milliseconds>(system_clock::now());
}

Task<void> SystemClock::sleep_until(Timestamp due) {
  boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor);
  // In slices, so that a clock set forward is noticed.
  for (auto left = due - now(); left > milliseconds(0); left = due - now()) {
    timer.expires_after(std::min<milliseconds>(left, minutes(1)));
    co_await timer.async_wait(boost::asio::use_awaitable);
  }
}

Timestamp ManualClock::now() const {
  const std::lock_guard lock(mutex_);
  return now_;
}

Task<void> ManualClock::sleep_until(Timestamp due) {
  auto timer =
      std::make_shared<Timer>(co_await boost::asio::this_coro::executor, Timer::time_point::max());
  {
    const std::lock_guard lock(mutex_);
    if (now_ >= due) co_return;
    sleepers_.emplace(due, timer);
  }
  // However the sleep ends: a timer must not outlive its io_context.
  struct Forget {
    ~Forget() {
      const std::lock_guard lock(clock.mutex_);
      const auto [first, last] = clock.sleepers_.equal_range(due);
      const auto mine =
          std::find_if(first, last, [this](const auto& one) { return one.second == timer; });
      if (mine != last) clock.sleepers_.erase(mine);
    }
    ManualClock& clock;
    Timestamp due;
    const std::shared_ptr<Timer>& timer;
  };
  const Forget forget{*this, due, timer};
  boost::system::error_code woken;
  co_await timer->async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, woken));
  if (now() < due) throw boost::system::system_error(boost::asio::error::operation_aborted);
}

void ManualClock::advance(milliseconds by) {
  const std::lock_guard lock(mutex_);
  now_ += by;
  const auto end = sleepers_.upper_bound(now_);
  for (auto it = sleepers_.begin(); it != end; ++it)
    boost::asio::post(it->second->get_executor(), [timer = it->second] { timer->cancel(); });
  sleepers_.erase(sleepers_.begin(), end);
}

}  // namespace qd
