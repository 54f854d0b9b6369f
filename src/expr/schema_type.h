// JSON Schemas as types: what a schema promises for certain, and Dyn for the rest.
#pragma once

#include <string_view>
#include <vector>

#include "expr/types.h"

namespace qd::expr {

[[nodiscard]] TypeRef type_of_schema(Types& types, const Json& schema);

/// A member of an object type. Nothing where the schema declares members, this one is not among
/// them, and it does not speak of others (`additionalProperties`, `patternProperties`).
[[nodiscard]] TypeRef member_of(Types& types, const Type& object, std::string_view name);
[[nodiscard]] std::vector<std::string_view> members_of(const Type& object);

}  // namespace qd::expr
