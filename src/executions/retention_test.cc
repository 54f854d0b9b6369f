// Which finished executions go, and in how small pieces.
#include "executions/retention.h"

#include "support/stores.h"

namespace qd::executions {
namespace {

using namespace std::chrono_literals;

constexpr Timestamp kNow{std::chrono::sys_days(std::chrono::year(2026) / 11 / 25)};

constexpr db::Sql kAddProject{
    "test.project",
    "INSERT INTO projects (id, name, slug, description, status, settings, metadata, is_public, "
    "is_template, tags, created_by, created_at, updated_at, revision) VALUES ($1, 'P', $1, '', "
    "'active', $2, '{}', 0, 0, '[]', 'u', 0, 0, 1)"};
constexpr db::Sql kAddExecution{
    "test.execution",
    "INSERT INTO executions (id, project_id, workflow_version, name, status, trigger_kind, input, "
    "priority, cost_usd, tokens, created_by, created_at, updated_at, finished_at, revision, fence) "
    "VALUES ($1, $2, 0, 'x', $3, 'api', 'null', 0, 0, 0, 'u', $4, $4, $5, $6, 1)"};
constexpr db::Sql kAddEvent{
    "test.event",
    "INSERT INTO execution_events (execution_id, seq, at, type, node_id, data) VALUES ($1, $2, 0, "
    "'started', '', '{}')"};
constexpr db::Sql kAddBlob{
    "test.blob",
    "INSERT INTO execution_blobs (execution_id, seq, member, data) VALUES ($1, $2, 'output', '1')"};
constexpr db::Sql kCountRows{
    "test.rows",
    "SELECT (SELECT COUNT(*) FROM executions) + (SELECT COUNT(*) FROM execution_events) + "
    "(SELECT COUNT(*) FROM execution_blobs)"};
constexpr db::Sql kIds{"test.ids", "SELECT id FROM executions ORDER BY id"};
constexpr db::Sql kFence{"test.fence", "SELECT fence FROM executions WHERE id = $1"};

struct IdRow {
  std::string id;
};
BOOST_DESCRIBE_STRUCT(IdRow, (), (id))

class RetentionTest : public test::StoreTest {
 protected:
  void add_project(const std::string& id, JsonObject settings = {}) {
    write([&](db::Transaction& tx) { tx.execute(kAddProject, id, settings); });
  }
  /// That began `age` ago and, where it is over, ended at once.
  void add(const std::string& id, milliseconds age, std::string_view status = "completed",
           std::int64_t events = 1, const std::string& project = "p") {
    write([&](db::Transaction& tx) {
      const auto at = kNow - age;
      const auto end = status == "waiting" ? std::nullopt : std::optional(at);
      tx.execute(kAddExecution, id, project, status, at, end, events);
      for (std::int64_t seq = 1; seq <= events; ++seq) tx.execute(kAddEvent, id, seq);
    });
  }
  void write(const std::function<void(db::Transaction&)>& work) {
    test::run(database().write([&](db::Transaction& tx) { work(tx); }));
  }
  std::int64_t rows() {
    return *test::run(
        database().read([](db::Snapshot& view) { return view.value<std::int64_t>(kCountRows); }));
  }
  std::string ids() {
    std::string text;
    for (const auto& row :
         test::run(database().read([](db::Snapshot& view) { return view.all<IdRow>(kIds); })))
      text += row.id + " ";
    return text;
  }
  std::int64_t prune(projects::Retention fallback = {}, const std::string& node = "n") {
    Retention retention(database(), clock_,
                        {.fallback = fallback, .pause = milliseconds(0), .node = node}, nullptr);
    return test::run(retention.prune());
  }

  ManualClock clock_{kNow};
};
class RetentionPrunes : public RetentionTest {};
QD_ON_EVERY_STORE(RetentionPrunes);

TEST_P(RetentionPrunes, WhatIsOverAndOldEnough) {
  add_project("p", {{"retention", JsonObject{{"max_age", "30d"}}}});
  add("old", 31 * 24h);
  add("young", 29 * 24h);
  add("waiting", 90 * 24h, "waiting");
  add("older", 90 * 24h, "failed");
  EXPECT_EQ(prune(), 2);
  EXPECT_EQ(ids(), "waiting young ");
  clock_.advance(2 * 24h);
  EXPECT_EQ(prune(), 1);
  EXPECT_EQ(ids(), "waiting ");
}

TEST_P(RetentionPrunes, WhatIsOverAndOneTooMany) {
  add_project("p", {{"retention", JsonObject{{"max_count", 2}}}});
  add("a", 5h);
  add("b", 4h, "waiting");
  add("c", 3h);
  add("d", 2h);
  add("e", 1h, "cancelled");
  EXPECT_EQ(prune(), 2);
  EXPECT_EQ(ids(), "b d e ");
  EXPECT_EQ(prune(), 0);
}

TEST_P(RetentionPrunes, AsTheServerSaysWhereTheProjectSaysNothing) {
  add_project("p");
  add_project("q", {{"retention", JsonObject{{"max_age", "0s"}}}});
  add("mine", 31 * 24h);
  add("kept", 31 * 24h, "completed", 1, "q");
  EXPECT_EQ(prune(), 0);
  EXPECT_EQ(prune({.max_age = 30 * 24h, .max_count = 0}), 1);
  EXPECT_EQ(ids(), "kept ");
}

TEST_P(RetentionPrunes, AThousandInSmallTransactions) {
  add_project("p");
  std::vector<Doomed> doomed;
  for (int i = 0; i < 1'000; ++i) {
    add("e" + std::to_string(i), 1h, "completed", 9);
    doomed.push_back({"e" + std::to_string(i), kNow - 1h, 9});
  }
  auto left = rows();
  ASSERT_EQ(left, 10'000);
  std::span<const Doomed> rest(doomed);
  while (!rest.empty()) {
    const auto removed =
        test::run(database().write([&](db::Transaction& tx) { return remove_some(tx, rest); }));
    ASSERT_GT(removed.settled, 0);
    rest = rest.subspan(removed.settled);
    EXPECT_LE(left - rows(), kRowsAtOnce);
    left = rows();
  }
  EXPECT_EQ(left, 0);
}

TEST_P(RetentionPrunes, AnEnormousOneInPieces) {
  add_project("p");
  add("big", 1h, "failed", 2 * kRowsAtOnce + 500);
  write([](db::Transaction& tx) {
    for (int seq = 1; seq <= 30; ++seq) tx.execute(kAddBlob, "big", seq);
  });
  std::vector<Doomed> doomed{{"big", kNow - 1h, 2 * kRowsAtOnce + 500, 30}};
  int pieces = 0;
  for (auto left = rows(); left > 0; ++pieces) {
    const auto removed = test::run(database().write(
        [&](db::Transaction& tx) { return remove_some(tx, std::span<const Doomed>(doomed)); }));
    EXPECT_LE(left - rows(), kRowsAtOnce);
    ASSERT_LT(rows(), left);
    left = rows();
    if (removed.rest) {
      doomed[0] = *removed.rest;
      // Nobody goes on with what is half gone.
      EXPECT_EQ(*test::run(database().read(
                    [](db::Snapshot& view) { return view.value<std::int64_t>(kFence, "big"); })),
                -1);
    }
  }
  EXPECT_EQ(pieces, 5);
}

TEST_P(RetentionPrunes, OnOneNodeAtATime) {
  add_project("p", {{"retention", JsonObject{{"max_age", "1h"}}}});
  add("a", 2h);
  EXPECT_EQ(prune({}, "first"), 1);
  add("b", 2h);
  EXPECT_EQ(prune({}, "second"), 0);
  clock_.advance(2min);
  EXPECT_EQ(prune({}, "second"), 1);
}

TEST(RetentionSetting, SaysWhatIsWrongWithIt) {
  const auto path = [](Json said) {
    return projects::retention_of({{"retention", std::move(said)}}).error().faults.at(0).path;
  };
  EXPECT_EQ(path(JsonObject{{"max_age", "soon"}}), "/settings/retention/max_age");
  EXPECT_EQ(path(JsonObject{{"max_count", -1}}), "/settings/retention/max_count");
  EXPECT_EQ(path(JsonObject{{"max_agee", "1d"}}), "/settings/retention/max_agee");
  EXPECT_EQ(path("30d"), "/settings/retention");
  EXPECT_EQ(projects::retention_of({{"retention", JsonObject{{"max_age", "30d"}}}})->max_age,
            30 * 24h);
}

}  // namespace
}  // namespace qd::executions
