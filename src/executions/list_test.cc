// Pages of long lists whose rows lie in many projects or under many names.
#include <algorithm>
#include <random>

#include "executions/store.h"
#include "support/stores.h"

namespace qd::executions {
namespace {

constexpr db::Sql kAddProject{
    "test.project",
    "INSERT INTO projects (id, name, slug, description, status, settings, metadata, is_public, "
    "is_template, tags, created_by, created_at, updated_at, revision) VALUES ($1, 'P', $1, '', "
    "'active', '{}', '{}', 0, 0, '[]', 'u', 0, 0, 1)"};
constexpr db::Sql kAddUser{
    "test.user",
    "INSERT INTO users (id, email, email_folded, full_name, role, disabled, password_hash, "
    "search_text, created_at, updated_at, created_by, revision) VALUES ($1, $1, $1, $1, 'member', "
    "0, '', $1, 0, 0, 'u', 1)"};
constexpr db::Sql kAddMember{
    "test.member",
    "INSERT INTO project_members (project_id, user_id, role, created_by, created_at, updated_at, "
    "revision) VALUES ($1, $2, 'viewer', 'u', 0, 0, 1)"};
constexpr db::Sql kAddExecution{
    "test.execution",
    "INSERT INTO executions (id, project_id, workflow_version, name, status, trigger_kind, input, "
    "priority, cost_usd, tokens, created_by, created_at, updated_at, finished_at, revision, fence) "
    "VALUES ($1, $2, 0, $3, $4, 'api', 'null', 0, 0, 0, 'u', $5, $5, $5, 0, 1)"};
constexpr db::Sql kAddName{
    "test.name",
    "INSERT INTO execution_names (project_id, name) VALUES ($1, $2) ON CONFLICT DO NOTHING"};

struct Stored {
  std::string id;
  std::string project;
  std::string name;
  engine::ExecutionStatus status;
  Timestamp created_at;
};

class ListTest : public test::StoreTest {
 protected:
  static constexpr int kCount = 14'000;

  /// Most names and projects stopped long before the newest rows; many rows share a moment.
  void SetUp() override {
    StoreTest::SetUp();
    std::minstd_rand random(7);
    const auto below = [&](int most) { return static_cast<int>(random() % most); };
    for (int i = 0; i < kCount; ++i) {
      const bool is_new = i > kCount / 2;
      const int number = is_new && below(50) > 0 ? 0 : below(120);
      stored_.push_back({.id = fmt::format("{:08}", (i * 7919) % kCount),
                         .project = is_new ? "loud" : fmt::format("p{}", below(4)),
                         .name = fmt::format("{} {}", number == 0 ? "noise" : "Report", number),
                         .status = below(3) == 0 ? engine::ExecutionStatus::Failed
                                                 : engine::ExecutionStatus::Completed,
                         .created_at = Timestamp(milliseconds(1'000 + i / 3))});
    }
    test::run(database().write([&](db::Transaction& tx) {
      for (const auto* project : {"loud", "p0", "p1", "p2", "p3"}) tx.post(kAddProject, project);
      tx.post(kAddUser, "ann");
      for (const auto* project : {"p1", "p2"}) tx.post(kAddMember, project, "ann");
      for (const auto& one : stored_) {
        tx.post(kAddExecution, one.id, one.project, one.name, one.status, one.created_at);
        tx.post(kAddName, one.project, one.name);
      }
    }));
  }

  /// Follows the cursors to the end.
  std::vector<std::string> all_pages(ExecutionQuery query, const std::optional<UserId>& user) {
    std::vector<std::string> ids;
    do {
      auto page = test::run(
          database().read([&](db::Snapshot& view) { return store::list(view, query, user); }));
      if (!page) throw std::runtime_error(page.error().message);
      for (const auto& one : page->items) ids.push_back(one.id.value);
      query.cursor = page->next_cursor;
    } while (query.cursor);
    return ids;
  }
  std::vector<std::string> sorted(const std::function<bool(const Stored&)>& fits,
                                  bool is_ascending) {
    std::vector<std::pair<Timestamp, std::string>> rows;
    for (const auto& one : stored_)
      if (fits(one)) rows.emplace_back(one.created_at, one.id);
    std::ranges::sort(rows);
    if (!is_ascending) std::ranges::reverse(rows);
    std::vector<std::string> ids;
    for (auto& [at, id] : rows) ids.push_back(std::move(id));
    return ids;
  }
  static bool is_anns(const Stored& one) { return one.project == "p1" || one.project == "p2"; }

  std::vector<Stored> stored_;
};
QD_ON_EVERY_STORE(ListTest);

TEST_P(ListTest, FindsAllRowsOfManyNamesInTheirOrder) {
  const auto fits = [](const Stored& one) { return one.name.starts_with("Report"); };
  ASSERT_GT(std::ranges::count_if(stored_, fits), 5'000);
  for (const auto* sort : {"-created_at", "created_at"}) {
    ExecutionQuery query{.limit = Whole<1, 200>{199}, .sort = sort, .q = Text<1, 200>{"REPORT"}};
    EXPECT_EQ(all_pages(query, std::nullopt), sorted(fits, *sort == 'c')) << sort;
  }
}

TEST_P(ListTest, FindsThemBetweenTwoMoments) {
  const Timestamp from(milliseconds(1'100));
  const Timestamp to(milliseconds(3'400));
  const auto fits = [&](const Stored& one) {
    return one.name.starts_with("Report") && one.created_at >= from && one.created_at < to;
  };
  ASSERT_GT(std::ranges::count_if(stored_, fits), 5'000);
  for (const auto* sort : {"-created_at", "created_at"}) {
    ExecutionQuery query{.limit = Whole<1, 200>{200},
                         .sort = sort,
                         .from = from,
                         .to = to,
                         .q = Text<1, 200>{"report"}};
    EXPECT_EQ(all_pages(query, std::nullopt), sorted(fits, *sort == 'c')) << sort;
  }
}

TEST_P(ListTest, FindsAllRowsOfAUsersProjectsInTheirOrder) {
  // Two projects have too few rows for the way that is tried here; loud makes them enough.
  test::run(database().write([](db::Transaction& tx) { tx.execute(kAddMember, "loud", "ann"); }));
  const auto fits = [](const Stored& one) { return is_anns(one) || one.project == "loud"; };
  for (const auto* sort : {"-created_at", "created_at"}) {
    ExecutionQuery query{.limit = Whole<1, 200>{200}, .sort = sort};
    EXPECT_EQ(all_pages(query, UserId{"ann"}), sorted(fits, *sort == 'c')) << sort;
    query.q = Text<1, 200>{"o"};
    EXPECT_EQ(all_pages(query, UserId{"ann"}), sorted(fits, *sort == 'c')) << sort << " of words";
  }
}

TEST_P(ListTest, FindsThoseOfAStatus) {
  test::run(database().write([](db::Transaction& tx) {
    for (const auto* project : {"loud", "p0", "p3"}) tx.execute(kAddMember, project, "ann");
  }));
  const auto fits = [](const Stored& one) {
    return one.status == engine::ExecutionStatus::Completed;
  };
  ASSERT_GT(std::ranges::count_if(stored_, fits), 5'000);
  ExecutionQuery query{.limit = Whole<1, 200>{200}, .status = engine::ExecutionStatus::Completed};
  EXPECT_EQ(all_pages(query, UserId{"ann"}), sorted(fits, false));
  query.q = Text<1, 200>{"o"};
  EXPECT_EQ(all_pages(query, UserId{"ann"}), sorted(fits, false));
}

}  // namespace
}  // namespace qd::executions
