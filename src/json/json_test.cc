#include <gtest/gtest.h>

#include "json/described.h"

namespace qd {
namespace {

enum class Mood { Calm, VeryStormy };
BOOST_DESCRIBE_ENUM(Mood, Calm, VeryStormy)

struct Port {
  Text<1, 5> name;
  std::optional<Whole<1, 10>> berths;
};
BOOST_DESCRIBE_STRUCT(Port, (), (name, berths))

struct Ship {
  std::string name;
  std::int64_t crew = 0;
  bool afloat = false;
  double speed = 0;
  Mood mood = Mood::Calm;
  std::vector<Port> ports;
  std::optional<std::map<std::string, int>> cargo;
  Json notes;
  std::optional<Timestamp> built;
};
BOOST_DESCRIBE_STRUCT(Ship, (), (name, crew, afloat, speed, mood, ports, cargo, notes, built))

constexpr std::string_view kShip =
    R"({"name":"Ada \"A\"","crew":12,"afloat":true,"speed":1.5,"mood":"very_stormy",)"
    R"("ports":[{"name":"Oslo","berths":3},{"name":"Rome","berths":null}],"cargo":{"tea":5},)"
    R"("notes":{"x":[1,null]},"built":"2026-11-22T10:00:00.123Z"})";

std::vector<Fault> faults_of(std::string_view text) {
  auto read = json::from_json<Ship>(*json::parse(text));
  return read ? std::vector<Fault>{} : read.error().faults;
}

std::string code_of(std::string_view text, json::Limits limits = {}) {
  const auto value = json::parse(text, limits);
  return value ? "" : value.error().code;
}

TEST(Described, WritesWhatItReads) {
  const auto ship = json::from_json<Ship>(*json::parse(kShip));

  ASSERT_TRUE(ship.has_value());
  EXPECT_EQ(json::print(json::to_json(*ship)), kShip);
  EXPECT_EQ(json::to_text(*ship), kShip);
}

TEST(Described, NamesEveryFaultWithItsPath) {
  const auto faults = faults_of(
      R"({"name":1,"crew":1.5,"afloat":true,"speed":1,"mood":"sunny","nmae":1,
          "ports":[{"name":"Bergen","berths":11}],"notes":1,"built":"soon"})");

  std::vector<std::string> found;
  for (const auto& fault : faults) found.push_back(fault.path + " " + fault.code);
  EXPECT_EQ(found, (std::vector<std::string>{"/name type", "/crew type", "/mood enum",
                                             "/ports/0/name too_long", "/ports/0/berths range",
                                             "/built timestamp", "/nmae unknown_field"}));
  EXPECT_EQ(faults.back().message, "is not a field here; did you mean name?");
}

TEST(Described, RequiresWhatIsNotOptional) {
  const auto read = json::from_json<Port>(*json::parse("{}"));
  ASSERT_FALSE(read.has_value());
  EXPECT_EQ(read.error().message, "/name: is required");
}

TEST(Described, PrintsASchemaWithReferences) {
  json::Components components;
  const auto schema = json::schema_of(json::type_of<Ship>(), components);

  EXPECT_EQ(json::print(schema), R"({"$ref":"#/components/schemas/Ship"})");
  EXPECT_EQ(
      json::print(components.schemas().at("Port")),
      R"({"type":"object","properties":{"name":{"type":"string","minLength":1,"maxLength":5},)"
      R"("berths":{"type":["integer","null"],"format":"int64","minimum":1,"maximum":10}},"required":["name"]})");
}

TEST(Constrained, AcceptsAddressesAndRefusesOthers) {
  struct Row {
    std::string_view text;
    bool good;
  };
  for (const auto& [text, good] :
       {Row{"ada@example.com", true}, Row{"a.b+c@x.y", true}, Row{"@x.y", false}, Row{"a@", false},
        Row{"a b@x.y", false}, Row{"a@b@c", false}, Row{"a@x..y", false}})
    EXPECT_EQ(json::from_json<Email>(Json(text)).has_value(), good) << text;
  for (const auto& [text, good] : {Row{"my-project-2", true}, Row{"-a", false}, Row{"a--b", false},
                                   Row{"A", false}, Row{"", false}})
    EXPECT_EQ(json::from_json<Slug>(Json(text)).has_value(), good) << text;
}

TEST(Parse, RefusesEachKindOfBadTextByName) {
  EXPECT_EQ(code_of("{\"a\":}"), "json.syntax");
  EXPECT_EQ(code_of("{} x"), "json.syntax");
  EXPECT_EQ(code_of(""), "json.syntax");
  EXPECT_EQ(code_of("\"\xff\""), "json.utf8");
  EXPECT_EQ(code_of(R"("\ud800")"), "json.syntax");
  EXPECT_EQ(code_of(R"({"a":"x\u0000y"})"), "json.nul");
  EXPECT_EQ(code_of("1e999"), "json.number");
  EXPECT_EQ(code_of("18446744073709551615"), "json.number");
  EXPECT_EQ(code_of(std::string(10'000, '[')), "json.depth");
  EXPECT_EQ(code_of("[[[1]]]", {.depth = 3}), "");
}

TEST(Parse, SaysWhere) {
  EXPECT_TRUE(json::parse("{\n  \"a\": nope\n}").error().message.ends_with("(line 2, column 8)"))
      << json::parse("{\n  \"a\": nope\n}").error().message;
}

// Found by fuzzing: the library's own reading of doubles is off by a little.
TEST(Parse, ReadsTheNearestDoubleSoThatPrintedTextReadsBackTheSame) {
  for (const auto* text :
       {"1.84467440761841e87", "1.7976931348623157e308", "5e-324", "1e-400", "0.1", "-2.5e3"}) {
    const auto value = json::parse(text);
    ASSERT_TRUE(value) << text;
    EXPECT_EQ(value->get_double(), std::strtod(text, nullptr)) << text;
    EXPECT_EQ(json::print(*json::parse(json::print(*value))), json::print(*value)) << text;
  }
}

TEST(Print, WritesDoublesInTheFewestDigitsAndStillAsDoubles) {
  EXPECT_EQ(json::print(JsonArray{0.0, 59.91, 2.0, 1e21, -0.5, 3}), "[0.0,59.91,2.0,1e+21,-0.5,3]");
}

TEST(MergePatch, FollowsRfc7396) {
  Json target = *json::parse(R"({"a":"b","c":{"d":"e","f":"g"}})");
  json::merge_patch(target, *json::parse(R"({"a":"z","c":{"f":null},"n":{"x":null,"y":1}})"));
  EXPECT_EQ(json::print(target), R"({"a":"z","c":{"d":"e"},"n":{"y":1}})");
}

}  // namespace
}  // namespace qd
