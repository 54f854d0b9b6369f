// Functions of lists.
#include "expr/functions.h"

namespace qd::expr {

namespace {

using Arguments = std::span<const Value>;

std::int64_t length(const Value& list) {
  return static_cast<std::int64_t>(list.size());
}

Value some(Evaluation& run, const Value& inner) {
  return Value::optional(run.arena().make(inner));
}

Value range(Evaluation& run, Arguments arguments) {
  if (!arguments[0].is(Kind::Int)) return run.no_overload("lists.range", arguments);
  const auto count = std::max(arguments[0].integer(), std::int64_t{0});
  if (!run.charge(count)) return run.out_of_budget();
  const auto items = run.arena().array<Value>(static_cast<std::size_t>(count));
  for (std::int64_t i = 0; i < count; ++i) items[static_cast<std::size_t>(i)] = Value::of(i);
  return Value::list(items);
}

Value slice(Evaluation& run, Arguments arguments) {
  const auto& list = arguments[0];
  if (!list.is(Kind::List) || !arguments[1].is(Kind::Int) || !arguments[2].is(Kind::Int))
    return run.no_overload("slice", arguments);
  const auto begin = arguments[1].integer();
  const auto end = arguments[2].integer();
  if (begin < 0 || end < begin || end > length(list))
    return run.fail("expression.index", fmt::format("there are no items {} to {} in a list of {}",
                                                    begin, end, list.size()));
  if (!run.charge(end - begin)) return run.out_of_budget();
  const auto items = run.arena().array<Value>(static_cast<std::size_t>(end - begin));
  for (std::size_t i = 0; i < items.size(); ++i)
    items[i] = list.at(static_cast<std::size_t>(begin) + i);
  return Value::list(items);
}

/// Appends the items of `list`, with lists among them opened `depth` times.
bool flatten_into(Evaluation& run, std::vector<Value>& out, const Value& list, std::int64_t depth) {
  if (!run.charge(length(list))) return false;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const Value item = list.at(i);
    if (!item.is(Kind::List) || depth == 0)
      out.push_back(item);
    else if (!flatten_into(run, out, item, depth - 1))
      return false;
  }
  return true;
}

Value flatten(Evaluation& run, Arguments arguments) {
  const bool has_depth = arguments.size() == 2;
  if (!arguments[0].is(Kind::List) || (has_depth && !arguments[1].is(Kind::Int)))
    return run.no_overload("flatten", arguments);
  const auto depth = has_depth ? arguments[1].integer() : 1;
  constexpr std::int64_t kDeepest = 64;
  if (depth < 0 || depth > kDeepest)
    return run.fail("expression.argument",
                    fmt::format("the depth of flatten is 0 to {}", kDeepest));
  std::vector<Value> flat;
  if (!flatten_into(run, flat, arguments[0], depth)) return run.out_of_budget();
  const auto items = run.arena().array<Value>(flat.size());
  std::ranges::copy(flat, items.begin());
  return Value::list(items);
}

Value distinct(Evaluation& run, Arguments arguments) {
  const auto& list = arguments[0];
  if (!list.is(Kind::List)) return run.no_overload("distinct", arguments);
  if (!run.charge(length(list))) return run.out_of_budget();
  const auto items = run.arena().array<Value>(list.size());
  std::size_t count = 0;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const Value item = list.at(i);
    const auto seen = items.first(count);
    const bool is_known =
        std::ranges::any_of(seen, [&](const Value& other) { return run.equal(other, item); });
    if (run.is_exhausted()) return run.out_of_budget();
    if (!is_known) items[count++] = item;
  }
  return Value::list(items.first(count));
}

Value sort(Evaluation& run, Arguments arguments) {
  const auto& list = arguments[0];
  if (!list.is(Kind::List)) return run.no_overload("sort", arguments);
  if (!run.charge(length(list))) return run.out_of_budget();
  const auto keys = run.arena().array<Value>(list.size());
  for (std::size_t i = 0; i < keys.size(); ++i) keys[i] = list.at(i);
  return sorted(run, list, keys);
}

Value first(Evaluation& run, Arguments arguments) {
  const auto& list = arguments[0];
  if (!list.is(Kind::List)) return run.no_overload("first", arguments);
  return list.size() == 0 ? Value::optional(nullptr) : some(run, list.at(0));
}

Value last(Evaluation& run, Arguments arguments) {
  const auto& list = arguments[0];
  if (!list.is(Kind::List)) return run.no_overload("last", arguments);
  return list.size() == 0 ? Value::optional(nullptr) : some(run, list.at(list.size() - 1));
}

}  // namespace

Value sorted(Evaluation& run, const Value& list, std::span<const Value> keys) {
  for (const auto& key : keys)
    if (order(keys[0], key) == Order::NoOverload || order(key, key) == Order::NoOverload) {
      const Value both[] = {keys[0], key};
      return run.no_overload("sort", both);
    }
  // Each key is compared about log n times, and a comparison reads text.
  std::int64_t work = 0;
  for (const auto& key : keys)
    work += 1 + (key.is(Kind::String) ? static_cast<std::int64_t>(key.text().size() / 10) : 0);
  if (!run.charge(work * std::bit_width(keys.size()))) return run.out_of_budget();
  const auto places = run.arena().array<std::uint32_t>(keys.size());
  for (std::uint32_t i = 0; i < places.size(); ++i) places[i] = i;
  std::ranges::sort(places, [&](std::uint32_t a, std::uint32_t b) {
    const auto found = order(keys[a], keys[b]);
    return found == Order::Less || (found != Order::Greater && a < b);
  });
  const auto items = run.arena().array<Value>(keys.size());
  for (std::size_t i = 0; i < items.size(); ++i) items[i] = list.at(places[i]);
  return Value::list(items);
}

std::span<const Function> list_functions() {
  static constexpr Function kFunctions[] = {
      {"lists.range", CallStyle::Global, 1, 1, range, "(int) -> list(int)"},
      {"slice", CallStyle::Method, 3, 3, slice, "(list(A), int, int) -> list(A)"},
      {"flatten", CallStyle::Method, 1, 2, flatten,
       "(list(list(A))) -> list(A); (list(A)) -> list(dyn); (list(A), int) -> list(dyn)"},
      {"distinct", CallStyle::Method, 1, 1, distinct, "(list(A)) -> list(A)"},
      {"sort", CallStyle::Method, 1, 1, sort, "(list(A)) -> list(A)"},
      {"first", CallStyle::Method, 1, 1, first, "(list(A)) -> optional_type(A)"},
      {"last", CallStyle::Method, 1, 1, last, "(list(A)) -> optional_type(A)"},
  };
  return kFunctions;
}

}  // namespace qd::expr
