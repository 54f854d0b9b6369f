// Between text and values.
#include "expr/functions.h"
#include "expr/result.h"
#include "json/json.h"

namespace qd::expr {

namespace {

using Arguments = std::span<const Value>;

Value json_parse(Evaluation& run, Arguments arguments) {
  if (!arguments[0].is(Kind::String)) return run.no_overload("json.parse", arguments);
  const auto text = arguments[0].text();
  if (!run.charge(1 + static_cast<std::int64_t>(text.size()))) return run.out_of_budget();
  auto parsed = json::parse(text);
  if (!parsed) return run.fail("expression.argument", parsed.error().message);
  return Value::lend(run.arena().keep(*std::move(parsed)));
}

Value json_stringify(Evaluation& run, Arguments arguments) {
  // What the budget still pays for bounds the text before it is made.
  ResultSpace space{.bytes_left =
                        std::min(kMaxResultBytes, static_cast<std::size_t>(run.left()) * 10)};
  const auto before = space.bytes_left;
  const auto value = to_json(arguments[0], space);
  if (!run.charge_bytes(before - space.bytes_left)) return run.out_of_budget();
  if (!value) return run.fail(value.error().code, value.error().message);
  return run.text(to_text(*value));
}

}  // namespace

std::span<const Function> json_functions() {
  static constexpr Function kFunctions[] = {
      {"json.parse", CallStyle::Global, 1, 1, json_parse, "(string) -> dyn"},
      {"json.stringify", CallStyle::Global, 1, 1, json_stringify, "(A) -> string"},
  };
  return kFunctions;
}

}  // namespace qd::expr
