// Whatever the source, compiling and evaluating ends within its budget, what comes out is JSON that
// reads back, and a tree that is printed and parsed again prints the same.
#include <cstdint>
#include <cstdlib>

#include "base/encoding.h"
#include "expr/expression.h"
#include "expr/result.h"
#include "expr/template.h"
#include "expr/unparse.h"
#include "json/json.h"

namespace {

const qd::expr::ObjectScope& world() {
  static const qd::expr::ObjectScope scope(
      {{"input", {{"n", 3}, {"x", 1.5}, {"text", "h\u00e9llo"}, {"list", {1, "a", nullptr}}}},
       {"steps", {{"a", {{"output", {{"k", "v"}}}}}}},
       {"vars", boost::json::object()}});
  return scope;
}

void check(const qd::Result<qd::Json>& value) {
  if (!value) {
    if (value.error().code.empty()) std::abort();
    return;
  }
  // A result is at most 64 deep with its template around it, and JSON is read as deep.
  const auto again = qd::json::parse(qd::expr::to_text(*value), {.depth = 65});
  if (!again) std::abort();
}

void check_printing(std::string_view source) {
  std::deque<std::string> texts;
  const auto tree = qd::expr::parse(source, {}, texts);
  if (!tree) return;
  const auto printed = qd::expr::unparse(*tree);
  const auto again = qd::expr::parse(printed, {}, texts);
  // The brackets and escapes of the print may be beyond the bounds of a source.
  const bool is_beyond = !again && (again.error().code == "expression.too_deep" ||
                                    again.error().code == "expression.too_long");
  if (!is_beyond && (!again || qd::expr::unparse(*again) != printed)) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view source(reinterpret_cast<const char*>(data), size);
  // Sources are JSON strings, which are valid Unicode without NUL.
  if (!qd::is_utf8(source) || source.contains(static_cast<char>(0))) return 0;
  constexpr qd::expr::Budget kBudget{.cost = 20'000};
  check_printing(source);
  if (const auto compiled = qd::expr::compile(source)) check(compiled->evaluate(world(), kBudget));
  if (const auto compiled = qd::expr::compile_template(qd::Json(boost::json::string_view(source))))
    check(compiled->render(world(), kBudget));
  return 0;
}
