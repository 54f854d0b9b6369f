// JSON written as the YAML that people keep in git: text over several lines as blocks, short lists
// and objects in one line.
#pragma once

#include <string>

#include "json/json.h"

namespace qd::cli {

/// Ends with a line feed. `engine::yaml_to_json` reads it back to the same value.
[[nodiscard]] std::string to_yaml(const Json& value);
/// The same value with the members of its objects in the order that `like` has them, so that only
/// what differs shows in a comparison.
[[nodiscard]] Json arranged(const Json& value, const Json& like);

}  // namespace qd::cli
