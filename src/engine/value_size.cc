#include "engine/value_size.h"

namespace qd::engine {

std::size_t text_size(const Json& value) {
  switch (value.kind()) {
    case boost::json::kind::string:
      return value.get_string().size() + 2;
    case boost::json::kind::array: {
      std::size_t size = 2;
      for (const auto& item : value.get_array()) size += text_size(item) + 1;
      return size;
    }
    case boost::json::kind::object:
      return text_size(value.get_object());
    default:
      return 8;
  }
}

std::size_t text_size(const JsonObject& value) {
  std::size_t size = 2;
  for (const auto& member : value) size += member.key().size() + 4 + text_size(member.value());
  return size;
}

std::string text_for_row(const JsonObject& value) {
  std::string text;
  const auto size = text_size(value);
  if (size > kLongestInRow) return text;
  text.reserve(size);
  json::append(text, value);
  if (text.size() > kLongestInRow) text.clear();
  return text;
}

}  // namespace qd::engine
