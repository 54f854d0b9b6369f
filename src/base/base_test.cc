#include <gtest/gtest.h>

#include "base/encoding.h"
#include "base/enum_names.h"
#include "base/error.h"
#include "base/id.h"
#include "base/secret.h"
#include "base/time.h"

namespace qd {
namespace {

using namespace std::chrono_literals;

enum class Colour { Red, DarkBlue };
BOOST_DESCRIBE_ENUM(Colour, Red, DarkBlue)

Timestamp at(std::int64_t ms) {
  return Timestamp(milliseconds(ms));
}

TEST(Time, PrintsRfc3339InUtcWithMilliseconds) {
  EXPECT_EQ(to_rfc3339(at(0)), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(to_rfc3339(at(1'795'341'600'123)), "2026-11-22T10:00:00.123Z");
}

TEST(Time, ReadsOffsetsAndFractions) {
  EXPECT_EQ(parse_rfc3339("2026-11-22T11:00:00.1239+01:00"), at(1'795'341'600'123));
  EXPECT_EQ(parse_rfc3339("2026-11-22T10:00:00Z"), at(1'795'341'600'000));
}

TEST(Time, RefusesWhatIsNotRfc3339) {
  for (const auto* text :
       {"", "2026", "2026-02-30T00:00:00Z", "2026-11-22T10:00:00", "2026-11-22T25:00:00Z",
        "2026-11-22T10:00:00.Z", "2026-11-22T10:00:00Zx", "-026-11-22T10:00:00Z"})
    EXPECT_FALSE(parse_rfc3339(text)) << text;
}

TEST(Duration, ReadsWhatPeopleWrite) {
  EXPECT_EQ(parse_duration("250ms"), 250ms);
  EXPECT_EQ(parse_duration("1h30m"), 90min);
  EXPECT_EQ(parse_duration("7d"), 168h);
  for (const auto* text :
       {"", "5", "-5s", "5x", "1m1h", "1s1s", "9999999d", "99999999999999999999s"})
    EXPECT_FALSE(parse_duration(text)) << text;
}

TEST(Duration, PrintsWhatItReads) {
  EXPECT_EQ(format_duration(5'400'250ms), "1h30m250ms");
  EXPECT_EQ(format_duration(0ms), "0s");
}

Task<void> sleep_then_count(Clock& clock, Timestamp due, int& count) {
  co_await clock.sleep_until(due);
  ++count;
}

TEST(ManualClock, WakesASleeperExactlyWhenItIsDue) {
  boost::asio::io_context io;
  ManualClock clock(at(0));
  int woken = 0;
  boost::asio::co_spawn(io, sleep_then_count(clock, at(10'000), woken), boost::asio::detached);
  io.poll();

  clock.advance(9'999ms);
  io.poll();
  EXPECT_EQ(woken, 0);

  clock.advance(1ms);
  io.restart();
  io.poll();
  EXPECT_EQ(woken, 1);
}

TEST(Uuid, AscendsWithinAMillisecondAndKeepsItsForm) {
  const auto first = new_uuid(at(1'795'341'600'123));
  const auto second = new_uuid(at(1'795'341'600'123));

  EXPECT_TRUE(is_uuid(first));
  EXPECT_LT(first, second);
  EXPECT_EQ(first.substr(0, 13), second.substr(0, 13));
  EXPECT_EQ(first[14], '7');
  EXPECT_FALSE(is_uuid("not-an-id"));
  EXPECT_FALSE(is_uuid("018F0000-0000-7000-8000-000000000000"));
}

TEST(EnumNames, AreSnakeCaseBothWays) {
  EXPECT_EQ(enum_name(Colour::DarkBlue), "dark_blue");
  EXPECT_EQ(parse_enum<Colour>("red"), Colour::Red);
  EXPECT_FALSE(parse_enum<Colour>("Red"));
}

TEST(Encoding, RoundTripsAndRefusesForeignText) {
  const std::string bytes("\x00\xff\x10 any", 7);
  EXPECT_EQ(to_hex("\x01\xab"), "01ab");
  EXPECT_EQ(from_base64(to_base64(bytes)), bytes);
  EXPECT_EQ(from_base64url(to_base64url(bytes)), bytes);
  EXPECT_EQ(to_base64("a"), "YQ==");
  EXPECT_FALSE(from_base64("YQ="));
  EXPECT_FALSE(from_base64("YR=="));
  EXPECT_FALSE(from_base64url("a b"));
}

TEST(Utf8, RefusesOverlongSurrogatesAndCutSequences) {
  EXPECT_TRUE(is_utf8("grüße 🚢"));
  for (const auto* text : {"\xc0\x80", "\xed\xa0\x80", "\xf5\x80\x80\x80", "\xe2\x82", "\xff"})
    EXPECT_FALSE(is_utf8(text));
}

TEST(Error, InvalidNamesTheSingleFaultAndCountsMany) {
  EXPECT_EQ(invalid({{"/a", "type", "must be text"}}).error().message, "/a: must be text");
  EXPECT_EQ(invalid({{"/a", "x", "y"}, {"/b", "x", "y"}}).error().message,
            "2 fields are not valid");
}

TEST(NamedUuid, IsTheSameForTheSameAndSortsByItsMoment) {
  const std::string digest(32, 'a');
  const Timestamp at(std::chrono::hours(1));
  EXPECT_EQ(named_uuid(at, digest), named_uuid(at, digest));
  EXPECT_TRUE(is_uuid(named_uuid(at, digest)));
  EXPECT_NE(named_uuid(at, digest), named_uuid(at, std::string(32, 'b')));
  EXPECT_LT(named_uuid(at, digest), named_uuid(at + milliseconds(1), std::string(32, '!')));
}

}  // namespace
}  // namespace qd
