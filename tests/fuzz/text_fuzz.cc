// The small texts that come from outside: lengths of time, moments, event streams.
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "base/time.h"
#include "connect/models/sse.h"

namespace {

void check_times(std::string_view text) {
  if (const auto length = qd::parse_duration(text))
    if (qd::parse_duration(qd::format_duration(*length)) != length) std::abort();
  if (const auto moment = qd::parse_rfc3339(text))
    if (qd::parse_rfc3339(qd::to_rfc3339(*moment)) != moment) std::abort();
}

std::vector<std::string> events(std::string_view text, std::size_t piece) {
  std::vector<std::string> seen;
  qd::connect::models::SseParser parser(
      [&](const qd::connect::models::SseEvent& event) {
        seen.push_back(event.name + "\n" + event.data);
      },
      1 << 12);
  for (std::size_t at = 0; at < text.size(); at += piece)
    if (!parser.feed(text.substr(at, piece))) break;
  return seen;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check_times(text);
  // A stream says the same in whatever pieces it comes.
  if (!text.empty() && events(text, text.size()) != events(text, 1)) std::abort();
  return 0;
}
