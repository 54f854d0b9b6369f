#include "platform/log/log.h"

#include <type_traits>

#include <boost/json.hpp>
#include <gtest/gtest.h>

namespace qd::log {
namespace {

std::string logged(Options options, Level level, std::string_view message, Fields fields) {
  std::string out;
  options.sink = [&](std::string_view line) { out += line; };
  Logger logger(std::move(options));
  logger.write(level, message, fields);
  return out;
}

TEST(Log, WritesTextWithFieldsAfterTheMessage) {
  const auto line = logged({}, Level::Info, "listening", {{"port", 8000}, {"name", "a b"}});

  EXPECT_TRUE(line.ends_with(" info  listening port=8000 name=\"a b\"\n")) << line;
}

TEST(Log, WritesOneJsonObjectALine) {
  const auto line = logged({.format = Format::Json}, Level::Error, "it \"broke\"\n",
                           {{"ok", false}, {"n", 1.5}, {"what", std::string("x\ty")}});

  const auto value = boost::json::parse(line);
  EXPECT_EQ(value.at("message").as_string(), "it \"broke\"\n");
  EXPECT_EQ(value.at("level").as_string(), "error");
  EXPECT_EQ(value.at("ok").as_bool(), false);
  EXPECT_EQ(value.at("n").as_double(), 1.5);
  EXPECT_EQ(value.at("what").as_string(), "x\ty");
}

TEST(Log, KeepsAForgedLineInsideItsOwn) {
  const auto line = logged({}, Level::Info, "x\nforged", {{"user", "a\nb"}});

  EXPECT_EQ(std::ranges::count(line, '\n'), 1) << line;
}

TEST(Log, LeavesOutWhatIsBelowItsLevel) {
  EXPECT_EQ(logged({.level = Level::Warn}, Level::Info, "quiet", {}), "");
  EXPECT_EQ(logged({.level = Level::Off}, Level::Error, "quiet", {}), "");
}

TEST(Log, ChangesItsLevelWhileRunning) {
  std::string out;
  Logger logger({.level = Level::Warn, .sink = [&](std::string_view line) { out += line; }});

  logger.set_level(Level::Debug);
  logger.write(Level::Debug, "now heard");

  EXPECT_NE(out.find("now heard"), std::string::npos);
}

TEST(Log, TakesNoSecretAsAField) {
  EXPECT_FALSE((std::is_constructible_v<Field, std::string_view, Secret>));
}

TEST(Log, ProcessLoggerIsTheOneThatMainSet) {
  std::string out;
  Logger logger({.sink = [&](std::string_view line) { out += line; }});

  set_process_logger(&logger);
  info("hello");
  set_process_logger(nullptr);
  info("nobody");

  EXPECT_NE(out.find("hello"), std::string::npos);
  EXPECT_EQ(out.find("nobody"), std::string::npos);
}

}  // namespace
}  // namespace qd::log
