// Who gets a slot, over rows that are just there.
#include "engine/admission.h"

#include "engine/engine_fixture.h"

namespace qd::engine::admission {
namespace {

class Admission : public test::StoreTest {
 protected:
  void SetUp() override {
    StoreTest::SetUp();
    for (const auto* id : {"a", "b", "c"}) add_project(id);
  }
  void add_project(std::string_view id) {
    constexpr db::Sql kProject{
        "test.project",
        "INSERT INTO projects (id, name, slug, description, status, settings, metadata, is_public, "
        "is_template, tags, created_by, created_at, updated_at, revision) "
        "VALUES ($1, 'P', $1, '', 'active', '{}', '{}', 0, 0, '[]', 'u', 0, 0, 1)"};
    test::run(database().write([&](db::Transaction& tx) { tx.execute(kProject, id); }));
  }
  /// Rows `project`-00001 and so on.
  void queue(std::string_view project, std::int64_t count, std::int64_t priority = 0) {
    constexpr db::Sql kRows{
        "test.rows",
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1) "
        "INSERT INTO executions (id, project_id, workflow_version, name, status, trigger_kind, "
        "input, priority, cost_usd, tokens, created_by, created_at, updated_at, revision, fence, "
        "queue) "
        "SELECT $2 || '-' || $3 || '-' || CAST(100000 + i AS TEXT), $2, 0, 'n', 'pending', 'api', "
        "'{}', CAST($3 AS BIGINT), 0, 0, 'u', i, i, 0, 0, 'ready' FROM n",
        "INSERT INTO executions (id, project_id, workflow_version, name, status, trigger_kind, "
        "input, priority, cost_usd, tokens, created_by, created_at, updated_at, revision, fence, "
        "queue) "
        "SELECT $2::text || '-' || $3::text || '-' || (100000 + i)::text, $2::text, 0, 'n', "
        "'pending', 'api', '{}', $3::bigint, 0, 0, 'u', i, i, 0, 0, 'ready' FROM "
        "generate_series(1, $1::bigint) AS i"};
    test::run(database().write(
        [&](db::Transaction& tx) { tx.execute(kRows, count, project, priority); }));
  }
  std::vector<std::string> admit_round(std::int64_t places, const std::string& after = "",
                                       ProjectLimits limits = {}) {
    return test::run(database().write([&](db::Transaction& tx) {
      Round round{.contenders = {},
                  .places = places,
                  .now = Timestamp(1h),
                  .lease_owner = {},
                  .lease_until = {}};
      for (const auto& project : ready_projects(tx, after, 100))
        round.contenders.push_back({{project}, limits});
      std::vector<std::string> ids;
      for (const auto& one : admit(tx, round).admitted) ids.push_back(one.id);
      return ids;
    }));
  }
};
QD_ON_EVERY_STORE(Admission);

using Ids = std::vector<std::string>;

TEST_P(Admission, FiftyThousandOfOneProjectDontKeepAnotherWaiting) {
  queue("a", 50'000);
  queue("b", 1);
  EXPECT_EQ(admit_round(2), (Ids{"a-0-100001", "b-0-100001"}));
  EXPECT_EQ(admit_round(2), (Ids{"a-0-100002", "a-0-100003"}));
}

TEST_P(Admission, TheNextPlaceIsTheNextProjects) {
  queue("a", 3);
  queue("b", 3);
  queue("c", 3);
  EXPECT_EQ(admit_round(1, "a"), Ids{"b-0-100001"});
  EXPECT_EQ(admit_round(1, "b"), Ids{"c-0-100001"});
  EXPECT_EQ(admit_round(1, "c"), Ids{"a-0-100001"});
}

TEST_P(Admission, WithinAProjectTheUrgentComeFirst) {
  queue("a", 2);
  queue("a", 1, 9);
  EXPECT_EQ(admit_round(2), (Ids{"a-9-100001", "a-0-100001"}));
}

TEST_P(Admission, AProjectGetsNoMoreThanItsLimitAndRateAllow) {
  queue("a", 5);
  EXPECT_EQ(admit_round(9, "", {.concurrency = 2}).size(), 2);
  EXPECT_EQ(admit_round(9, "", {.concurrency = 2}).size(), 0);
  queue("b", 5);
  EXPECT_EQ(admit_round(9, "a", {.concurrency = 4, .starts_per_minute = 3}).size(), 2 + 3);
}

TEST_P(Admission, SaysWhoIsBefore) {
  queue("a", 5);
  const Execution third{.id = {"a-0-100003"}, .project_id = {"a"}, .created_at = Timestamp(3ms)};
  ASSERT_EQ(admit_round(1, "", {.concurrency = 1}).size(), 1);
  const auto wait = test::run(database().read([&](db::Snapshot& view) {
    return why_waiting(view, third, {.concurrency = 1}, Timestamp(1h));
  }));
  ASSERT_TRUE(wait);
  EXPECT_EQ(wait->obstacle, Obstacle::Project);
  EXPECT_EQ(wait->ahead, 1);
  EXPECT_EQ(wait->running, 1);
}

}  // namespace
}  // namespace qd::engine::admission
