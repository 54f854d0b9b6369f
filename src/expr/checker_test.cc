// What is refused before anything runs.
#include <gtest/gtest.h>

#include "expr/expression.h"
#include "json/json.h"

namespace qd::expr {
namespace {

std::string compile_error(std::string_view source) {
  const auto compiled = compile(source);
  return compiled ? "compiles" : compiled.error().code + ": " + compiled.error().message;
}

std::string refusal(std::string_view source) {
  const auto compiled = compile(source);
  return compiled ? "compiles" : compiled.error().code;
}

TEST(Compile, SaysWhereAndWhatIsWrong) {
  EXPECT_EQ(compile_error("1 +"),
            "expression.syntax: line 1, column 4: the expression ends where a value is expected");
  EXPECT_EQ(compile_error("1\n  = 2"),
            "expression.syntax: line 2, column 3: '=' is no operator; equality is '=='");
  EXPECT_EQ(
      compile_error("'é' ) "),
      "expression.syntax: line 1, column 5: found ')' where an operator or the end is expected");
  EXPECT_EQ(compile_error("inputs.a"),
            "expression.unknown_name: line 1, column 1: nothing is called 'inputs' here; did you "
            "mean 'input'?");
  EXPECT_EQ(compile_error("input.a.contain('x')"),
            "expression.unknown_function: line 1, column 9: there is no function 'contain'; did "
            "you mean 'contains'?");
  EXPECT_EQ(compile_error("size()"),
            "expression.wrong_arity: line 1, column 1: size takes 1 argument, not 0");
  EXPECT_EQ(compile_error("'a'.split()"),
            "expression.wrong_arity: line 1, column 5: split takes 1 to 2 arguments, not 0");
  EXPECT_EQ(compile_error("json.pars('1')"),
            "expression.unknown_function: line 1, column 1: there is no function 'json.pars'; did "
            "you mean 'json.parse'?");
  EXPECT_EQ(compile_error("contains('a', 'b')"),
            "expression.unknown_function: line 1, column 1: contains is called on a value: "
            "x.contains(...)");
  EXPECT_EQ(compile_error("has(1)"),
            "expression.wrong_arity: line 1, column 1: has takes one member, like has(input.name)");
  EXPECT_EQ(compile_error("'a'.matches('[')"),
            "expression.argument: line 1, column 13: the pattern is not valid: missing ]: [");
  EXPECT_EQ(compile_error("9223372036854775808"),
            "expression.syntax: line 1, column 1: the number is out of the range of a 64-bit int");
  EXPECT_EQ(compile_error("'abc"), "expression.syntax: line 1, column 1: the string is not closed");
  EXPECT_EQ(compile_error("if"), "expression.syntax: line 1, column 1: 'if' is a reserved word");
}

TEST(Compile, ListsEveryUnknownNameAtOnce) {
  const auto compiled = compile("foo + bar(1)");

  ASSERT_FALSE(compiled);
  ASSERT_EQ(compiled.error().faults.size(), 2);
  EXPECT_EQ(compiled.error().faults[0].code, "expression.unknown_name");
  EXPECT_EQ(compiled.error().faults[1].code, "expression.unknown_function");
}

TEST(Compile, CountsPositionsFromTheGivenStart) {
  const auto compiled = compile(" nope", {.line = 3, .column = 10});

  ASSERT_FALSE(compiled);
  EXPECT_TRUE(compiled.error().message.starts_with("line 3, column 11: "));
}

TEST(Compile, RefusesSourceThatIsTooLongOrTooDeep) {
  EXPECT_EQ(refusal(std::string(64 * 1024 + 1, ' ')), "expression.too_long");
  EXPECT_EQ(refusal(std::string(1000, '(')), "expression.too_deep");
  EXPECT_EQ(refusal(std::string(1000, '[')), "expression.too_deep");
  EXPECT_EQ(refusal(std::string(60000, '!') + "true"), "expression.too_deep");
  EXPECT_EQ(refusal(std::string(60000, '-') + "1"), "expression.too_deep");
  std::string chain = "input";
  for (int i = 0; i < 20000; ++i) chain += ".a";
  EXPECT_EQ(refusal(chain), "expression.too_deep");
  std::string sum = "1";
  for (int i = 0; i < 20000; ++i) sum += "+1";
  EXPECT_EQ(refusal(sum), "expression.too_deep");
}

TEST(Compile, TakesLongConditionsAndNestingUpToTheLimit) {
  std::string condition = "true";
  for (int i = 0; i < 3000; ++i) condition += " && true";
  EXPECT_EQ(refusal(condition), "compiles");
  EXPECT_EQ(refusal(std::string(63, '(') + "1" + std::string(63, ')')), "compiles");
  EXPECT_EQ(refusal(std::string(64, '(') + "1" + std::string(64, ')')), "expression.too_deep");
}

TEST(Compile, RefusesInvalidUtf8) {
  EXPECT_EQ(refusal("'\xff'"), "expression.syntax");
}

TEST(Types, ThatCanOnlyFailAreRefusedWhereTheyStand) {
  EXPECT_EQ(compile_error("'a' + 1"),
            "expression.type: line 1, column 5: + does not take (string, int); make text of it "
            "with string(...)");
  EXPECT_EQ(compile_error("1 && true"),
            "expression.type: line 1, column 1: && takes bool, not int");
  EXPECT_EQ(compile_error("size(3)"),
            "expression.type: line 1, column 1: size does not take (int)");
  EXPECT_EQ(compile_error("'abc'.name"),
            "expression.type: line 1, column 7: a value of type string has no member 'name'");
  EXPECT_EQ(compile_error("5.map(x, x)"),
            "expression.type: line 1, column 1: only a list or a map is gone through, not int");
  EXPECT_EQ(compile_error("[1, 2].map(x, x + 'a')"),
            "expression.type: line 1, column 17: + does not take (int, string); make text of it "
            "with string(...)");
  EXPECT_EQ(compile_error("'a' == 1"),
            "expression.type: line 1, column 5: == does not take (string, int)");
  EXPECT_EQ(compile_error("input.?a == 1"),
            "expression.type: line 1, column 10: == does not take (optional_type(dyn), int)");
}

TEST(Types, ThatOnlyTheValueKnowsAreLeftToTheRun) {
  for (const auto source :
       {"input + 1", "[1, 'a'].map(x, x + 1)", "dyn('a') + 1", "1 + 1.5", "[1] == [1.5]",
        "input.a == null", "'a' == null", "true ? 1 : 'a'", "{'a': 1, 'b': 'c'}.b + 'd'",
        "math.ceil(4)", "[].map(x, x + 1)", "input.?a.orValue('b').size()"})
    EXPECT_EQ(compile_error(source), "compiles") << source;
}

TEST(Types, ThatAreBuiltToBeSlowAreLeftToTheRun) {
  std::string maps = "{1: 1}";
  for (int i = 0; i < 200; ++i) maps += fmt::format(", {{cel.index({0}): cel.index({0})}}", i);
  EXPECT_EQ(refusal("cel.block([" + maps + "], cel.index(200) == cel.index(200))"), "compiles");
  std::string open = "[]";
  for (int i = 1; i < 500; ++i) open += ", []";
  for (int i = 0; i < 499; ++i)
    open += fmt::format(", cel.index({0}) == [{{cel.index({1})[0]: cel.index({1})[0]}}]", i, i + 1);
  EXPECT_EQ(refusal("cel.block([" + open + "], cel.index(0))"), "compiles");
  std::string many = "[]";
  for (int i = 0; i < 15'000; ++i) many += ", []";
  EXPECT_EQ(refusal("[" + many + "]"), "compiles");
}

/// What a workflow knows: its inputs' schema and that of one step's output.
class KnownShape final : public Shape {
 public:
  const Json* schema(std::string_view path) const override {
    if (path == "input") return &input_;
    return path == "steps.triage.output" ? &output_ : nullptr;
  }

 private:
  Json input_ = *json::parse(R"({
    "type": "object",
    "properties": {
      "title": {"type": "string"},
      "count": {"type": "integer"},
      "price": {"type": "number"},
      "maybe": {"type": ["string", "null"]},
      "tags": {"type": "array", "items": {"type": "string"}},
      "people": {"type": "array", "items": {"type": "object", "properties": {"name": {"type": "string"}}}},
      "open": {"type": "object", "properties": {"a": {}}, "additionalProperties": true}
    }})");
  Json output_ = *json::parse(R"({"type": "object", "properties": {"kind": {"type": "string"}}})");
};

std::string shaped_error(std::string_view source) {
  const KnownShape shape;
  const auto compiled = compile(source, CompileOptions{.shape = &shape});
  return compiled ? "compiles" : compiled.error().code + ": " + compiled.error().message;
}

TEST(DeclaredShapes, RefuseMembersThatNoSchemaDeclares) {
  EXPECT_EQ(shaped_error("input.titel"),
            "expression.type: line 1, column 7: the schema declares no member 'titel'; did you "
            "mean 'title'?");
  EXPECT_EQ(shaped_error("steps.triage.output.knd == 'bug'"),
            "expression.type: line 1, column 21: the schema declares no member 'knd'; did you mean "
            "'kind'?");
  EXPECT_EQ(shaped_error("input.people.map(p,\n p.nme)"),
            "expression.type: line 2, column 4: the schema declares no member 'nme'; did you mean "
            "'name'?");
  EXPECT_EQ(shaped_error("input['titel']").substr(0, 15), "expression.type");
}

TEST(DeclaredShapes, RefuseTypesThatTheSchemaRulesOut) {
  EXPECT_EQ(shaped_error("input.title > 3"),
            "expression.type: line 1, column 13: > does not take (string, int)");
  EXPECT_EQ(shaped_error("input.tags.exists(t, t == 3)"),
            "expression.type: line 1, column 24: == does not take (string, int)");
  EXPECT_EQ(shaped_error("input.price.startsWith('a')"),
            "expression.type: line 1, column 13: startsWith does not take (number, string)");
}

TEST(DeclaredShapes, AllowWhatTheyDoNotRuleOut) {
  for (const auto source :
       {"input.title + '!'", "input.count + 1.5", "input.price * 2 > input.count",
        "input.price % 2", "input.maybe == null", "input.maybe + 'a'", "input.open.nope",
        "has(input.nope)", "input.?nope.orValue(1)", "steps.other.output.any",
        "steps.triage.status == 'completed'", "steps.triage.output.kind in ['bug']",
        "size(input) > 0", "input == {'title': 'a'}", "input.tags + ['x']", "vars.any.thing",
        "true ? input.open : steps.triage.output"})
    EXPECT_EQ(shaped_error(source), "compiles") << source;
}

}  // namespace
}  // namespace qd::expr
