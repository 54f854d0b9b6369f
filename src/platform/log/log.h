// What the process says about itself: one line per event on stderr, a message and named fields, as
// text for people or JSON for machines. A Secret can't be a field.
//
//   log::info("server listening", {{"address", address}, {"port", port}});
#pragma once

#include <atomic>
#include <concepts>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

#include "base/enum_names.h"
#include "base/secret.h"

namespace qd::log {

enum class Level { Trace, Debug, Info, Warn, Error, Off };
BOOST_DESCRIBE_ENUM(Level, Trace, Debug, Info, Warn, Error, Off)

enum class Format { Text, Json };
BOOST_DESCRIBE_ENUM(Format, Text, Json)

/// One named value; it borrows its text, so it lives no longer than the call.
struct Field {
  std::string_view name;
  std::variant<std::string_view, std::int64_t, double, bool> value;

  template <std::convertible_to<std::string_view> T>
  Field(std::string_view field_name, const T& text)
      : name(field_name), value(std::string_view(text)) {}
  template <std::integral T>
    requires(!std::same_as<T, bool>)
  Field(std::string_view field_name, T number)
      : name(field_name), value(static_cast<std::int64_t>(number)) {}
  template <std::same_as<bool> T>
  Field(std::string_view field_name, T flag) : name(field_name), value(flag) {}
  Field(std::string_view field_name, double number) : name(field_name), value(number) {}
  Field(std::string_view field_name, const Secret& secret) = delete;
};
using Fields = std::initializer_list<Field>;

struct Options {
  Level level = Level::Info;
  Format format = Format::Text;
  /// Where finished lines go (each with its newline, one call a line, never two at once); stderr
  /// when empty.
  std::function<void(std::string_view)> sink = {};
};

/// Thread-safe. A line is formatted by the caller and written at once.
class Logger {
 public:
  explicit Logger(Options options);
  ~Logger();
  Logger(const Logger&) = delete;
  Logger& operator=(const Logger&) = delete;

  [[nodiscard]] bool enabled(Level level) const {
    return level >= level_.load(std::memory_order_relaxed);
  }
  void set_level(Level level) { level_ = level; }
  void write(Level level, std::string_view message, Fields fields = {});

 private:
  struct Output;
  std::atomic<Level> level_;
  Format format_;
  std::unique_ptr<Output> output_;
};

/// Makes `logger` the one that the functions below write to, until it is replaced; it must outlive
/// its use. Null goes back to the beginning: warnings and errors, as text. Called by main, before
/// threads start.
void set_process_logger(Logger* logger);
[[nodiscard]] Logger& process_logger();

void debug(std::string_view message, Fields fields = {});
void info(std::string_view message, Fields fields = {});
void warn(std::string_view message, Fields fields = {});
void error(std::string_view message, Fields fields = {});

}  // namespace qd::log
