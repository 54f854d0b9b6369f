// Whatever the bytes, reading them as JSON ends with a value that prints and reads back the same,
// or with a named fault.
#include <cstdint>
#include <cstdlib>

#include "json/json.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto value = qd::json::parse({reinterpret_cast<const char*>(data), size});
  if (!value) {
    if (!value.error().code.starts_with("json.") || value.error().message.empty()) std::abort();
    return 0;
  }
  const auto text = qd::json::print(*value);
  const auto again = qd::json::parse(text);
  if (!again || qd::json::print(*again) != text) std::abort();
  return 0;
}
