// JSON Schema of values that people and models give: inputs, forms, tool arguments, final answers.
#pragma once

#include <string_view>

#include "base/error.h"
#include "json/json.h"

namespace qd::engine {

/// Every fault of `value` against `schema` (draft 7 as valijson reads it), paths below `at`. A null
/// or empty schema takes everything. Invalid `schema.invalid` where the schema itself is none.
[[nodiscard]] Result<void> check_schema(const Json& schema, const Json& value, std::string_view at);
/// What is wrong with a schema itself, paths below `at`; remote references are refused.
[[nodiscard]] std::vector<Fault> schema_faults(const Json& schema, std::string_view at);

}  // namespace qd::engine
