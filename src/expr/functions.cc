#include "expr/functions.h"

namespace qd::expr {

namespace {

const std::unordered_map<std::string_view, const Function*>& all_functions() {
  static const auto table = [] {
    std::unordered_map<std::string_view, const Function*> by_name;
    for (const auto part :
         {string_functions(), conversion_functions(), time_functions(), json_functions(),
          format_functions(), list_functions(), set_functions(), math_functions(),
          optional_functions(), regex_functions(), network_functions()})
      for (const auto& function : part) by_name.emplace(function.name, &function);
    return by_name;
  }();
  return table;
}

}  // namespace

const Function* find_function(std::string_view name) {
  const auto found = all_functions().find(name);
  return found == all_functions().end() ? nullptr : found->second;
}

std::vector<std::string_view> function_names() {
  std::vector<std::string_view> names;
  for (const auto& [name, function] : all_functions()) names.push_back(name);
  std::ranges::sort(names);
  return names;
}

Value Evaluation::fail(std::string_view code, std::string_view message) {
  return Value::error(
      arena_.make(Failure{.code = arena_.copy(code), .message = arena_.copy(message)}));
}

Value Evaluation::out_of_budget() {
  return fail("expression.cost", "the expression costs more than it may");
}

Value Evaluation::no_overload(std::string_view operation, std::span<const Value> operands) {
  std::string kinds;
  for (const auto& operand : operands) {
    if (!kinds.empty()) kinds += ", ";
    kinds += type_name(operand.kind());
  }
  return fail("expression.type", fmt::format("{} does not take ({})", operation, kinds));
}

Value Evaluation::text(std::string_view text) {
  if (!charge_bytes(text.size())) return out_of_budget();
  return Value::string(arena_.copy(text));
}

}  // namespace qd::expr
