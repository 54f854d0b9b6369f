// What is known ahead of the values that an expression will see, so that a wrong member or a wrong
// type is reported when it is written rather than when it runs.
#pragma once

#include <string_view>

#include "json/json.h"

namespace qd::expr {

/// Implemented by whoever compiles. What it returns must stay valid until `compile` returns.
class Shape {
 public:
  virtual ~Shape() = default;
  /// The JSON Schema of the value at `path`: a root (`input`), its member or a field of that
  /// (`steps.classify.output`); null where nothing is known. It is asked for the longer path only
  /// where it had nothing for the shorter one.
  [[nodiscard]] virtual const Json* schema(std::string_view path) const = 0;
};

}  // namespace qd::expr
