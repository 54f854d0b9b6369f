#include "engine/drill/example.h"

#include <gtest/gtest.h>

#include "engine/json_schema.h"

namespace qd::engine::drill {
namespace {

class Examples : public ::testing::TestWithParam<const char*> {};

TEST_P(Examples, FitTheirSchema) {
  const auto schema = json::parse(GetParam()).value();

  const auto fits = check_schema(schema, example_of(schema), "");

  EXPECT_TRUE(fits) << json::print(example_of(schema));
}

INSTANTIATE_TEST_SUITE_P(
    OfSchemas, Examples,
    ::testing::Values(
        R"({})", R"({"type": "null"})", R"({"type": ["integer", "null"], "minimum": 7})",
        R"({"type": "object", "required": ["a", "b"], "properties": {"a": {"type": "boolean"}}})",
        R"({"properties": {"a": {"enum": ["x", "y"]}}, "additionalProperties": false})",
        R"({"type": "array", "minItems": 3, "items": {"type": "number", "exclusiveMinimum": 2}})",
        R"({"type": "array", "maxItems": 0})", R"({"type": "string", "minLength": 20})",
        R"({"type": "string", "maxLength": 2})", R"({"type": "integer", "multipleOf": 5})",
        R"({"type": "integer", "minimum": 1, "maximum": 4})",
        R"({"oneOf": [{"type": "integer"}, {"type": "string"}]})", R"({"const": {"k": [1]}})",
        R"({"type": "string", "format": "date-time"})"));

TEST(Examples, OfASchemaThatNestsForeverEnd) {
  Json schema = JsonObject{{"type", "boolean"}};
  for (int i = 0; i < 50; ++i) schema = JsonObject{{"properties", JsonObject{{"a", schema}}}};

  EXPECT_TRUE(example_of(schema).is_object());
}

}  // namespace
}  // namespace qd::engine::drill
