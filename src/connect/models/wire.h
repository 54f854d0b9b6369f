// Reading what providers send, where any member may be missing, null or of another type, and
// writing the parts that all of them share.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "connect/models/model.h"
#include "json/json.h"

namespace qd::connect::models {

/// The text of a member; empty when it is absent or no text.
[[nodiscard]] std::string text_at(const Json& value, std::string_view name);
/// A count that is not negative; zero when it is absent or none.
[[nodiscard]] std::int64_t count_at(const Json& value, std::string_view name);
/// The member, or a null value.
[[nodiscard]] const Json& member_at(const Json& value, std::string_view name);
/// The members of an array; empty when it is none.
[[nodiscard]] const JsonArray& items_at(const Json& value, std::string_view name);

/// A call's arguments out of an object, or out of the text that should hold one.
[[nodiscard]] ToolCall read_call(std::string id, std::string name, const Json& arguments);

/// Adds what `extra` has and `body` has not, objects member by member: what we write ourselves
/// wins.
void add_missing(JsonObject& body, const JsonObject& extra);

/// An instruction that asks for JSON of that schema, for models that can't be made to.
[[nodiscard]] std::string schema_instruction(const Json& schema);

/// The host of a URL, lower-case, without port.
[[nodiscard]] std::string host_of(std::string_view url);
/// Without slashes at its end; `fallback` when it is empty.
[[nodiscard]] std::string base_or(std::string_view base_url, std::string_view fallback);

}  // namespace qd::connect::models
