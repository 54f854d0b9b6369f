// Everything that is wrong with a workflow document, at once, so that an author fixes it in one go.
#pragma once

#include <vector>

#include "base/error.h"
#include "json/json.h"

namespace qd::engine {

/// Bounds of one document; over them is a fault, and checking stops there.
inline constexpr std::size_t kMaxNodes = 10'000;
inline constexpr std::size_t kMaxEdges = 50'000;

/// Every fault, in order of the document; empty means that `compile_definition` succeeds. A path is
/// RFC 6901 from the document's root (`/nodes/3/with/url`); messages name the node by its id.
[[nodiscard]] std::vector<Fault> validate(const Json& document);

}  // namespace qd::engine
