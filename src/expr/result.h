// A computed value as JSON, bounded in size and depth, so that a small expression can't fill
// memory.
#pragma once

#include "expr/functions.h"

namespace qd::expr {

/// What one result may take in memory.
inline constexpr std::size_t kMaxResultBytes = 32 * 1024 * 1024;
/// As deep as JSON is read back.
inline constexpr int kMaxResultDepth = 64;

/// Where results of one rendering are counted together.
struct ResultSpace {
  std::size_t bytes_left = kMaxResultBytes;
  int depth_left = kMaxResultDepth;
};

/// `value` may be an error, which becomes the Result's. Numbers without a fraction become ints.
[[nodiscard]] Result<Json> to_json(const Value& value, ResultSpace& space);

/// JSON text as people expect it: `1.5`, where Boost.JSON writes `1.5E0`.
[[nodiscard]] std::string to_text(const Json& value);

/// The error that a failure is outside, with its place in the message.
[[nodiscard]] Error to_error(const Failure& failure);

}  // namespace qd::expr
