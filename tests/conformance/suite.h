// One test of a conformance suite: what its messages say in terms of this language.
#pragma once

#include <optional>
#include <stdexcept>
#include <string>

#include "conformance/text_proto.h"
#include "expr/arena.h"
#include "expr/value.h"

namespace qd::conformance {

/// A test that needs what this language does not have, by reason.
class OutOfScope : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

inline constexpr auto kMessages = "protobuf messages";

/// A `cel.expr.Value`. Throws OutOfScope for messages and enums.
[[nodiscard]] expr::Value read_value(expr::Arena& arena, const Message& value);

/// A `cel.expr.Type` as types.h writes it. Throws OutOfScope for messages and wrappers.
[[nodiscard]] std::string read_type(const Message& type);

/// Whether two values are the same, kinds included; NaN is NaN.
[[nodiscard]] bool is_same(const expr::Value& a, const expr::Value& b);

}  // namespace qd::conformance
