// A compiled expression of the workflow language: CEL over JSON. Total, free of side effects and
// bounded in cost, so that it may come from any user.
//
//   QD_TRY(const auto condition, expr::compile("steps.classify.output.kind == 'bug'"));
//   QD_TRY(const auto holds, condition.evaluate(scope));
//
// Compiling reports (kind Invalid; the message starts with `line 1, column 7: `):
//   expression.syntax  expression.too_long  expression.too_deep  expression.unknown_name
//   expression.unknown_function  expression.wrong_arity  expression.argument  expression.type
//   expression.message_literal
// Evaluating reports (kind Invalid):
//   expression.type  expression.no_such_key  expression.index  expression.overflow
//   expression.divide_by_zero  expression.argument  expression.cost
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "expr/scope.h"
#include "expr/shape.h"
#include "json/json.h"

namespace qd::expr {

/// Both count from 1; columns count Unicode code points.
struct Position {
  int line = 1;
  int column = 1;
};

/// A use of a root of the scope: `steps.classify.output` is {steps, classify}. The member is empty
/// where the root is used as a whole or indexed by something computed.
struct Reference {
  std::string root;
  std::string member;
  /// What is asked of that member: `output`; empty where nothing is.
  std::string field;
  Position at;
};

/// The roots of any node of a workflow: input, steps, execution, workflow, project, vars, item,
/// index, error.
[[nodiscard]] std::span<const std::string_view> workflow_roots();
/// The roots of a filter over events: event, input.
[[nodiscard]] std::span<const std::string_view> event_roots();

/// What one evaluation may cost: about one unit a step of the evaluator and one each ten bytes or
/// elements that it makes or compares.
struct Budget {
  std::int64_t cost = 1'000'000;
};

/// What to compile against.
struct CompileOptions {
  /// Where the source begins in the text that the user wrote, for the positions in messages.
  Position start = {};
  /// The names that it may use.
  std::span<const std::string_view> roots = workflow_roots();
  /// What is known of them, so that wrong members and types are reported; may be null.
  const Shape* shape = nullptr;
};

struct Program;

/// Immutable and cheap to copy; safe to evaluate from several threads at once.
class Expression {
 public:
  /// The value as JSON: timestamps become RFC 3339 text, durations text like `90s`, bytes base64.
  [[nodiscard]] Result<Json> evaluate(const Scope& scope, Budget budget = {}) const;
  /// For conditions: anything but true or false is `expression.type`.
  [[nodiscard]] Result<bool> evaluate_condition(const Scope& scope, Budget budget = {}) const;
  /// Every use of a root, in order of appearance, duplicates included.
  [[nodiscard]] const std::vector<Reference>& references() const;
  [[nodiscard]] const std::string& source() const;

 private:
  friend Result<Expression> compile(std::string_view source, const CompileOptions& options);
  explicit Expression(std::shared_ptr<const Program> program) : program_(std::move(program)) {}
  std::shared_ptr<const Program> program_;
};

/// At most 64 KiB of source, nested at most 64 deep.
[[nodiscard]] Result<Expression> compile(std::string_view source, const CompileOptions& options);
[[nodiscard]] Result<Expression> compile(
    std::string_view source, Position start = {},
    std::span<const std::string_view> roots = workflow_roots());

}  // namespace qd::expr
