// How long an expression takes: build/release/expression_bench
#include "expr/expression.h"

#include <benchmark/benchmark.h>

#include "json/json.h"

namespace {

constexpr std::string_view kCondition = "steps.a.output.n > 3 && input.tags.exists(t, t == 'x')";

const qd::expr::ObjectScope& world() {
  static const qd::expr::ObjectScope scope(
      {{"input", {{"tags", {"a", "b", "x"}}, {"name", "Ada"}}},
       {"steps", {{"a", {{"status", "completed"}, {"output", {{"n", 5}}}}}}}});
  return scope;
}

void evaluate(benchmark::State& state, std::string_view source) {
  const auto compiled = qd::expr::compile(source);
  if (!compiled) return state.SkipWithError(compiled.error().message.c_str());
  for (auto _ : state) {
    auto value = compiled->evaluate(world());
    benchmark::DoNotOptimize(value);
  }
}
BENCHMARK_CAPTURE(evaluate, condition, kCondition);
BENCHMARK_CAPTURE(evaluate, member, "steps.a.output.n");
BENCHMARK_CAPTURE(evaluate, arithmetic, "steps.a.output.n * 2 + 1");
BENCHMARK_CAPTURE(evaluate, optional, "input.?nope.orValue('none')");
BENCHMARK_CAPTURE(evaluate, list_of_three, "input.tags.map(t, t + '!')");

void compile(benchmark::State& state) {
  for (auto _ : state) {
    auto compiled = qd::expr::compile(kCondition);
    benchmark::DoNotOptimize(compiled);
  }
}
BENCHMARK(compile);

}  // namespace

BENCHMARK_MAIN();
