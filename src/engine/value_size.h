// How large values are, for bounds.
#pragma once

#include "json/json.h"

namespace qd::engine {

/// Of one step's output, as JSON text.
inline constexpr std::size_t kMaxOutput = 16 << 20;

/// How long a value's JSON text in a row may be, in bytes; what is longer is stored apart.
inline constexpr std::size_t kLongestInRow = 256 << 10;

/// About how long the value is as text; cheap, and never much less than the truth.
[[nodiscard]] std::size_t text_size(const Json& value);
[[nodiscard]] std::size_t text_size(const JsonObject& value);
/// Its text; empty where that is longer than a row takes.
[[nodiscard]] std::string text_for_row(const JsonObject& value);

}  // namespace qd::engine
