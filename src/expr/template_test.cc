#include "expr/template.h"

#include <gtest/gtest.h>

#include "expr/result.h"
#include "json/json.h"

namespace qd::expr {
namespace {

const ObjectScope& world() {
  static const ObjectScope scope(
      json::parse(R"({"input": {"n": 3, "x": 1.5, "name": "Ada", "list": [1, "a"]}})")
          ->as_object());
  return scope;
}

std::string render(std::string_view source) {
  const auto compiled = compile_template(*json::parse(source));
  if (!compiled)
    return compiled.error().faults.at(0).path + " " + compiled.error().faults.at(0).message;
  const auto rendered = compiled->render(world());
  return rendered ? to_text(*rendered) : rendered.error().code + " " + rendered.error().message;
}

TEST(Template, KeepsTheTypeOfAStringThatIsOneExpression) {
  EXPECT_EQ(render(R"("{{ input.n }}")"), "3");
  EXPECT_EQ(render(R"("{{input.list}}")"), R"([1,"a"])");
  EXPECT_EQ(render(R"("{{ null }}")"), "null");
}

TEST(Template, RendersTextAroundExpressions) {
  EXPECT_EQ(render(R"("Dear {{ input.name }}, {{ input.n }}!")"), R"("Dear Ada, 3!")");
  EXPECT_EQ(render(R"("{{ input.n }} ")"), R"("3 ")");
  EXPECT_EQ(render(R"("{{ input.n }}{{ input.x }}")"), R"("31.5")");
  EXPECT_EQ(render(R"("list: {{ input.list }}")"), R"("list: [1,\"a\"]")");
}

TEST(Template, WritesDoubledBracesLiterally) {
  EXPECT_EQ(render(R"("{{{{ not an expression }}")"), R"("{{ not an expression }}")");
  EXPECT_EQ(render(R"("a {{{{b}} {{ input.n }} } }}")"), R"("a {{b}} 3 } }}")");
}

TEST(Template, FindsItsEndBehindStringsAndMaps) {
  EXPECT_EQ(render(R"("{{ '}}' + \"}}\" }}")"), R"("}}}}")");
  EXPECT_EQ(render(R"("{{ {'a': {'b': input.n}} }}")"), R"({"a":{"b":3}})");
  EXPECT_EQ(render(R"("{{{'a':{'b':1}}}}")"), R"({"a":{"b":1}})");
  EXPECT_EQ(render(R"("{{ r'\\' }}")"), R"("\\")");
  EXPECT_EQ(render(R"("{{ '\\'}}' }}")"), R"("'}}")");
  EXPECT_EQ(render(R"("{{ '''a'}}''' }}")"), R"("a'}}")");
}

TEST(Template, RendersInsideObjectsAndLists) {
  EXPECT_EQ(render(R"({"a": [1, "{{ input.n }}", {"b/c": "<{{ input.name }}>"}], "{{k}}": true})"),
            R"({"a":[1,3,{"b/c":"<Ada>"}],"{{k}}":true})");
}

TEST(Template, ListsEveryFaultWithItsPathAndPlace) {
  const auto compiled = compile_template(
      *json::parse(R"({"a": "x\n {{ nope }}", "b/c": ["{{ 1 + }}"], "d": "{{ input"})"));

  ASSERT_FALSE(compiled);
  const auto& faults = compiled.error().faults;
  ASSERT_EQ(faults.size(), 3);
  EXPECT_EQ(faults[0].path, "/a");
  EXPECT_EQ(faults[0].code, "expression.unknown_name");
  EXPECT_TRUE(faults[0].message.starts_with("line 2, column 5: ")) << faults[0].message;
  EXPECT_EQ(faults[1].path, "/b~1c/0");
  EXPECT_EQ(faults[1].code, "expression.syntax");
  EXPECT_EQ(faults[2].path, "/d");
  EXPECT_TRUE(faults[2].message.starts_with("line 1, column 1: ")) << faults[2].message;
}

TEST(Template, NamesTheStringThatFailedToRender) {
  EXPECT_EQ(render(R"({"a": ["ok", "{{ input.nope }}"]})"),
            "expression.no_such_key /a/1: line 1, column 10: 'input' has no member 'nope'");
  EXPECT_EQ(render(R"("{{ input.nope }}")"),
            "expression.no_such_key line 1, column 10: 'input' has no member 'nope'");
}

TEST(Template, LeavesLiteralMembersAlone) {
  const auto compiled = compile_template(
      *json::parse(R"({"schema": {"x": "{{ nope"}, "y": "{{ input.n }}"})"), {"schema"});

  ASSERT_TRUE(compiled);
  EXPECT_EQ(to_text(*compiled->render(world())), R"({"schema":{"x":"{{ nope"},"y":3})");
}

TEST(Template, TellsWhatItUsesAndWhere) {
  const auto compiled =
      compile_template(*json::parse(R"({"a": "{{ steps.s.output }}", "b": "{{ input }}"})"));

  ASSERT_TRUE(compiled);
  ASSERT_EQ(compiled->uses().size(), 2);
  EXPECT_EQ(compiled->uses()[0].path, "/a");
  EXPECT_EQ(compiled->uses()[0].reference.member, "s");
  EXPECT_FALSE(compiled->is_constant());
  EXPECT_TRUE(compile_template(*json::parse(R"({"a": ["{ }"]})"))->is_constant());
}

TEST(Template, SpendsOneBudgetOnAllItsExpressions) {
  const auto compiled = compile_template(*json::parse(R"(["{{ 1 + 1 }}", "{{ 1 + 1 }}"])"));

  EXPECT_TRUE(compiled->render(world(), {.cost = 6}));
  EXPECT_EQ(compiled->render(world(), {.cost = 5}).error().code, "expression.cost");
}

TEST(HasExpression, SeesOnlyBracesThatOpenOne) {
  EXPECT_TRUE(has_expression("a {{ b }}"));
  EXPECT_TRUE(has_expression("{{{{ {{ b }}"));
  EXPECT_FALSE(has_expression("{{{{ a }}"));
  EXPECT_FALSE(has_expression("{ a }"));
}

}  // namespace
}  // namespace qd::expr
