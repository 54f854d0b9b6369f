// Values that are too long for a row, from their storing to their reading.
#include "engine/large_values.h"

#include "engine/engine_fixture.h"
#include "engine/value_size.h"

namespace qd::engine {
namespace {

constexpr std::string_view kEchoTwice = R"(
nodes:
  - {id: first, type: transform, with: {set: {text: "{{ input.text }}"}}}
  - {id: pause, type: wait, with: {for: 1m}}
  - {id: second, type: transform, with: {set: {text: "{{ steps.first.output.text + '!' }}"}}}
edges: [{from: first, to: pause}, {from: pause, to: second}]
outputs: {text: "{{ steps.second.output.text }}"}
)";

class LargeValues : public EngineTest {
 protected:
  Execution row(const ExecutionId& id) {
    constexpr db::Sql kRow{"test.row",
                           "SELECT " QD_EXECUTION_COLUMNS " FROM executions WHERE id = $1"};
    return *test::run(
        database().read([&](db::Snapshot& view) { return view.first<Execution>(kRow, id); }));
  }
  journal::Stored stored(const ExecutionId& id) {
    return *test::run(database().read([&](db::Snapshot& view) { return journal::read(view, id); }));
  }
};
QD_ON_EVERY_STORE(LargeValues);

TEST_P(LargeValues, AreStoredApartAndReadWhole) {
  const std::string text(300 << 10, 'x');
  const auto begun = begin(kEchoTwice, JsonObject{{"text", text}});
  ASSERT_TRUE(begun) << begun.error().message;
  settled(begun->id);
  end_engine();
  begin_engine();
  clock().advance(1min);
  ASSERT_TRUE(test::run(engine().finished(begun->id, clock().now() + 1h)));

  const auto kept = row(begun->id);
  EXPECT_TRUE(large_values::is_stand_in(kept.input)) << json::print(kept.input).substr(0, 200);
  EXPECT_TRUE(large_values::is_stand_in(kept.output));
  for (const auto& event : events(begun->id))
    EXPECT_LT(json::print(event.data).size(), kLongestInRow);

  const auto whole = stored(begun->id);
  EXPECT_EQ(whole.execution.status, ExecutionStatus::Completed);
  EXPECT_EQ(whole.execution.input, Json(JsonObject{{"text", text}}));
  EXPECT_EQ(whole.execution.output, Json(JsonObject{{"text", text + "!"}}));
  EXPECT_EQ(whole.events.back().data.at("output"), whole.execution.output);
}

TEST_P(LargeValues, ShortOnesStayWhereTheyAre) {
  const auto done = begin("{nodes: [{id: a, type: transform, with: {set: {n: 1}}}]}");
  constexpr db::Sql kCount{"test.count", "SELECT COUNT(*) FROM execution_blobs"};
  EXPECT_EQ(test::run(database().read(
                [&](db::Snapshot& view) { return view.value<std::int64_t>(kCount); })),
            0);
  EXPECT_EQ(done->status, ExecutionStatus::Completed);
}

TEST_P(LargeValues, WhatOnlyLooksLikeAStandInStaysWhatItIs) {
  const JsonObject forged{{"$large", JsonObject{{"size", 400'000}}}};
  const auto done = begin(R"(
nodes: [{id: a, type: transform, with: {set: {v: "{{ input }}"}}}]
outputs: {v: "{{ steps.a.output.v }}"}
)",
                          forged);
  ASSERT_TRUE(done);
  EXPECT_EQ(stored(done->id).execution.input, Json(forged));
  EXPECT_EQ(stored(done->id).execution.output, Json(JsonObject{{"v", forged}}));
}

}  // namespace
}  // namespace qd::engine
