#include "platform/log/log.h"

#include <atomic>
#include <cmath>
#include <mutex>

#include <fmt/format.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include "base/encoding.h"
#include "base/time.h"

namespace qd::log {
namespace {

using Line = fmt::memory_buffer;

void append(Line& line, std::string_view text) {
  line.append(text.data(), text.data() + text.size());
}

/// Writes `text` as the inside of a JSON string; also keeps a text line one line, whatever is
/// logged.
void append_escaped(Line& line, std::string_view text) {
  const auto highest = is_utf8(text) ? 0xff : 0x7e;
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      line.push_back('\\');
      line.push_back(c);
    } else if (c == '\n') {
      append(line, "\\n");
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f ||
               static_cast<unsigned char>(c) > highest) {
      fmt::format_to(std::back_inserter(line), "\\u{:04x}", static_cast<unsigned char>(c));
    } else {
      line.push_back(c);
    }
  }
}

void append_quoted(Line& line, std::string_view text) {
  line.push_back('"');
  append_escaped(line, text);
  line.push_back('"');
}

bool is_bare_word(std::string_view text) {
  return !text.empty() && text.size() <= 200 && std::ranges::all_of(text, [](char c) {
    return c > ' ' && c < 0x7f && c != '"' && c != '=' && c != '\\';
  });
}

void append_value(Line& line, const Field& field, Format format) {
  const auto out = std::back_inserter(line);
  if (const auto* text = std::get_if<std::string_view>(&field.value)) {
    if (format == Format::Text && is_bare_word(*text))
      append(line, *text);
    else
      append_quoted(line, *text);
  } else if (const auto* number = std::get_if<std::int64_t>(&field.value)) {
    fmt::format_to(out, "{}", *number);
  } else if (const auto* real = std::get_if<double>(&field.value)) {
    // JSON has no word for infinity.
    if (std::isfinite(*real))
      fmt::format_to(out, "{}", *real);
    else
      append(line, "null");
  } else {
    append(line, std::get<bool>(field.value) ? "true" : "false");
  }
}

void append_json(Line& line, Timestamp now, Level level, std::string_view message, Fields fields) {
  append(line, R"({"time":")");
  append(line, to_rfc3339(now));
  append(line, R"(","level":")");
  append(line, enum_name(level));
  append(line, R"(","message":)");
  append_quoted(line, message);
  for (const auto& field : fields) {
    line.push_back(',');
    append_quoted(line, field.name);
    line.push_back(':');
    append_value(line, field, Format::Json);
  }
  append(line, "}\n");
}

void append_text(Line& line, Timestamp now, Level level, std::string_view message, Fields fields) {
  append(line, to_rfc3339(now));
  fmt::format_to(std::back_inserter(line), " {:5} ", enum_name(level));
  append_escaped(line, message);
  for (const auto& field : fields) {
    line.push_back(' ');
    append(line, field.name);
    line.push_back('=');
    append_value(line, field, Format::Text);
  }
  line.push_back('\n');
}

/// Hands finished lines to a function, one at a time.
class FunctionSink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  explicit FunctionSink(std::function<void(std::string_view)> take) : take_(std::move(take)) {}

 private:
  void sink_it_(const spdlog::details::log_msg& message) override {
    take_({message.payload.data(), message.payload.size()});
  }
  void flush_() override {}

  std::function<void(std::string_view)> take_;
};

void write_to_stderr(std::string_view line) {
  // A process that can't write its log has nobody to tell.
  [[maybe_unused]] const auto written = std::fwrite(line.data(), 1, line.size(), stderr);
}

std::atomic<Logger*> g_process_logger = nullptr;

}  // namespace

struct Logger::Output {
  explicit Output(std::function<void(std::string_view)> sink)
      : logger("qd", std::make_shared<FunctionSink>(sink ? std::move(sink) : write_to_stderr)) {
    logger.set_level(spdlog::level::trace);
  }
  spdlog::logger logger;
  SystemClock clock;
};

Logger::Logger(Options options)
    : level_(options.level),
      format_(options.format),
      output_(std::make_unique<Output>(std::move(options.sink))) {}

Logger::~Logger() = default;

void Logger::write(Level level, std::string_view message, Fields fields) {
  if (!enabled(level)) return;
  Line line;
  const auto now = output_->clock.now();
  if (format_ == Format::Json)
    append_json(line, now, level, message, fields);
  else
    append_text(line, now, level, message, fields);
  output_->logger.log(spdlog::level::info, spdlog::string_view_t(line.data(), line.size()));
}

void set_process_logger(Logger* logger) {
  g_process_logger = logger;
}

Logger& process_logger() {
  static Logger before_main_says{{.level = Level::Warn}};
  auto* logger = g_process_logger.load(std::memory_order_acquire);
  return logger ? *logger : before_main_says;
}

void debug(std::string_view message, Fields fields) {
  process_logger().write(Level::Debug, message, fields);
}
void info(std::string_view message, Fields fields) {
  process_logger().write(Level::Info, message, fields);
}
void warn(std::string_view message, Fields fields) {
  process_logger().write(Level::Warn, message, fields);
}
void error(std::string_view message, Fields fields) {
  process_logger().write(Level::Error, message, fields);
}

}  // namespace qd::log
