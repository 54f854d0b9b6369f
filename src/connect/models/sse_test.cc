#include "connect/models/sse.h"

#include <vector>

#include <gtest/gtest.h>

namespace qd::connect::models {
namespace {

using Events = std::vector<std::pair<std::string, std::string>>;

/// What the parser gives when the stream comes in pieces of `size` bytes.
Events parse(std::string_view stream, std::size_t size) {
  Events events;
  SseParser parser([&](const SseEvent& event) { events.emplace_back(event.name, event.data); });
  for (; !stream.empty(); stream.remove_prefix(std::min(size, stream.size())))
    EXPECT_TRUE(parser.feed(stream.substr(0, size)));
  return events;
}

Events parse(std::string_view stream) {
  const auto whole = parse(stream, stream.size());
  for (std::size_t size = 1; size <= 4; ++size) EXPECT_EQ(parse(stream, size), whole) << size;
  return whole;
}

TEST(SseParser, EndsLinesAtLfCrAndCrlf) {
  const Events expected{{"", "a"}, {"n", "b"}};
  EXPECT_EQ(parse("data: a\n\nevent: n\ndata: b\n\n"), expected);
  EXPECT_EQ(parse("data: a\r\n\r\nevent: n\r\ndata: b\r\n\r\n"), expected);
  EXPECT_EQ(parse("data: a\r\revent: n\rdata: b\r\r"), expected);
}

TEST(SseParser, JoinsDataLinesAndStripsOneSpace) {
  EXPECT_EQ(parse("data: a\ndata:b\ndata:  c\ndata\n\n"), (Events{{"", "a\nb\n c\n"}}));
}

TEST(SseParser, SkipsCommentsUnknownFieldsAndEventsWithoutData) {
  EXPECT_EQ(parse(": ping\n\nevent: lonely\n\nid: 1\nretry: 5\nnonsense\ndata: x\n\n"),
            (Events{{"", "x"}}));
}

TEST(SseParser, SkipsAByteOrderMark) {
  EXPECT_EQ(parse("\xEF\xBB\xBF"
                  "data: x\n\n"),
            (Events{{"", "x"}}));
}

TEST(SseParser, KeepsCharactersThatWereSplit) {
  EXPECT_EQ(parse("data: Å日\xF0\x9F\x98\x80\n\n"), (Events{{"", "Å日😀"}}));
}

TEST(SseParser, NeverGivesAnEventThatDidNotEnd) {
  EXPECT_EQ(parse("data: a\n\ndata: b\n"), (Events{{"", "a"}}));
}

TEST(SseParser, RefusesAnEventOverItsLimit) {
  int events = 0;
  SseParser parser([&](const SseEvent&) { ++events; }, 20);

  EXPECT_TRUE(parser.feed("data: fits\n\n"));
  EXPECT_FALSE(parser.feed("data: 12345678\ndata: 12345678\ndata: 12345678\n\n"));
  EXPECT_FALSE(parser.feed("data: x\n\n"));
  EXPECT_EQ(events, 1);
}

TEST(SseParser, RefusesALineWithoutEnd) {
  SseParser parser([](const SseEvent&) {}, 1000);
  bool fits = true;
  for (int i = 0; i < 2000 && fits; ++i) fits = parser.feed("x");
  EXPECT_FALSE(fits);
}

}  // namespace
}  // namespace qd::connect::models
