#include "engine/yaml.h"

#include <gtest/gtest.h>

#include "json/json.h"

namespace qd::engine {
namespace {

std::string read(std::string_view yaml) {
  const auto document = yaml_to_json(yaml);
  return document ? json::print(document->value)
                  : document.error().code + ": " + document.error().message;
}

TEST(Yaml, ReadsScalarsByTheCoreSchema) {
  EXPECT_EQ(
      read("[1, -2, +3, 0x1f, 0o17, true, False, null, ~, yes, no, on, '1', \"true\", 1.2.3, 10m, "
           "2026-11-23]"),
      R"([1,-2,3,31,15,true,false,null,null,"yes","no","on","1","true","1.2.3","10m","2026-11-23"])");
  EXPECT_EQ(read("[1.5, -.5, 1e3]"), json::print(Json({1.5, -0.5, 1000.0})));
  EXPECT_EQ(read("a:"), R"({"a":null})");
  EXPECT_EQ(read("''"), R"("")");
  EXPECT_EQ(read(""), "null");
  EXPECT_EQ(read("a: |\n  1\n  2\n"), R"({"a":"1\n2\n"})");
  EXPECT_EQ(read("99999999999999999999"), json::print(Json(1e20)));
}

TEST(Yaml, ReadsJson) {
  EXPECT_EQ(read(R"({"a": [1, {"b": "c"}], "d": null})"), R"({"a":[1,{"b":"c"}],"d":null})");
}

TEST(Yaml, FollowsAliases) {
  EXPECT_EQ(read("a: &x {n: 1}\nb: *x\nc: [*x]"), R"({"a":{"n":1},"b":{"n":1},"c":[{"n":1}]})");
}

TEST(Yaml, StopsAliasBombs) {
  std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 12; ++i) {
    bomb += fmt::format("a{0}: &a{0} [", i);
    for (int k = 0; k < 10; ++k) bomb += fmt::format("*a{}{}", i - 1, k < 9 ? ", " : "]\n");
  }
  EXPECT_TRUE(read(bomb).starts_with("yaml.too_large: line ")) << read(bomb);
}

TEST(Yaml, BoundsDepthSizeAndPaths) {
  EXPECT_TRUE(read(std::string(65, '[') + std::string(65, ']')).starts_with("yaml.depth"));
  EXPECT_FALSE(read(std::string(64, '[') + std::string(64, ']')).starts_with("yaml"));
  EXPECT_TRUE(read(std::string(100'000, '[')).starts_with("yaml."));
  EXPECT_TRUE(read(std::string(100'000, '{')).starts_with("yaml."));
  EXPECT_TRUE(read(std::string(2'000'000, 'x')).starts_with("yaml.too_large"));
  std::string aliased = "x: &x " + std::string(40, '[') + std::string(40, ']') +
                        "\ny: " + std::string(40, '[') + "*x" + std::string(40, ']');
  EXPECT_TRUE(read(aliased).starts_with("yaml.depth")) << read(aliased);
  std::string paths = "? " + std::string(1000, 'k') + "\n: [";
  for (int i = 0; i < 50'000; ++i) paths += "1,";
  EXPECT_TRUE(read(paths + "1]").starts_with("yaml.too_large"));
}

TEST(Yaml, SaysWhereItIsWrong) {
  EXPECT_EQ(read("a: 1\na: 2"),
            "yaml.duplicate_key: line 2, column 1: the key 'a' stands here a second time");
  EXPECT_EQ(read("? [a]\n: 1"), "yaml.key: line 1, column 3: a key is plain text");
  EXPECT_EQ(
      read("a: !!python/object x"),
      "yaml.tag: line 1, column 4: the tag tag:yaml.org,2002:python/object is not understood");
  EXPECT_TRUE(read("a: [1").starts_with("yaml.syntax: line ")) << read("a: [1");
  EXPECT_TRUE(read("a: *nope").starts_with("yaml.syntax: line 1")) << read("a: *nope");
  EXPECT_EQ(read("a: 1\n---\nb: 2"), "yaml.syntax: holds more than one document");
  EXPECT_EQ(read("a: \"\xff\""), "yaml.syntax: the text is not valid UTF-8");
  EXPECT_TRUE(read("a: \"\\0\"").starts_with("yaml.syntax")) << read("a: \"\\0\"");
  EXPECT_EQ(read("&a [*a]").substr(0, 11), "yaml.syntax");
}

TEST(Yaml, KeepsThePlacesOfValuesForFaults) {
  const auto document = yaml_to_json("nodes:\n  - id: a\n    with:\n      a/b: 1\n  - {id: b}\n");

  ASSERT_TRUE(document);
  EXPECT_EQ(document->find("/nodes/1/id")->line, 5);
  EXPECT_EQ(document->find("/nodes/0/with/a~1b")->line, 4);
  EXPECT_EQ(document->find("/nodes/0/missing/x")->line, 2);
  const auto located = document->locate({{"/nodes/1/id", "x", "is wrong"}});
  EXPECT_EQ(located[0].message, "line 5, column 10: is wrong");
}

}  // namespace
}  // namespace qd::engine
