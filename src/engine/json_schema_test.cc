#include "engine/json_schema.h"

#include <gtest/gtest.h>

namespace qd::engine {
namespace {

Json parsed(std::string_view text) {
  return *json::parse(text);
}

std::vector<std::string> paths(const Result<void>& checked) {
  std::vector<std::string> found;
  if (!checked)
    for (const auto& fault : checked.error().faults) found.push_back(fault.path);
  return found;
}

TEST(JsonSchema, NamesEveryFaultWithItsPath) {
  const auto schema =
      parsed(R"({"type":"object","required":["a"],"properties":{"a":{"type":"integer","minimum":1},
    "list":{"type":"array","items":{"type":"string"}}}})");
  EXPECT_TRUE(check_schema(schema, parsed(R"({"a":1,"list":["x"]})"), "/input"));
  EXPECT_EQ(check_schema(schema, parsed("{}"), "/input").error().code, "validation");
  const auto found = paths(check_schema(schema, parsed(R"({"a":0,"list":["x",2]})"), "/input"));
  EXPECT_NE(std::ranges::find(found, "/input/a"), found.end());
  EXPECT_NE(std::ranges::find(found, "/input/list/1"), found.end());
}

TEST(JsonSchema, TakesEverythingWithoutASchema) {
  EXPECT_TRUE(check_schema({}, parsed("7"), ""));
  EXPECT_TRUE(check_schema(JsonObject{}, parsed("7"), ""));
}

TEST(JsonSchema, ChecksPatternsInLinearTime) {
  const auto schema =
      parsed(R"({"type":"object","properties":{"x":{"type":"string","pattern":"^(a+)+$"}}})");
  EXPECT_TRUE(check_schema(schema, parsed(R"({"x":"aaa"})"), ""));
  JsonObject hostile{{"x", std::string(200'000, 'a') + "!"}};
  EXPECT_EQ(paths(check_schema(schema, hostile, "")), std::vector<std::string>{"/x"});
}

TEST(JsonSchema, APropertyMayBeNamedLikeAKeyword) {
  const auto schema = parsed(
      R"({"type":"object","properties":{"pattern":{"type":"integer"},"format":{"type":"string"}}})");
  EXPECT_TRUE(schema_faults(schema, "").empty());
  EXPECT_EQ(paths(check_schema(schema, parsed(R"({"pattern":"x"})"), "")).front(), "/pattern");
}

TEST(JsonSchema, RefusesWhatItCantCheck) {
  EXPECT_EQ(schema_faults(parsed(R"({"$ref":"https://example.com/s.json"})"), "/s").front().code,
            "schema.remote");
  EXPECT_EQ(schema_faults(parsed(R"({"anyOf":[{"pattern":"a"}]})"), "/s").front().path,
            "/s/anyOf/0/pattern");
  EXPECT_EQ(schema_faults(parsed(R"({"type":"nonsense"})"), "/s").front().code, "schema.invalid");
  EXPECT_EQ(schema_faults(parsed(R"({"pattern":"("})"), "/s").front().code, "schema.invalid");
}

}  // namespace
}  // namespace qd::engine
