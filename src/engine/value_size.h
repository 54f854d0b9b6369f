// How large values are, for bounds.
#pragma once

#include "json/json.h"

namespace qd::engine {

/// Of one step's output, as JSON text.
inline constexpr std::size_t kMaxOutput = 16 << 20;

/// About how long the value is as text; cheap, and never much less than the truth.
[[nodiscard]] std::size_t text_size(const Json& value);

}  // namespace qd::engine
