#include "expr/expression.h"

#include <gtest/gtest.h>

#include "expr/result.h"
#include "json/json.h"

namespace qd::expr {
namespace {

constexpr std::string_view kWorld = R"({
  "input": {"n": 3, "x": 2.5, "whole": 4.0, "name": "Ada", "tags": ["a", "b", "x"], "none": null,
            "nested": {"a b": {"c": 1}}, "yes": true},
  "steps": {"a": {"status": "completed", "output": {"n": 5, "items": [{"k": 1}, {"k": 2}]}, "error": null},
            "b": {"status": "skipped", "output": null, "error": null}},
  "vars": {}
})";

const ObjectScope& world() {
  static const ObjectScope scope(json::parse(kWorld)->as_object(),
                                 Timestamp(milliseconds(1'700'000'000'123)));
  return scope;
}

/// The result as JSON text; an error as its code.
std::string run(std::string_view source, Budget budget = {}) {
  const auto compiled = compile(source);
  if (!compiled) return compiled.error().code;
  const auto value = compiled->evaluate(world(), budget);
  return value ? to_text(*value) : value.error().code;
}

std::string run_error(std::string_view source) {
  const auto compiled = compile(source);
  if (!compiled) return compiled.error().message;
  const auto value = compiled->evaluate(world());
  return value ? to_text(*value) : value.error().message;
}

struct Case {
  std::string_view source;
  std::string_view result;
};
void PrintTo(const Case& example, std::ostream* out) {
  *out << example.source;
}

class Evaluates : public testing::TestWithParam<Case> {};
TEST_P(Evaluates, ToItsResult) {
  EXPECT_EQ(run(GetParam().source), GetParam().result);
}

INSTANTIATE_TEST_SUITE_P(Literals, Evaluates,
                         testing::ValuesIn(std::vector<Case>{
                             {"null", "null"},
                             {"true", "true"},
                             {"42", "42"},
                             {"0x1F", "31"},
                             {"7u", "7"},
                             {"1.5", "1.5"},
                             {".5", "0.5"},
                             {"1e3", "1000"},
                             {"-9223372036854775808", "-9223372036854775808"},
                             {"'a' + \"b\"", R"("ab")"},
                             {R"('\u00e9\x41\101\n')", R"("éAA\n")"},
                             {R"(r'\n')", R"("\\n")"},
                             {"'''a\n'b'''", R"("a\n'b")"},
                             {"b'abc'", R"("YWJj")"},
                             {"[1, 'a', [true]]", R"([1,"a",[true]])"},
                             {"[1,]", "[1]"},
                             {"{'a': 1, 'b': {'c': null}}", R"({"a":1,"b":{"c":null}})"},
                             {"{}", "{}"},
                             {"1 // the rest is a comment", "1"},
                             {"'\\u0000'", "expression.argument"}}));

INSTANTIATE_TEST_SUITE_P(
    Access, Evaluates,
    testing::ValuesIn(std::vector<Case>{
        {"input.n", "3"},
        {"input['n']", "3"},
        {"steps.a.output.n", "5"},
        {"steps['a'].output.items[1].k", "2"},
        {"input.tags[0]", R"("a")"},
        {"input.tags[1.0]", R"("b")"},
        {"input.nested.`a b`.c", "1"},
        {"input.nope", "expression.no_such_key"},
        {"steps.nope.output", "expression.no_such_key"},
        {"input.none.x", "expression.no_such_key"},
        {"input.n.x", "expression.type"},
        {"input.tags[3]", "expression.index"},
        {"input.tags[-1]", "expression.index"},
        {"input.tags['a']", "expression.type"},
        {"error.code", "expression.no_such_key"},
        {"has(input.n)", "true"},
        {"has(input.nope)", "false"},
        {"has(input.nope.deeper)", "expression.no_such_key"},
        {"has(steps.b)", "true"},
        {"has(steps.nope)", "false"},
        {"has(steps.b.output.body)", "false"},
        {"has(error.code)", "false"},
        {"has(steps.b.output.body) ? steps.b.output.body.id : null", "null"},
        {"input",
         R"({"n":3,"x":2.5,"whole":4,"name":"Ada","tags":["a","b","x"],"none":null,"nested":{"a b":{"c":1}},"yes":true})"}}));

INSTANTIATE_TEST_SUITE_P(Comparison, Evaluates,
                         testing::ValuesIn(std::vector<Case>{
                             {"1 == 1.0", "true"},
                             {"1 == 1u", "true"},
                             {"dyn('1') == 1", "false"},
                             {"null == null", "true"},
                             {"[1, 2.0] == [1.0, 2]", "true"},
                             {"{'a': [1]} == {'a': [1.0]}", "true"},
                             {"{'a': 1} != {'b': 1}", "true"},
                             {"1 < 1.5", "true"},
                             {"2u > 1", "true"},
                             {"'a' < 'b'", "true"},
                             {"false < true", "true"},
                             {"1 < 'a'", "expression.type"},
                             {"null < 1", "expression.type"},
                             {"9007199254740993 > 9007199254740992.0", "false"},
                             {"0.0/0.0 == 0.0/0.0", "false"},
                             {"'x' in input.tags", "true"},
                             {"'n' in input", "true"},
                             {"'q' in input", "false"},
                             {"1 in 2", "expression.type"}}));

INSTANTIATE_TEST_SUITE_P(Logic, Evaluates,
                         testing::ValuesIn(std::vector<Case>{
                             {"true && !false", "true"},
                             {"false && input.nope", "false"},
                             {"input.nope && false", "false"},
                             {"input.nope || true", "true"},
                             {"input.nope || false", "expression.no_such_key"},
                             {"input.nope && true", "expression.no_such_key"},
                             {"dyn(1) && false", "false"},
                             {"1 || false", "expression.type"},
                             {"true ? 1 : input.nope", "1"},
                             {"false ? 1 : true ? 2 : 3", "2"},
                             {"1 ? 2 : 3", "expression.type"},
                             {"!1", "expression.type"}}));

INSTANTIATE_TEST_SUITE_P(Arithmetic, Evaluates,
                         testing::ValuesIn(std::vector<Case>{
                             {"1 + 2 * 3 - 4", "3"},
                             {"7 / 2", "3"},
                             {"-7 / 2", "-3"},
                             {"-7 % 3", "-1"},
                             {"7.0 / 2", "3.5"},
                             {"input.x * 2", "5"},
                             {"input.whole / 3", "1"},
                             {"9223372036854775807 + 1", "expression.overflow"},
                             {"-9223372036854775807 - 2", "expression.overflow"},
                             {"5000000000 * 5000000000", "expression.overflow"},
                             {"-(-9223372036854775808)", "expression.overflow"},
                             {"-9223372036854775808 / -1", "expression.overflow"},
                             {"1 / 0", "expression.divide_by_zero"},
                             {"1 % 0", "expression.divide_by_zero"},
                             {"1.0 / 0", "expression.overflow"},
                             {"1u - 2u", "expression.overflow"},
                             {"1 + 1u", "expression.type"},
                             {"'a' + 1", "expression.type"},
                             {"[1] + [2]", "[1,2]"},
                             {"5.5 % 2.0", "expression.type"},
                             {"- 5 + -input.n", "-8"},
                             {"--5", "5"}}));

INSTANTIATE_TEST_SUITE_P(Text, Evaluates,
                         testing::ValuesIn(std::vector<Case>{
                             {"size('é€')", "2"},
                             {"'abc'.size()", "3"},
                             {"size([1,2])", "2"},
                             {"size({'a':1})", "1"},
                             {"size(1)", "expression.type"},
                             {"'hello'.contains('ell')", "true"},
                             {"'hello'.startsWith('he')", "true"},
                             {"'hello'.endsWith('lo')", "true"},
                             {"'hello'.matches('^h.*o$')", "true"},
                             {"matches('abc', 'b')", "true"},
                             {"'a'.matches(input.name)", "false"},
                             {"'a'.matches('[' + '')", "expression.argument"},
                             {"'ÀBc'.lowerAscii()", R"("Àbc")"},
                             {"'aé'.upperAscii()", R"("Aé")"},
                             {"' \\t a b\\u00a0 '.trim()", R"("a b")"},
                             {"'a,b,,c'.split(',')", R"(["a","b","","c"])"},
                             {"'a,b,c'.split(',', 2)", R"(["a","b,c"])"},
                             {"'hé'.split('')", R"(["h","é"])"},
                             {"['a','b'].join('-')", R"("a-b")"},
                             {"['a','b'].join()", R"("ab")"},
                             {"[1].join()", "expression.type"},
                             {"'a.b.c'.replace('.', '-')", R"("a-b-c")"},
                             {"'a.b.c'.replace('.', '-', 1)", R"("a-b.c")"},
                             {"'ab'.replace('', '_')", R"("_a_b_")"},
                             {"'héllo'.substring(1, 3)", R"("él")"},
                             {"'héllo'.substring(4)", R"("o")"},
                             {"'abc'.substring(2, 1)", "expression.index"},
                             {"'abc'.substring(4)", "expression.index"},
                             {"'héllo'.charAt(1)", R"("é")"},
                             {"'héllo'.indexOf('l')", "2"},
                             {"'héllo'.lastIndexOf('l')", "3"},
                             {"'abc'.indexOf('z')", "-1"},
                             {"'abé'.reverse()", R"("éba")"}}));

INSTANTIATE_TEST_SUITE_P(Conversion, Evaluates,
                         testing::ValuesIn(std::vector<Case>{
                             {"int('42')", "42"},
                             {"int(' 42')", "expression.argument"},
                             {"int(3.9)", "3"},
                             {"int(-3.9)", "-3"},
                             {"int(1e19)", "expression.overflow"},
                             {"int(true)", "expression.type"},
                             {"double('1.5')", "1.5"},
                             {"double(1) / 2", "0.5"},
                             {"double('x')", "expression.argument"},
                             {"string(1)", R"("1")"},
                             {"string(1.5)", R"("1.5")"},
                             {"string(2.0)", R"("2")"},
                             {"string(true)", R"("true")"},
                             {"string(b'abc')", R"("abc")"},
                             {"string(b'\\xff')", "expression.argument"},
                             {"bool('true')", "true"},
                             {"uint(3)", "3"},
                             {"uint(-1)", "expression.overflow"},
                             {"type(1) == int", "true"},
                             {"type(input.x) == double", "true"},
                             {"type(null) == null_type", "true"},
                             {"json.parse('{\"a\": [1]}').a[0]", "1"},
                             {"json.parse('{')", "expression.argument"},
                             {"json.stringify({'a': [1, 2.0]})", R"("{\"a\":[1,2]}")"}}));

INSTANTIATE_TEST_SUITE_P(Macros, Evaluates,
                         testing::ValuesIn(std::vector<Case>{
                             {"input.tags.exists(t, t == 'x')", "true"},
                             {"input.tags.all(t, size(t) == 1)", "true"},
                             {"input.tags.exists_one(t, t > 'a')", "false"},
                             {"[1,2,3].map(n, n * 2)", "[2,4,6]"},
                             {"[1,2,3].filter(n, n > 1)", "[2,3]"},
                             {"[1,2,3].map(n, n > 1, n * 10)", "[20,30]"},
                             {"{'a': 1, 'b': 2}.map(k, k)", R"(["a","b"])"},
                             {"[[1,2],[3]].map(l, l.map(n, n + size(l)))", "[[3,4],[4]]"},
                             {"[1, 'a', 2].exists(n, n > 1)", "true"},
                             {"[1, 'a'].exists(n, n > 1)", "expression.type"},
                             {"['a', 0].all(n, n > 1)", "false"},
                             {"[].all(n, false)", "true"},
                             {"1.map(n, n)", "expression.type"},
                             {"[1].map(input, input)", "[1]"},
                             {"steps.a.output.items.map(i, i.k)", "[1,2]"}}));

INSTANTIATE_TEST_SUITE_P(
    Time, Evaluates,
    testing::ValuesIn(std::vector<Case>{
        {"now()", R"("2023-11-14T22:13:20.123Z")"},
        {"now() + duration('1h')", R"("2023-11-14T23:13:20.123Z")"},
        {"timestamp('2026-11-23T09:57:00+02:00')", R"("2026-11-23T07:57:00Z")"},
        {"timestamp('2026-02-30T00:00:00Z')", "expression.argument"},
        {"timestamp('2026-01-02T00:00:00Z') - timestamp('2026-01-01T12:00:00Z') == duration('12h')",
         "true"},
        {"duration('1h30m')", R"("5400s")"},
        {"duration('-1.5s')", R"("-1.5s")"},
        {"duration('1.000000001s')", R"("1.000000001s")"},
        {"duration('x')", "expression.argument"},
        {"timestamp('2026-11-23T09:57:00Z').getMonth()", "10"},
        {"timestamp('2026-11-23T23:57:00Z').getHours('+02:00')", "1"},
        {"timestamp('2026-11-23T09:57:00Z').getDayOfWeek()", "1"},
        {"now() > timestamp('2020-01-01T00:00:00Z')", "true"},
        {"int(timestamp('1970-01-01T00:01:00Z'))", "60"},
        {"timestamp('9999-12-31T23:59:59Z') + duration('1s')", "expression.overflow"}}));

TEST(References, NameTheRootsAndStepsThatAreUsed) {
  const auto compiled = compile(
      "steps.a.output == steps['b'].output && input.x in steps && [1].all(input, input > 0)");

  ASSERT_TRUE(compiled) << compiled.error().message;
  std::vector<std::string> used;
  for (const auto& reference : compiled->references())
    used.push_back(reference.root + "." + reference.member);
  EXPECT_EQ(used, (std::vector<std::string>{"steps.a", "steps.b", "input.x", "steps."}));
  EXPECT_EQ(compiled->references()[0].field, "output");
  EXPECT_EQ(compiled->references()[1].field, "output");
  EXPECT_EQ(compiled->references()[1].at.column, 19);
  EXPECT_EQ(compiled->references()[2].field, "");
}

TEST(Evaluation, SaysWhereItFailed) {
  EXPECT_EQ(run_error("input.n +\n input.tags[7]"),
            "line 2, column 12: there is no item 7 in a list of 3");
  EXPECT_EQ(run_error("input.nope"), "line 1, column 7: 'input' has no member 'nope'");
  EXPECT_EQ(run_error("'n: ' + input.n"),
            "line 1, column 7: + does not take (string, int); make text of it with string(...)");
}

TEST(Evaluation, EndsWhenTheBudgetIsUsedUp) {
  const std::string list = "[0,1,2,3,4,5,6,7,8,9]";
  std::string source = "true";
  for (int i = 0; i < 12; ++i) source = list + ".all(v" + std::to_string(i) + ", " + source + ")";

  EXPECT_EQ(run(source), "expression.cost");
  EXPECT_EQ(run("true || " + source), "true");
  EXPECT_EQ(run(source + " || true"), "expression.cost");
  EXPECT_EQ(run("1 + 1", {.cost = 2}), "expression.cost");
  EXPECT_EQ(run("1 + 1", {.cost = 3}), "2");
}

/// `[[[1, 1], [1, 1]], ...]`: small in memory, endless to walk.
std::string endless_list() {
  std::string source = "[1, 1]";
  for (int i = 0; i < 40; ++i) source = "[" + source + "].map(s, [s, s])[0]";
  return source;
}

TEST(Evaluation, EndsComparisonsThatWouldNotEnd) {
  EXPECT_EQ(run(endless_list() + " == " + endless_list()), "expression.cost");
  EXPECT_EQ(run(endless_list() + " in [" + endless_list() + "]"), "expression.cost");
  EXPECT_EQ(run("size([" + endless_list() + ", " + endless_list() + "].distinct())"),
            "expression.cost");
  EXPECT_EQ(run("'%s'.format([" + endless_list() + "])"), "expression.cost");
}

TEST(Evaluation, ComparesNothingThatIsTooDeepForTheStack) {
  std::string values = "[1]";
  for (int i = 0; i < 3000; ++i) values += fmt::format(", [cel.index({})]", i);
  EXPECT_EQ(run("cel.block([" + values + "], cel.index(3000) == cel.index(3000))"),
            "expression.cost");
  EXPECT_EQ(run("cel.block([" + values + "], '%s'.format([cel.index(3000)]))"),
            "expression.too_deep");
}

TEST(Evaluation, RefusesResultsThatGrowBeyondMeasure) {
  std::string source = "'0123456789'";
  for (int i = 0; i < 40; ++i) source = "[" + source + "].map(s, s + s)[0]";
  EXPECT_EQ(run(source), "expression.cost");
  std::string lists = "[1,1]";
  for (int i = 0; i < 30; ++i) lists = "[" + lists + "].map(s, [s, s])[0]";
  EXPECT_EQ(run(lists), "expression.cost");
}

TEST(Evaluation, RefusesResultsDeeperThanJsonIsReadBack) {
  JsonObject roots;
  Json deep = 1;
  for (int i = 0; i < 70; ++i) deep = JsonArray{std::move(deep)};
  roots["input"] = std::move(deep);

  const auto value = compile("input")->evaluate(ObjectScope(std::move(roots)));

  ASSERT_FALSE(value);
  EXPECT_EQ(value.error().code, "expression.too_deep");
}

TEST(Condition, IsTrueOrFalseAndNothingElse) {
  EXPECT_TRUE(*compile("input.yes")->evaluate_condition(world()));
  EXPECT_FALSE(*compile("input.n > 3")->evaluate_condition(world()));
  EXPECT_EQ(compile("input.n")->evaluate_condition(world()).error().message,
            "a condition is true or false, not int");
}

class StepTable final : public Scope {
 public:
  const Json* find(std::string_view) const override { return nullptr; }
  const Json* member(std::string_view root, std::string_view name) const override {
    return root == "steps" && name == "a" ? &step_ : nullptr;
  }
  Timestamp now() const override { return {}; }

 private:
  Json step_ = {{"output", 7}};
};

TEST(ScopeMembers, AreAskedForOneByOneSoThatARootNeedNotBeOneObject) {
  const StepTable scope;

  EXPECT_EQ(*compile("steps.a.output")->evaluate(scope), Json(7));
  EXPECT_EQ(*compile("steps['a'].output")->evaluate(scope), Json(7));
  EXPECT_EQ(*compile("has(steps.b)")->evaluate(scope), Json(false));
  EXPECT_EQ(compile("steps")->evaluate(scope).error().code, "expression.no_such_key");
}

}  // namespace
}  // namespace qd::expr
