// What differs between two documents, member by member.
#pragma once

#include <vector>

#include "definitions/types.h"

namespace qd::definitions {

/// In order of the path. Lists whose items all have a text `id` (or `name`) are compared by it, so
/// that moving a node is no change; other lists by position.
[[nodiscard]] std::vector<Change> diff(const Json& before, const Json& after);

}  // namespace qd::definitions
