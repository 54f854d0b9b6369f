#include <set>

#include "projects/project_store.h"
#include "projects/test_fixture.h"

namespace qd::projects {
namespace {

class ProjectListTest : public ProjectsTest {
 protected:
  /// Makes that many public projects, `desk 1` and on, the oldest first.
  void publish(std::int64_t count) {
    constexpr db::Sql kPublish{
        "test.publish",
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1) "
        "INSERT INTO projects (id, created_at, updated_at, created_by, revision, name, slug, "
        "description, status, "
        "settings, metadata, is_public, is_template, tags) SELECT 'p' || i, i, i, $2, 1, 'desk ' "
        "|| i, 'p' || i, '', "
        "'active', '{}', '{}', 1, 0, '[]' FROM n"};
    test::run(
        database().write([&](db::Transaction& tx) { tx.execute(kPublish, count, ada_.user); }));
  }
  Names paged(const api::Caller& caller, const char* sort) {
    Names seen;
    ProjectQuery query{.limit = 2, .sort = sort};
    do {
      const auto page = test::run(service().list(caller, query));
      if (!page) return {page.error().message};
      EXPECT_LE(page->items.size(), 2u);
      for (const auto& project : page->items) seen.push_back(project.name);
      query.cursor = page->next_cursor;
    } while (query.cursor);
    return seen;
  }
};
QD_ON_EVERY_STORE(ProjectListTest);

TEST_P(ProjectListTest, ShowsWhatTheCallerMaySee) {
  const auto shared = make("shared").id;
  (void)join(shared, grace_, ProjectRole::Operator);
  (void)make("private");
  (void)make(ada_, {.name = "open", .is_public = true});
  (void)make(grace_, {.name = "own"});

  EXPECT_EQ(names(grace_), (Names{"own", "open", "shared"}));
  EXPECT_EQ(names(grace_, {.member = true}), (Names{"own", "shared"}));
  EXPECT_EQ(names(root_), (Names{"own", "open", "private", "shared"}));
  EXPECT_EQ(names(root_, {.member = true}), Names{});
  const auto page = test::run(service().list(grace_, {.sort = "name"}));
  EXPECT_EQ(page->total, 3);
  EXPECT_EQ(page->items.at(0).my_role, std::nullopt);
  EXPECT_EQ(page->items.at(1).my_role, ProjectRole::Owner);
  EXPECT_EQ(page->items.at(2).my_role, ProjectRole::Operator);
}

TEST_P(ProjectListTest, IsFilteredByEverything) {
  (void)make(ada_, {.name = "a", .status = ProjectStatus::Draft, .tags = {{"eu", "Ops"}}});
  (void)make(ada_, {.name = "b", .is_public = true, .tags = {{"eu,us"}}});
  (void)make(ada_, {.name = "c", .is_template = true, .tags = {{"eu", "us"}}});
  (void)make(grace_, {.name = "d", .status = ProjectStatus::Archived});
  EXPECT_EQ(names(root_, {.status = ProjectStatus::Draft}), Names{"a"});
  EXPECT_EQ(names(root_, {.status = ProjectStatus::Archived}), Names{"d"});
  EXPECT_EQ(names(root_, {.is_template = true}), Names{"c"});
  EXPECT_EQ(names(root_, {.is_public = true}), Names{"b"});
  EXPECT_EQ(names(root_, {.owner = grace_.user.value}), Names{"d"});
  EXPECT_EQ(names(root_, {.tag = "eu"}), (Names{"c", "a"}));
  EXPECT_EQ(names(root_, {.status = ProjectStatus::Active, .tag = "eu"}), Names{"c"});
  EXPECT_EQ(test::run(service().list(root_, {.tag = "eu"}))->total, 2);
  for (const auto* tag : {"e", "ops", ",", "\",\"", "%", "eu\"", "' OR 1=1 --"})
    EXPECT_EQ(names(root_, {.tag = tag}), Names{}) << tag;
}

TEST_P(ProjectListTest, IsPagedInEveryOrder) {
  for (const auto* name : {"delta", "alpha", "echo", "bravo", "charlie"}) {
    const auto id = make(name).id;
    (void)join(id, grace_, ProjectRole::Editor);
  }
  (void)patch(ada_, test::run(service().list(ada_, {.sort = "name"}))->items.at(2).id,
              R"({"tags":["x"]})");
  const Names by_name{"alpha", "bravo", "charlie", "delta", "echo"};
  const Names by_age{"delta", "alpha", "echo", "bravo", "charlie"};
  for (const auto& caller : {ada_, grace_, root_}) {
    EXPECT_EQ(paged(caller, "name"), by_name);
    EXPECT_EQ(paged(caller, "-name"), Names(by_name.rbegin(), by_name.rend()));
    EXPECT_EQ(paged(caller, "created_at"), by_age);
    EXPECT_EQ(paged(caller, "-created_at"), Names(by_age.rbegin(), by_age.rend()));
    EXPECT_EQ(paged(caller, "-updated_at").front(), "charlie");
  }
}

TEST_P(ProjectListTest, ShowsTheSameWhenItWalksAnOrderAsWhenItLooksUp) {
  for (int i = 0; i < 40; ++i)
    (void)make(i % 2 ? grace_ : ada_, {.name = fmt::format("p{:02}", i), .is_public = i % 5 == 0});
  for (const auto only_mine : {false, true}) {
    // 24 of 40 and a limit of one: walking is cheaper; a limit of 200: looking up is.
    Names walked;
    ProjectQuery query{.limit = 1, .sort = "name", .member = only_mine};
    do {
      const auto page = test::run(service().list(ada_, query));
      EXPECT_EQ(page->total, only_mine ? 20 : 24);
      for (const auto& project : page->items) walked.push_back(project.name);
      query.cursor = page->next_cursor;
    } while (query.cursor);
    EXPECT_EQ(walked, names(ada_, {.limit = 200, .sort = "name", .member = only_mine}));
    EXPECT_EQ(walked.size(), only_mine ? 20u : 24u);
  }
}

TEST_P(ProjectListTest, RefusesACursorOrAnOrderThatItDoesNotKnow) {
  EXPECT_EQ(test::run(service().list(ada_, {.cursor = "x' OR 1=1"})).error().faults.at(0).path,
            "/query/cursor");
  EXPECT_EQ(test::run(service().list(ada_, {.sort = "slug; DROP TABLE projects"}))
                .error()
                .faults.at(0)
                .path,
            "/query/sort");
  EXPECT_EQ(test::run(service().search(ada_, {.q = "x", .cursor = "-1"})).error().faults.at(0).path,
            "/query/cursor");
}

/// Passes everything on, and keeps how SQLite goes about each page.
class Explained final : public db::Connection {
 public:
  explicit Explained(db::Connection& inner) : inner_(inner) {}
  std::int64_t run(const db::Sql& sql, std::span<const db::Param> params,
                   const std::function<void(const db::Row&)>& on_row) override {
    if (sql.name == "list.page") {
      const auto text = "EXPLAIN QUERY PLAN " + std::string(sql.text);
      inner_.run({"test.explain", text}, params,
                 [&](const db::Row& row) { plan += std::string(row.text(3)) + "\n"; });
    }
    return inner_.run(sql, params, on_row);
  }
  [[nodiscard]] bool is_postgres() const override { return inner_.is_postgres(); }
  std::string plan;

 private:
  db::Connection& inner_;
};

TEST_P(ProjectListTest, SortsNothingForOneWhoSeesMuch) {
  if (is_postgres()) GTEST_SKIP() << "its planner decides by statistics";
  for (int i = 0; i < 40; ++i) (void)make("p" + std::to_string(i));
  for (const auto& viewpoint :
       {store::Viewpoint{root_.user, true}, store::Viewpoint{ada_.user, false}})
    for (const auto* sort :
         {"created_at", "-created_at", "updated_at", "-updated_at", "name", "-name"}) {
      const auto plan = test::run(database().read([&](db::Snapshot& view) {
        Explained connection(view.connection());
        db::Snapshot explained(connection);
        ProjectQuery query{.limit = 5, .sort = sort};
        query.cursor = store::list(explained, viewpoint, query)->next_cursor;
        EXPECT_EQ(store::list(explained, viewpoint, query)->items.size(), 5u);
        return connection.plan;
      }));
      EXPECT_EQ(plan.find("TEMP B-TREE FOR ORDER BY"), std::string::npos) << sort << "\n" << plan;
      EXPECT_NE(plan.find("USING INDEX projects_"), std::string::npos) << sort << "\n" << plan;
    }
}

TEST_P(ProjectListTest, SearchFindsWordsByTheirBeginnings) {
  (void)make(ada_, {.name = "Invoice triage", .description = "Reads mail and files it"});
  (void)make(ada_, {.name = "Mail room", .tags = {{"invoices", "shop.example.com"}}});
  (void)make(ada_, {.name = "Other", .description = "where an invoice/receipt goes"});
  EXPECT_EQ(search(ada_, "INVO"), (Names{"Invoice triage", "Mail room", "Other"}));
  EXPECT_EQ(search(ada_, "mail tri"), Names{"Invoice triage"});
  EXPECT_EQ(search(ada_, "example"), Names{"Mail room"});
  EXPECT_EQ(search(ada_, "receipt"), Names{"Other"});
  EXPECT_EQ(search(ada_, "voice"), Names{});
  EXPECT_EQ(search(grace_, "invoice"), Names{});
  EXPECT_EQ(search(root_, "room"), Names{"Mail room"});
}

TEST_P(ProjectListTest, SearchSeesChangesAndMarksItsHits) {
  const auto id = make("Before").id;
  (void)patch(ada_, id, R"({"name":"After <b>","tags":["aft"]})");
  EXPECT_EQ(search(ada_, "before"), Names{});
  const auto hit = test::run(service().search(ada_, {.q = "aft"}))->items.at(0);
  EXPECT_EQ(hit.highlights.name, "<mark>After</mark> &lt;b&gt;");
  EXPECT_EQ(hit.highlights.tags, Names{"<mark>aft</mark>"});
  EXPECT_EQ(hit.my_role, ProjectRole::Owner);
}

TEST_P(ProjectListTest, SearchTakesAnyTextForWords) {
  (void)make("plain name");
  for (const auto* words : {"\"",
                            "'",
                            "a\"*",
                            "name:plain",
                            "NEAR(plain name)",
                            "plain AND",
                            "plain OR name",
                            "-plain",
                            "^plain",
                            "{name}: plain",
                            "plain & !name",
                            "'); DROP TABLE projects;--",
                            "a:*b",
                            "<->",
                            "\\",
                            "()",
                            "*",
                            "%",
                            "😀",
                            "—",
                            "plain:*"})
    EXPECT_TRUE(test::run(service().search(ada_, {.q = words}))) << words;
  EXPECT_EQ(search(ada_, "plain \" name'"), Names{"plain name"});
  EXPECT_EQ(search(ada_, "-- !!"), Names{});
}

TEST_P(ProjectListTest, SearchRanksTheNameBeforeTheTagsBeforeTheDescription) {
  (void)make(ada_, {.name = "desk", .description = "one"});
  (void)make(ada_, {.name = "two", .tags = {{"desk"}}});
  (void)make(ada_, {.name = "three", .description = "desk"});
  EXPECT_EQ(search(ada_, "desk"), (Names{"desk", "two", "three"}));
  EXPECT_EQ(search(root_, "desk"), (Names{"desk", "two", "three"}));
}

TEST_P(ProjectListTest, SearchRanksAThousandAtATimeAndMissesNone) {
  publish(2'010);
  for (const auto& caller : {grace_, root_}) {
    std::set<std::string> seen;
    SearchQuery query{.q = "desk", .limit = 150};
    do {
      const auto page = test::run(service().search(caller, query));
      EXPECT_EQ(page->total, 2'010);
      for (const auto& hit : page->items) EXPECT_TRUE(seen.insert(hit.name).second) << hit.name;
      query.cursor = page->next_cursor;
    } while (query.cursor);
    EXPECT_EQ(seen.size(), 2'010u);
  }
}

TEST_P(ProjectListTest, OneWhoSeesMoreThanIsCountedFindsThemTheSameWay) {
  publish(db::kCountCap + 1);
  const auto hidden = make("desk hidden").id;
  for (const auto& caller : {grace_, root_}) {
    const auto page = test::run(service().search(caller, {.q = "desk", .limit = 2}));
    EXPECT_EQ(page->total, db::kCountCap);
    EXPECT_EQ(page->total_capped, true);
    EXPECT_EQ(page->items.size(), 2u);
    EXPECT_EQ(page->next_cursor, "2");
    EXPECT_EQ(test::run(service().list(caller, {.limit = 2}))->total_capped, true);
  }
  EXPECT_EQ(search(grace_, "desk 77").size(), 50u);
  EXPECT_EQ(search(grace_, "hidden"), Names{});
  EXPECT_EQ(names(grace_, {.limit = 2}), (Names{"desk 10001", "desk 10000"}));
  (void)join(hidden, grace_, ProjectRole::Viewer);
  EXPECT_EQ(search(grace_, "hidden"), Names{"desk hidden"});
  EXPECT_EQ(names(grace_, {.limit = 2}), (Names{"desk hidden", "desk 10001"}));
}

TEST_P(ProjectListTest, SearchIsPaged) {
  for (int i = 0; i < 5; ++i)
    (void)make(ada_, {.name = "desk " + std::to_string(i), .is_public = true});
  Names seen;
  SearchQuery query{.q = "desk", .limit = 2};
  do {
    const auto page = test::run(service().search(grace_, query));
    EXPECT_EQ(page->total, 5);
    for (const auto& hit : page->items) seen.push_back(hit.name);
    query.cursor = page->next_cursor;
  } while (query.cursor);
  std::ranges::sort(seen);
  EXPECT_EQ(seen, (Names{"desk 0", "desk 1", "desk 2", "desk 3", "desk 4"}));
}

}  // namespace
}  // namespace qd::projects
