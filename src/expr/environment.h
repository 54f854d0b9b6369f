// What an expression is compiled against: the names it may use, what is known of them, and how
// strictly it is read.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "expr/shape.h"
#include "expr/value.h"

namespace qd::expr {

/// JSON does not tell 4 from 4.0; CEL does.
enum class Numbers : std::uint8_t {
  /// An int stands wherever a double is asked for.
  Json,
  Strict,
};

/// Whether what can be known to be wrong is refused, or becomes an error where it is evaluated.
enum class Checking : std::uint8_t { On, Off };

enum class Macros : std::uint8_t { On, Off };

/// Types are written as types.h says.
struct Variable {
  std::string name;
  std::string type = "dyn";
  /// Without one it is a root of the scope. What it points to must outlive the expression.
  std::optional<Value> value = {};
};

/// A function that can be checked but not called.
struct DeclaredFunction {
  std::string name;
  std::string signature;
};

struct Environment {
  std::span<const std::string_view> roots = {};
  const Shape* shape = nullptr;
  /// Names are looked for in `a.b`, then in `a`, then as they are.
  std::string container = {};
  std::vector<Variable> variables = {};
  std::vector<DeclaredFunction> functions = {};
  Numbers numbers = Numbers::Json;
  Checking checking = Checking::On;
  Macros macros = Macros::On;
};

}  // namespace qd::expr
