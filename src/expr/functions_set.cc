// Lists as sets: order and repetition do not count.
#include "expr/functions.h"

namespace qd::expr {

namespace {

using Arguments = std::span<const Value>;

bool are_lists(Arguments arguments) {
  return std::ranges::all_of(arguments, [](const Value& value) { return value.is(Kind::List); });
}

/// Nothing when the budget is used up on the way.
std::optional<bool> has_item(Evaluation& run, const Value& list, const Value& item) {
  bool found = false;
  for (std::size_t i = 0; i < list.size() && !found && !run.is_exhausted(); ++i)
    found = run.equal(list.at(i), item);
  return run.is_exhausted() ? std::nullopt : std::optional(found);
}

/// Whether all or any of `items` are in `list`.
enum class Quantity { All, Any };
std::optional<bool> contains(Evaluation& run, const Value& list, const Value& items,
                             Quantity quantity) {
  const bool stops_at = quantity == Quantity::Any;
  for (std::size_t i = 0; i < items.size(); ++i) {
    const auto found = has_item(run, list, items.at(i));
    if (!found || *found == stops_at) return found;
  }
  return !stops_at;
}

Value answer(Evaluation& run, std::optional<bool> found) {
  return found ? Value::of(*found) : run.out_of_budget();
}

Value contains_all(Evaluation& run, Arguments arguments) {
  if (!are_lists(arguments)) return run.no_overload("sets.contains", arguments);
  return answer(run, contains(run, arguments[0], arguments[1], Quantity::All));
}

Value equivalent(Evaluation& run, Arguments arguments) {
  if (!are_lists(arguments)) return run.no_overload("sets.equivalent", arguments);
  const auto one_way = contains(run, arguments[0], arguments[1], Quantity::All);
  if (!one_way || !*one_way) return answer(run, one_way);
  return answer(run, contains(run, arguments[1], arguments[0], Quantity::All));
}

Value intersects(Evaluation& run, Arguments arguments) {
  if (!are_lists(arguments)) return run.no_overload("sets.intersects", arguments);
  return answer(run, contains(run, arguments[0], arguments[1], Quantity::Any));
}

}  // namespace

std::span<const Function> set_functions() {
  static constexpr Function kFunctions[] = {
      {"sets.contains", CallStyle::Global, 2, 2, contains_all, "(list(A), list(A)) -> bool"},
      {"sets.equivalent", CallStyle::Global, 2, 2, equivalent, "(list(A), list(A)) -> bool"},
      {"sets.intersects", CallStyle::Global, 2, 2, intersects, "(list(A), list(A)) -> bool"},
  };
  return kFunctions;
}

}  // namespace qd::expr
