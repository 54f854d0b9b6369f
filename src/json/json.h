// JSON values, strictly parsed and bounded (RFC 8259).
#pragma once

#include <string>
#include <string_view>

#include <boost/json.hpp>

#include "base/error.h"

namespace qd {

using Json = boost::json::value;
using JsonObject = boost::json::object;
using JsonArray = boost::json::array;

namespace json {

struct Limits {
  std::size_t depth = 64;
};

/// Parses exactly one JSON text. Refuses (kind Malformed, codes `json.syntax`, `json.utf8`,
/// `json.nul`, `json.depth`, `json.number`), with line and column in the message: invalid UTF-8, a
/// NUL character in a string, nesting over the limit, numbers that are neither int64 nor finite
/// double.
[[nodiscard]] Result<Json> parse(std::string_view text, Limits limits = {});
/// Compact text that reads back to the same value: a double keeps its fraction (`2.0`), in the
/// fewest digits that say it.
[[nodiscard]] std::string print(const Json& value);
/// The same, behind what is there.
void append(std::string& text, const Json& value);
void append(std::string& text, const JsonObject& value);
void append(std::string& text, const JsonArray& value);
void append(std::string& text, double value);
/// RFC 7396: `patch` over `target`; null removes.
void merge_patch(Json& target, const Json& patch);
/// The member of an object, or null when `value` is no object or has none.
[[nodiscard]] const Json* find(const Json& value, std::string_view name);
/// A name as one segment of a JSON Pointer (RFC 6901, section 3).
[[nodiscard]] std::string escape_pointer(std::string_view segment);

}  // namespace json
}  // namespace qd
