#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "cli/documents.h"
#include "cli/inputs.h"
#include "cli/lint.h"
#include "cli/test_world.h"
#include "cli/text_diff.h"
#include "cli/yaml_writer.h"
#include "engine/yaml.h"

namespace qd::cli {
namespace {

using test::parsed;

TEST(Text, ControlCharactersFromAServerDoNotReachTheTerminal) {
  EXPECT_EQ(safe("a\x1b[2Jb\x07\x7f"), "a?[2Jb??");
  EXPECT_EQ(safe("a\xC2\x9B"
                 "b"),
            "a?b");
  EXPECT_EQ(safe("one\ntwo"), "one two");
  EXPECT_EQ(safe("one\ntwo", Lines::Keep), "one\ntwo");
}

TEST(Text, CutsAtCodePoints) {
  EXPECT_EQ(cut("grüße", 5), "grüße");
  EXPECT_EQ(cut("grüße!", 5), "grüß…");
}

TEST(Text, ATableAlignsItsColumnsAndCutsItsLines) {
  const auto items =
      parsed(R"([{"name": "a", "status": "failed"}, {"name": "longer", "status": null}])")
          .get_array();

  EXPECT_EQ(table({{"NAME", "name"}, {"STATUS", "status:status"}}, items, Style(false), 0),
            "NAME    STATUS\na       failed\nlonger  -\n");
  EXPECT_EQ(table({{"NAME", "name"}, {"STATUS", "status"}}, items, Style(false), 10),
            "NAME    S…\na       f…\nlonger  -\n");
}

TEST(Text, PrettyJsonReadsBack) {
  const auto value = parsed(R"({"a":[1,{"b":"c"}],"d":{},"e":[]})");

  EXPECT_EQ(pretty(value),
            "{\n  \"a\": [\n    1,\n    {\n      \"b\": \"c\"\n    }\n  ],\n  \"d\": {},\n  \"e\": "
            "[]\n}");
  EXPECT_EQ(parsed(pretty(value)), value);
}

TEST(Yaml, WritesBlocksForTextOverSeveralLinesAndOneLineForWhatIsShort) {
  const auto value = parsed(
      R"({"name": "a: b", "text": "one\ntwo\n", "list": [1, 2], "nodes": [{"id": "x", "with": {"a": {"b": {"c": 1}}}}], "yes": "true"})");

  EXPECT_EQ(to_yaml(value),
            "name: \"a: b\"\ntext: |\n  one\n  two\nlist: [1, 2]\nnodes:\n  - id: x\n    with:\n   "
            "   a: {b: {c: 1}}\nyes: \"true\"\n");
}

/// Any JSON of small depth, with the texts that YAML would take for something else.
rc::Gen<Json> any_json(int depth) {
  const auto texts = rc::gen::element<std::string>(
      "", "a", "yes", "true", "null", "~", "0x1f", "1e3", "-", "- a", "a: b", "a:", "#x", "x #y",
      " lead", "trail ", "one\ntwo", "one\n\ntwo\n", "\n", "tab\there", "quote\"s", "it's",
      "{{ a }}", "[b]", "---", "...", "*a", "&a", "!t", "%d", "@", "grüße", "a\n  indented\nb",
      "one \ntwo", "x\n\n", "\x01", "?", "? a", "|", ">", "2026-01-01", "you mean?",
      "http://a:1/b?c", "x, y", "don't", "a {b} [c]", "/\\b(?:in|at) ([A-Z])/", "50 % of", "a\\nb",
      "<<", "=", "a\rb", "1_000", ".inf", "x:", "x: ");
  const auto leaves = rc::gen::oneOf(
      rc::gen::map(texts, [](const std::string& text) { return Json(text); }),
      rc::gen::map(rc::gen::arbitrary<std::int64_t>(), [](std::int64_t n) { return Json(n); }),
      rc::gen::map(rc::gen::inRange(-1000, 1000), [](int n) { return Json(n / 8.0); }),
      rc::gen::element(Json(), Json(true), Json(false), Json(JsonObject{}), Json(JsonArray{})));
  if (depth == 0) return leaves;
  const auto items = rc::gen::container<std::vector<Json>>(any_json(depth - 1));
  const auto keys = rc::gen::container<std::vector<std::pair<std::string, Json>>>(
      rc::gen::pair(texts, any_json(depth - 1)));
  return rc::gen::oneOf(leaves,
                        rc::gen::map(items,
                                     [](const std::vector<Json>& list) {
                                       return Json(JsonArray(list.begin(), list.end()));
                                     }),
                        rc::gen::map(keys, [](const auto& pairs) {
                          JsonObject object;
                          for (const auto& [key, value] : pairs) object[key] = value;
                          return Json(object);
                        }));
}

RC_GTEST_PROP(Yaml, WhatItWritesReadsBackToTheSameValue, ()) {
  const auto value = *rc::gen::resize(6, any_json(3));

  const auto text = to_yaml(value);
  const auto read = engine::yaml_to_json(text);

  RC_LOG() << text;
  RC_ASSERT(read.has_value());
  RC_ASSERT(read->value == value);
}

TEST(Yaml, ProseNeedsNoQuotesOnALineOfItsOwn) {
  EXPECT_EQ(
      to_yaml(parsed(R"({"a": "It's fine, isn't it?", "b": ["x, y"], "c": 0.5, "d": "{{ a }}"})")),
      "a: It's fine, isn't it?\nb: [\"x, y\"]\nc: 0.5\nd: \"{{ a }}\"\n");
}

TEST(TextDiff, ShowsWhatChangedWithLinesAround) {
  EXPECT_EQ(text_diff("a\nb\nc\nd\ne\nf\n", "a\nb\nc\nd\nE\nf\ng\n", Style(false)),
            "  ...\n b\n c\n d\n-e\n+E\n f\n+g\n");
  EXPECT_EQ(text_diff("same\n", "same\n", Style(false)), "");
}

TEST(Documents, AWorkflowDocumentBecomesItsNameAndDefinition) {
  const auto read = parse_documents("format: quarterdeck/v1\nname: Hello\nnodes: []\n", "a.yaml");

  ASSERT_TRUE(read.has_value()) << read.error().message;
  EXPECT_EQ(read->front().kind, DocumentKind::Workflow);
  EXPECT_EQ(
      Json(read->front().content),
      parsed(
          R"({"name": "Hello", "definition": {"format": "quarterdeck/v1", "name": "Hello", "nodes": []}})"));
}

TEST(Documents, AToolWritesItsOwnKindAsType) {
  const auto read = parse_documents(
      "kind: Tool\nname: geo\ntype: webhook\nconfig: {url: 'http://x'}\n", "a.yaml");

  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->front().kind, DocumentKind::Tool);
  EXPECT_EQ(read->front().content.at("kind"), Json("webhook"));
  EXPECT_FALSE(read->front().content.contains("type"));
}

TEST(Documents, PlacesCountFromTheBeginningOfTheFile) {
  const auto read =
      parse_documents("kind: Agent\nname: a\n---\n# second\nkind: Agnet\nname: b\n", "all.yaml");

  ASSERT_FALSE(read.has_value());
  EXPECT_EQ(read.error().message, "all.yaml:5:7: 'Agnet' is no kind; did you mean 'Agent'?");
}

TEST(Documents, WhatTheServerAnsweredAppliesAgain) {
  const auto answer = parsed(
      R"({"id": "x", "project_id": "p", "created_at": "t", "updated_at": "t", "created_by": "u", "revision": 3,
    "published_version": 2, "draft": false, "name": "Hello", "description": null,
    "definition": {"format": "quarterdeck/v1", "name": "Hello", "nodes": [{"id": "a", "type": "transform", "with": {"set": {"x": "{{ 1 }}"}}}]}})");

  const auto text = to_yaml(to_document(DocumentKind::Workflow, answer));
  const auto read = parse_documents(text, "a.yaml");

  ASSERT_TRUE(read.has_value()) << text;
  EXPECT_EQ(Json(read->front().content).as_object().at("definition"), answer.at("definition"))
      << text;
}

TEST(Lint, SaysFaultsAsACompilerDoes) {
  const std::string text =
      "name: Hello\nnodes:\n  - id: a\n    type: transfrom\n    with: {set: {}}\nedges:\n  - "
      "{from: a, to: b}\n";

  const auto findings = lint_text(text, "hello.yaml");

  ASSERT_TRUE(findings.has_value());
  ASSERT_EQ(findings->size(), 2U);
  EXPECT_EQ(findings->at(0).line, 4);
  EXPECT_EQ(findings->at(1).line, 7);
  const auto shown = show(findings->at(0), text, Style(false));
  EXPECT_TRUE(shown.starts_with("hello.yaml:4:11: error: ")) << shown;
  EXPECT_TRUE(shown.ends_with("    4 |     type: transfrom\n      |           ^\n")) << shown;
}

TEST(Lint, TextThatIsNoYamlIsOneFinding) {
  const auto findings = lint_text("name: [a\nb: c", "x.yaml");

  ASSERT_TRUE(findings.has_value());
  ASSERT_EQ(findings->size(), 1U);
  EXPECT_GT(findings->front().line, 0);
}

using Inputs = test::World;

TEST_F(Inputs, MembersFilesAndWholesCombineInOrder) {
  const auto whole = write_file("whole.json", R"({"a": 1, "b": 2})");
  const auto text = write_file("note.txt", "hello\n");

  const auto input =
      read_input({"@" + whole, "b=3", "c=plain words", "d=@" + text, R"(e={"f": [1]})"}, system_);

  ASSERT_TRUE(input.has_value()) << input.error().message;
  EXPECT_EQ(*input,
            parsed(R"({"a": 1, "b": 3, "c": "plain words", "d": "hello\n", "e": {"f": [1]}})"));
}

TEST_F(Inputs, WhatIsNeitherIsRefused) {
  EXPECT_EQ(read_input({"words"}, system_).error().code, "input.not_valid");
  EXPECT_EQ(read_input({"{broken"}, system_).error().code, "input.not_valid");
  EXPECT_EQ(read_input({"@/nowhere.json"}, system_).error().code, "file.not_found");
}

}  // namespace
}  // namespace qd::cli
