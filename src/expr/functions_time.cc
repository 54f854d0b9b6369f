// Timestamps and durations. The rules of named time zones are read from the system's tzdata once,
// when the first is asked for.
#include <cmath>

#include <date/tz.h>

#include "expr/functions.h"

namespace qd::expr {

namespace {

using Arguments = std::span<const Value>;
using std::chrono::days;
using std::chrono::seconds;
using std::chrono::sys_days;
using std::chrono::sys_seconds;

constexpr std::int64_t kNanosPerSecond = 1'000'000'000;
constexpr std::int64_t kFirstSecond = -62135596800;
constexpr std::int64_t kLastSecond = 253402300799;

/// Reads fixed-width fields off the front of a text.
class Fields {
 public:
  explicit Fields(std::string_view text) : text_(text) {}
  [[nodiscard]] std::optional<int> digits(std::size_t count) {
    if (text_.size() < count) return std::nullopt;
    int value = 0;
    for (std::size_t i = 0; i < count; ++i) {
      if (text_[i] < '0' || text_[i] > '9') return std::nullopt;
      value = value * 10 + (text_[i] - '0');
    }
    text_.remove_prefix(count);
    return value;
  }
  [[nodiscard]] bool accept(std::string_view any_of) {
    if (text_.empty() || !any_of.contains(text_[0])) return false;
    last_ = text_[0];
    text_.remove_prefix(1);
    return true;
  }
  [[nodiscard]] char last() const { return last_; }
  [[nodiscard]] bool at_end() const { return text_.empty(); }
  [[nodiscard]] std::string_view rest() const { return text_; }

 private:
  std::string_view text_;
  char last_ = '\0';
};

/// Nanoseconds of `.123`, or 0 where there is no fraction; nothing when it has no or too many
/// digits.
std::optional<std::uint32_t> read_fraction(Fields& fields) {
  if (!fields.accept(".")) return 0;
  std::uint32_t nanos = 0;
  int count = 0;
  for (; fields.accept("0123456789"); ++count) {
    if (count == 9) return std::nullopt;
    nanos = nanos * 10 + static_cast<std::uint32_t>(fields.last() - '0');
  }
  if (count == 0) return std::nullopt;
  for (; count < 9; ++count) nanos *= 10;
  return nanos;
}

std::optional<seconds> read_offset(Fields& fields) {
  if (fields.accept("Zz")) return seconds(0);
  if (!fields.accept("+-")) return std::nullopt;
  const int sign = fields.last() == '-' ? -1 : 1;
  const auto hours = fields.digits(2);
  if (!hours || !fields.accept(":")) return std::nullopt;
  const auto minutes = fields.digits(2);
  if (!minutes || *hours > 23 || *minutes > 59) return std::nullopt;
  return seconds(sign * (*hours * 3600 + *minutes * 60));
}

std::optional<Value> read_timestamp(std::string_view text) {
  Fields fields(text);
  const auto year = fields.digits(4);
  if (!year || !fields.accept("-")) return std::nullopt;
  const auto month = fields.digits(2);
  if (!month || !fields.accept("-")) return std::nullopt;
  const auto day = fields.digits(2);
  if (!day || !fields.accept("Tt")) return std::nullopt;
  const auto hour = fields.digits(2);
  if (!hour || !fields.accept(":")) return std::nullopt;
  const auto minute = fields.digits(2);
  if (!minute || !fields.accept(":")) return std::nullopt;
  const auto second = fields.digits(2);
  if (!second || *hour > 23 || *minute > 59 || *second > 59) return std::nullopt;
  const auto nanos = read_fraction(fields);
  if (!nanos) return std::nullopt;
  const auto offset = read_offset(fields);
  if (!offset || !fields.at_end()) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(*year),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok() || *year == 0) return std::nullopt;
  const auto total = sys_seconds(sys_days(date)).time_since_epoch().count() + *hour * 3600 +
                     *minute * 60 + *second - offset->count();
  if (total < kFirstSecond || total > kLastSecond) return std::nullopt;
  return Value::timestamp(total, *nanos);
}

struct Unit {
  std::string_view name;
  std::int64_t nanos;
};
constexpr Unit kUnits[] = {{"ns", 1},
                           {"us", 1'000},
                           {"\u00b5s", 1'000},
                           {"ms", 1'000'000},
                           {"s", kNanosPerSecond},
                           {"m", 60 * kNanosPerSecond},
                           {"h", 3600 * kNanosPerSecond}};

/// The nanoseconds of `number` units, exact to the nanosecond; nothing when it is malformed or
/// beyond the range of any duration.
std::optional<__int128> read_amount(std::string_view number, std::int64_t unit) {
  const auto point = std::min(number.find('.'), number.size());
  const auto fraction = number.substr(std::min(point + 1, number.size()));
  if (point + fraction.size() == 0 || number.size() > 30 || fraction.contains('.'))
    return std::nullopt;
  __int128 whole = 0;
  for (const char digit : number.substr(0, point)) {
    whole = whole * 10 + (digit - '0');
    if (whole > INT64_MAX) return std::nullopt;
  }
  __int128 parts = 0;
  __int128 scale = 1;
  // Fifteen digits of an hour are less than a nanosecond.
  for (const char digit : fraction.substr(0, 15)) {
    parts = parts * 10 + (digit - '0');
    scale *= 10;
  }
  return whole * unit + parts * unit / scale;
}

/// `1h30m`, `-1.5s`: numbers with units, as Go and CEL write them.
std::optional<std::int64_t> read_duration(std::string_view text) {
  const bool is_negative = text.starts_with('-');
  if (is_negative || text.starts_with('+')) text.remove_prefix(1);
  if (text == "0") return 0;
  if (text.empty()) return std::nullopt;
  __int128 total = 0;
  while (!text.empty()) {
    const auto number = text.substr(0, text.find_first_not_of("0123456789."));
    text.remove_prefix(number.size());
    const auto name = text.substr(0, text.find_first_of("0123456789."));
    text.remove_prefix(name.size());
    const auto* unit = std::ranges::find(kUnits, name, &Unit::name);
    if (unit == std::end(kUnits)) return std::nullopt;
    const auto amount = read_amount(number, unit->nanos);
    if (!amount) return std::nullopt;
    total += *amount;
    if (total > INT64_MAX) return std::nullopt;
  }
  return static_cast<std::int64_t>(is_negative ? -total : total);
}

Value to_timestamp(Evaluation& run, Arguments arguments) {
  const auto& value = arguments[0];
  if (value.is(Kind::Timestamp)) return value;
  if (value.is(Kind::Int)) {
    if (value.integer() < kFirstSecond || value.integer() > kLastSecond)
      return run.fail("expression.overflow", "the timestamp is outside the years 1 to 9999");
    return Value::timestamp(value.integer(), 0);
  }
  if (!value.is(Kind::String)) return run.no_overload("timestamp", arguments);
  if (const auto read = read_timestamp(value.text())) return *read;
  return run.fail("expression.argument", "a timestamp is written 2026-11-23T09:57:00Z (RFC 3339)");
}

Value to_duration(Evaluation& run, Arguments arguments) {
  const auto& value = arguments[0];
  if (value.is(Kind::Duration)) return value;
  if (!value.is(Kind::String)) return run.no_overload("duration", arguments);
  if (const auto read = read_duration(value.text())) return Value::duration(*read);
  return run.fail("expression.argument", "a duration is written 90s, 1h30m or 250ms");
}

Value now(Evaluation& run, Arguments) {
  const auto time = run.scope().now().time_since_epoch();
  const auto whole = std::chrono::floor<seconds>(time);
  return Value::timestamp(whole.count(),
                          static_cast<std::uint32_t>((time - whole).count() * 1'000'000));
}

/// How far a zone is ahead of UTC at `time`: `UTC`, `+02:00`, `02:00`, `Europe/Paris`.
std::optional<seconds> zone_offset(std::string_view zone, sys_seconds time) {
  if (zone == "UTC" || zone == "Z" || zone.empty()) return seconds(0);
  const auto text = zone[0] == '+' || zone[0] == '-' ? std::string(zone) : "+" + std::string(zone);
  Fields fields(text);
  const auto offset = read_offset(fields);
  if (offset && fields.at_end()) return offset;
  try {
    return date::locate_zone(std::string(zone))->get_info(time).offset;
  } catch (const std::runtime_error&) {
    return std::nullopt;
  }
}

enum class Part {
  Year,
  Month,
  Date,
  DayOfMonth,
  DayOfWeek,
  DayOfYear,
  Hours,
  Minutes,
  Seconds,
  Milliseconds
};

std::int64_t calendar_part(Part part, std::int64_t total, std::uint32_t nanos) {
  const sys_seconds time{seconds(total)};
  const auto day = std::chrono::floor<days>(time);
  const std::chrono::year_month_day date(day);
  const auto of_day = (time - day).count();
  switch (part) {
    case Part::Year:
      return int{date.year()};
    case Part::Month:
      return unsigned{date.month()} - 1;
    case Part::Date:
      return unsigned{date.day()};
    case Part::DayOfMonth:
      return unsigned{date.day()} - 1;
    case Part::DayOfWeek:
      return std::chrono::weekday(day).c_encoding();
    case Part::DayOfYear:
      return (day - sys_days(date.year() / std::chrono::January / 1)).count();
    case Part::Hours:
      return of_day / 3600;
    case Part::Minutes:
      return of_day / 60 % 60;
    case Part::Seconds:
      return of_day % 60;
    case Part::Milliseconds:
      return nanos / 1'000'000;
  }
  return 0;
}

std::optional<std::int64_t> duration_part(Part part, std::int64_t nanos) {
  switch (part) {
    case Part::Hours:
      return nanos / (3600 * kNanosPerSecond);
    case Part::Minutes:
      return nanos / (60 * kNanosPerSecond);
    case Part::Seconds:
      return nanos / kNanosPerSecond;
    case Part::Milliseconds:
      return nanos % kNanosPerSecond / 1'000'000;
    default:
      return std::nullopt;
  }
}

template <Part Which>
Value part_of(Evaluation& run, Arguments arguments) {
  const auto& value = arguments[0];
  if (value.is(Kind::Duration) && arguments.size() == 1)
    if (const auto part = duration_part(Which, value.integer())) return Value::of(*part);
  if (!value.is(Kind::Timestamp) || (arguments.size() == 2 && !arguments[1].is(Kind::String)))
    return run.no_overload("this part of a time", arguments);
  seconds offset(0);
  if (arguments.size() == 2) {
    const auto zone = zone_offset(arguments[1].text(), sys_seconds(seconds(value.integer())));
    if (!zone)
      return run.fail("expression.argument",
                      "a time zone is UTC, a name like Europe/Paris or an offset like +02:00");
    offset = *zone;
  }
  return Value::of(calendar_part(Which, value.integer() + offset.count(), value.nanoseconds()));
}

std::string print_fraction(std::uint32_t nanos) {
  if (nanos == 0) return {};
  auto digits = fmt::format(".{:09}", nanos);
  digits.resize(digits.find_last_not_of('0') + 1);
  return digits;
}

}  // namespace

std::string print_timestamp(const Value& timestamp) {
  const sys_seconds time{seconds(timestamp.integer())};
  const auto day = std::chrono::floor<days>(time);
  const std::chrono::year_month_day date(day);
  const auto of_day = (time - day).count();
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}{}Z", int{date.year()},
                     unsigned{date.month()}, unsigned{date.day()}, of_day / 3600, of_day / 60 % 60,
                     of_day % 60, print_fraction(timestamp.nanoseconds()));
}

std::string print_duration(const Value& duration) {
  const auto nanos = duration.integer();
  const auto whole = nanos / kNanosPerSecond;
  const auto fraction = static_cast<std::uint32_t>(std::abs(nanos % kNanosPerSecond));
  return fmt::format("{}{}{}s", nanos < 0 ? "-" : "", std::abs(whole), print_fraction(fraction));
}

std::span<const Function> time_functions() {
  static constexpr Function kFunctions[] = {
      {"now", CallStyle::Global, 0, 0, now, "() -> timestamp"},
      {"timestamp", CallStyle::Global, 1, 1, to_timestamp,
       "(timestamp) -> timestamp; (string) -> timestamp; (int) -> timestamp"},
      {"duration", CallStyle::Global, 1, 1, to_duration,
       "(duration) -> duration; (string) -> duration"},
      {"getFullYear", CallStyle::Method, 1, 2, part_of<Part::Year>,
       "(timestamp) -> int; (timestamp, string) -> int"},
      {"getMonth", CallStyle::Method, 1, 2, part_of<Part::Month>,
       "(timestamp) -> int; (timestamp, string) -> int"},
      {"getDate", CallStyle::Method, 1, 2, part_of<Part::Date>,
       "(timestamp) -> int; (timestamp, string) -> int"},
      {"getDayOfMonth", CallStyle::Method, 1, 2, part_of<Part::DayOfMonth>,
       "(timestamp) -> int; (timestamp, string) -> int"},
      {"getDayOfWeek", CallStyle::Method, 1, 2, part_of<Part::DayOfWeek>,
       "(timestamp) -> int; (timestamp, string) -> int"},
      {"getDayOfYear", CallStyle::Method, 1, 2, part_of<Part::DayOfYear>,
       "(timestamp) -> int; (timestamp, string) -> int"},
      {"getHours", CallStyle::Method, 1, 2, part_of<Part::Hours>,
       "(timestamp) -> int; (timestamp, string) -> int; (duration) -> int"},
      {"getMinutes", CallStyle::Method, 1, 2, part_of<Part::Minutes>,
       "(timestamp) -> int; (timestamp, string) -> int; (duration) -> int"},
      {"getSeconds", CallStyle::Method, 1, 2, part_of<Part::Seconds>,
       "(timestamp) -> int; (timestamp, string) -> int; (duration) -> int"},
      {"getMilliseconds", CallStyle::Method, 1, 2, part_of<Part::Milliseconds>,
       "(timestamp) -> int; (timestamp, string) -> int; (duration) -> int"},
  };
  return kFunctions;
}

}  // namespace qd::expr
