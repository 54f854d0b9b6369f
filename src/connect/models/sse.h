// Server-sent events out of bytes that arrive in pieces (WHATWG HTML, section 9.2): lines end in
// CR, LF or CRLF, also when a piece ends in the middle of one; comments and unknown fields are
// skipped.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace qd::connect::models {

struct SseEvent {
  /// Empty unless the stream named it.
  std::string name;
  /// The data lines, joined by LF.
  std::string data;
};

class SseParser {
 public:
  using Sink = std::function<void(const SseEvent&)>;

  /// An event may be at most this long, all its lines together.
  explicit SseParser(Sink sink, std::size_t max_event_bytes = 4 << 20)
      : sink_(std::move(sink)), max_event_bytes_(max_event_bytes) {}

  /// Gives every event that these bytes complete. An event that the stream does not end with an
  /// empty line never comes. False once an event was over the limit; all later bytes are refused.
  bool feed(std::string_view bytes);

 private:
  void take_line(std::string_view line);
  void take_field(std::string_view name, std::string_view value);
  void dispatch();

  Sink sink_;
  std::size_t max_event_bytes_;
  std::string line_;
  SseEvent event_;
  bool has_data_ = false;
  bool is_first_line_ = true;
  bool skip_lf_ = false;
  bool is_over_ = false;
};

}  // namespace qd::connect::models
