// A struct that describes itself once (BOOST_DESCRIBE_STRUCT) is read from JSON, written to JSON
// and printed as JSON Schema from that one description. Constraints stand beside the fields, as
// types:
//
//   struct ProjectDraft {
//     Text<1, 200> name;                     // required
//     std::optional<Text<0, 2000>> description;  // may be absent or null
//     std::optional<std::vector<Text<1, 50>>> tags;
//   };
//   BOOST_DESCRIBE_STRUCT(ProjectDraft, (), (name, description, tags))
//
// A member that is not std::optional is required on reading. A described base's members are
// included. Known leaf types: bool, int64_t, int, double, std::string, Text, Whole, Email, Slug,
// Timestamp (RFC 3339), Id<Tag>, described enums (snake_case), Json, JsonObject, JsonArray;
// containers: std::vector<T>, std::map<std::string, T>, std::optional<T>, std::unique_ptr is not
// supported.
#pragma once

#include <cstdint>
#include <string>

#include "base/error.h"
#include "base/id.h"
#include "base/time.h"
#include "json/constrained.h"
#include "json/json.h"
#include "json/type_info.h"

namespace qd {

namespace json {

/// Reads a T; every fault at once, each with its path. Unknown members are faults (`unknown_field`)
/// unless ignored. `at` is put before every path.
template <class T>
[[nodiscard]] Result<T> from_json(const Json& value, Unknown unknown = Unknown::Reject,
                                  std::string_view at = "") {
  T out{};
  std::vector<Fault> faults;
  Reader reader{.unknown = unknown, .path = std::string(at), .faults = faults};
  type_of<T>().read(type_of<T>(), value, &out, reader);
  if (!faults.empty()) return invalid(std::move(faults));
  return out;
}

template <class T>
[[nodiscard]] Json to_json(const T& value) {
  return type_of<T>().write(type_of<T>(), &value);
}

/// The same text as `print(to_json(value))`, without the tree in between.
template <class T>
[[nodiscard]] std::string to_text(const T& value) {
  std::string out;
  type_of<T>().print(type_of<T>(), &value, out);
  return out;
}

}  // namespace json
}  // namespace qd
