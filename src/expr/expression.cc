#include "expr/expression.h"

#include "expr/evaluator.h"
#include "expr/result.h"

namespace qd::expr {

Result<Json> Expression::evaluate(const Scope& scope, Budget budget) const {
  Evaluator evaluator(*program_, scope, budget);
  ResultSpace space;
  return to_json(evaluator.run(), space);
}

Result<bool> Expression::evaluate_condition(const Scope& scope, Budget budget) const {
  Evaluator evaluator(*program_, scope, budget);
  const Value value = evaluator.run();
  if (value.is_error()) return std::unexpected(to_error(*value.failure()));
  if (value.is(Kind::Bool)) return value.boolean();
  return fail(ErrorKind::Invalid, "expression.type",
              fmt::format("a condition is true or false, not {}", type_name(value.kind())));
}

const std::vector<Reference>& Expression::references() const {
  return program_->references;
}

const std::string& Expression::source() const {
  return program_->source;
}

Result<Expression> compile(std::string_view source, const CompileOptions& options) {
  QD_TRY(auto program,
         build_program(source, options.start, {.roots = options.roots, .shape = options.shape}));
  return Expression(std::move(program));
}

Result<Expression> compile(std::string_view source, Position start,
                           std::span<const std::string_view> roots) {
  return compile(source, CompileOptions{.start = start, .roots = roots});
}

}  // namespace qd::expr
