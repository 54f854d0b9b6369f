// What evaluating takes from the heap. Counts every `new` of this program.
#include <atomic>
#include <cstdlib>
#include <new>

#include <gtest/gtest.h>

#include "expr/expression.h"
#include "json/json.h"

namespace {

std::atomic<std::size_t> allocations = 0;
std::atomic<std::size_t> allocated_bytes = 0;

}  // namespace

void* operator new(std::size_t size) {
  ++allocations;
  allocated_bytes += size;
  if (void* memory = std::malloc(size)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}

namespace qd::expr {
namespace {

const ObjectScope& world() {
  static const ObjectScope scope(json::parse(R"({
    "input": {"tags": ["a", "b", "x"], "name": "Ada", "price": 2.5},
    "steps": {"a": {"output": {"n": 5}}}})")
                                     ->as_object());
  return scope;
}

class Scalar : public testing::TestWithParam<std::string_view> {};
TEST_P(Scalar, TakesNothingFromTheHeap) {
  const auto compiled = compile(GetParam());
  ASSERT_TRUE(compiled) << compiled.error().message;
  const auto before = allocations.load();

  const auto value = compiled->evaluate(world());

  EXPECT_EQ(allocations.load() - before, 0);
  EXPECT_TRUE(value && value->is_primitive());
}

INSTANTIATE_TEST_SUITE_P(
    Results, Scalar,
    testing::Values("steps.a.output.n > 3 && input.tags.exists(t, t == 'x')", "input.price * 2 + 1",
                    "input.name", "size(input.tags) == 3 ? input.tags[0] : 'none'",
                    "has(input.nope) || input.name.startsWith('A')", "input.?nope.orValue(7)",
                    "cel.bind(n, steps.a.output.n, n * n)", "input.tags.map(t, t + t).size()",
                    "timestamp('2026-11-23T09:57:00Z').getHours() == 9"));

TEST(Evaluation, TakesNoMoreMemoryThanItsBudgetPaysFor) {
  constexpr std::int64_t kBudget = 20'000;
  constexpr std::size_t kBytesOfAUnit = 128;
  for (const std::string_view source :
       {"lists.range(100000)", "lists.range(150).map(x, lists.range(150))",
        "lists.range(1000).map(x, 'text' + string(x)).join(',').split('').map(c, c + c)",
        "[[1, 2], [3]].map(a, lists.range(5000).map(b, [a, b])).flatten().sortBy(x, size(x))",
        "lists.range(3000).map(x, '%s %s'.format([x, [x, x]]))",
        "lists.range(3000).transformMapEntry(i, x, {string(x): [x]})",
        "regex.replace('aaaaaaaaaaaaaaaa', 'a', '0123456789012345678901234567890123456789')"}) {
    const auto compiled = compile(source);
    ASSERT_TRUE(compiled) << compiled.error().message;
    const auto before = allocated_bytes.load();

    const auto value = compiled->evaluate(world(), {.cost = kBudget});

    EXPECT_LE(allocated_bytes.load() - before, kBudget * kBytesOfAUnit) << source;
  }
}

}  // namespace
}  // namespace qd::expr
