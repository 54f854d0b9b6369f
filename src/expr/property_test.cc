// What holds for every expression, shown on random ones.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "expr/evaluator.h"
#include "expr/unparse.h"

namespace qd::expr {
namespace {

rc::Gen<std::string> source(int depth);

rc::Gen<std::string> leaf() {
  return rc::gen::element<std::string>(
      "null", "true", "false", "0", "7", "-3", "9223372036854775807", "-9223372036854775808", "5u",
      "1.5", "-0.25", "1e300", "'text'", "''", R"("a\"b\\\n")", "b'\\xff\\x00'", "'é€'", "input",
      ".input", "input.n", "input.`a b`", "input.list", "input.?nope", "x", "[]", "{}");
}

/// `pattern` with each `$` replaced by an expression.
rc::Gen<std::string> filled(std::string pattern, int depth) {
  return rc::gen::exec([pattern = std::move(pattern), depth] {
    std::string out;
    for (const char c : pattern) out += c == '$' ? *source(depth - 1) : std::string(1, c);
    return out;
  });
}

rc::Gen<std::string> source(int depth) {
  if (depth == 0) return leaf();
  const auto pattern = rc::gen::element<std::string>(
      "($)", "$ + $", "$ - $", "$ * $", "$ / $", "$ % $", "$ == $", "$ < $", "$ in $", "($) && ($)",
      "$ || $ || $", "($ && $) && $", "!$", "-$", "-($)", "($) ? ($) : $", "[$, $]", "[?$, $]",
      "{$: $}", "{?$: $}", "($).a", "($).?a", "($)[$]", "($)[?$]", "size($)", "string($)",
      "[$, $, $].map(x, $)", "[$, $].filter(x, $)", "[$].exists(x, $)", "[$, $].all(i, x, $)",
      "[$, $].transformList(i, x, $)", "{'k': $}.transformMap(k, x, $)", "[$, $].sortBy(x, $)",
      "cel.bind(x, $, [x, x])", "($).orValue($)", "optional.of($).optMap(x, $)",
      "[[$], [$]].flatten()", "lists.range(20).map(x, $)", "'%s and %d'.format([$, $])",
      "string($) + string($)");
  return rc::gen::mapcat(pattern, [depth](std::string chosen) { return filled(chosen, depth); });
}

/// With `x` bound, so that most expressions compile.
rc::Gen<std::string> program_source() {
  return rc::gen::map(source(3), [](std::string text) { return "cel.bind(x, 2, " + text + ")"; });
}

bool is_same(const Syntax& a, SyntaxId a_id, const Syntax& b, SyntaxId b_id) {
  const auto& left = a.node(a_id);
  const auto& right = b.node(b_id);
  std::int64_t budget = 1000;
  if (left.kind != right.kind || left.op != right.op || left.name != right.name ||
      left.literal.kind() != right.literal.kind() || !equal(left.literal, right.literal, budget))
    return false;
  return std::ranges::equal(
      a.children_of(left), b.children_of(right),
      [&](SyntaxId of_a, SyntaxId of_b) { return is_same(a, of_a, b, of_b); });
}

RC_GTEST_PROP(Unparse, GivesTheSameTreeWhenItIsParsedAgain, ()) {
  const auto text = *source(4);
  std::deque<std::string> texts;
  const auto first = parse(text, {}, texts);
  RC_PRE(first.has_value());

  const auto printed = unparse(*first);
  const auto second = parse(printed, {}, texts);

  RC_LOG() << text << "\n" << printed << "\n";
  RC_ASSERT(second.has_value());
  RC_ASSERT(is_same(*first, first->root, *second, second->root));
  RC_ASSERT(unparse(*second) == printed);
}

const ObjectScope& world() {
  static const ObjectScope scope(
      {{"input", {{"n", 3}, {"list", {1, "a", nullptr, 2.5}}, {"a b", {{"a", 1}}}}}});
  return scope;
}

std::optional<std::int64_t> cost_of(const Program& program, std::int64_t budget) {
  Evaluator evaluator(program, world(), {budget});
  const auto value = evaluator.run();
  const bool is_over = value.is_error() && value.failure()->code == "expression.cost";
  if (is_over) return std::nullopt;
  return budget - evaluator.cost_left();
}

RC_GTEST_PROP(Evaluation, CostsWhatItCostsAndNeverMoreThanItsBudget, ()) {
  const auto text = *program_source();
  const auto program =
      build_program(text, {}, {.roots = workflow_roots(), .checking = Checking::Off});
  RC_PRE(program.has_value());
  RC_LOG() << text << "\n";

  const auto budget = *rc::gen::inRange<std::int64_t>(1, 3000);
  const auto cost = cost_of(**program, budget);
  RC_TAG(cost ? "within its budget" : "beyond its budget");
  if (!cost) return;
  RC_ASSERT(*cost > 0);
  RC_ASSERT(*cost <= budget);
  RC_ASSERT(cost_of(**program, *cost) == cost);
  RC_ASSERT(cost_of(**program, *cost - 1) == std::nullopt);
}

}  // namespace
}  // namespace qd::expr
