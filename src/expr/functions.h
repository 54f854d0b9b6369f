// The functions that expressions call: one table from name to code. To add one, write it in the
// functions_*.cc of its subject and add a line to that file's table.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "expr/arena.h"
#include "expr/environment.h"
#include "expr/syntax.h"
#include "expr/value.h"

namespace qd::expr {

/// What a running expression offers its functions.
class Evaluation {
 public:
  Evaluation(const Scope& scope, std::int64_t cost, Numbers numbers)
      : scope_(scope), left_(cost), numbers_(numbers) {}

  [[nodiscard]] Arena& arena() { return arena_; }
  [[nodiscard]] const Scope& scope() const { return scope_; }

  /// Takes `units` from the budget. False when it is used up: the caller then returns
  /// `out_of_budget()` at once.
  [[nodiscard]] bool charge(std::int64_t units) {
    left_ -= units;
    return left_ >= 0;
  }
  [[nodiscard]] bool charge_bytes(std::size_t bytes) {
    return charge(1 + static_cast<std::int64_t>(bytes / 10));
  }
  /// CEL's equality, paid for. Meaningless when the budget is used up.
  [[nodiscard]] bool equal(const Value& a, const Value& b) { return expr::equal(a, b, left_); }
  [[nodiscard]] bool is_exhausted() const { return left_ < 0; }
  [[nodiscard]] std::int64_t left() const { return left_; }

  [[nodiscard]] Numbers numbers() const { return numbers_; }
  /// Whether `value` may stand where a double is asked for.
  [[nodiscard]] bool is_real(const Value& value) const {
    return value.is(Kind::Double) || (numbers_ == Numbers::Json && value.is_number());
  }

  [[nodiscard]] Value out_of_budget();
  [[nodiscard]] Value fail(std::string_view code, std::string_view message);
  /// `expression.type`: this operation does not exist for these kinds.
  [[nodiscard]] Value no_overload(std::string_view operation, std::span<const Value> operands);
  /// A copy of `text` in the arena, paid for.
  [[nodiscard]] Value text(std::string_view text);

 private:
  const Scope& scope_;
  std::int64_t left_;
  Numbers numbers_;
  Arena arena_;
};

/// Arguments are never errors; of a method the first is the receiver.
using FunctionCode = Value (*)(Evaluation&, std::span<const Value>);

enum class CallStyle : std::uint8_t { Global, Method, Both };

struct Function {
  std::string_view name;
  CallStyle style = CallStyle::Global;
  /// Receiver included.
  std::uint8_t min_arguments = 0;
  std::uint8_t max_arguments = 0;
  /// Null where the evaluator runs it, because not every argument is always evaluated.
  FunctionCode run = nullptr;
  /// Receiver included, apart by `;`: `(string, int) -> string`. What fits none is refused.
  std::string_view signatures;
};

inline constexpr std::uint8_t kAnyNumber = 255;

[[nodiscard]] std::span<const Function> string_functions();
[[nodiscard]] std::span<const Function> conversion_functions();
[[nodiscard]] std::span<const Function> time_functions();
[[nodiscard]] std::span<const Function> json_functions();
[[nodiscard]] std::span<const Function> format_functions();
[[nodiscard]] std::span<const Function> list_functions();
[[nodiscard]] std::span<const Function> set_functions();
[[nodiscard]] std::span<const Function> math_functions();
[[nodiscard]] std::span<const Function> optional_functions();
[[nodiscard]] std::span<const Function> regex_functions();
[[nodiscard]] std::span<const Function> network_functions();

/// The function of that name, or null.
[[nodiscard]] const Function* find_function(std::string_view name);
/// Every name, for suggestions.
[[nodiscard]] std::vector<std::string_view> function_names();

[[nodiscard]] Value apply(Evaluation& run, Operator op, const Value& left, const Value& right);
[[nodiscard]] Value negate(Evaluation& run, const Value& operand);

/// The items of `list` in the order of `keys`, one for each; equal keys keep their order.
[[nodiscard]] Value sorted(Evaluation& run, const Value& list, std::span<const Value> keys);

/// As `string(value)` prints them; a timestamp with as many fraction digits as it needs.
[[nodiscard]] std::string print_timestamp(const Value& timestamp);
[[nodiscard]] std::string print_duration(const Value& duration);
[[nodiscard]] std::string print_double(double number);
/// Of an address or a range.
[[nodiscard]] std::string print_address(const Value& address);

}  // namespace qd::expr
