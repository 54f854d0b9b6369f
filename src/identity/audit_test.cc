#include "identity/audit.h"

#include "identity/test_fixture.h"

namespace qd::identity {
namespace {

class AuditTest : public IdentityTest {
 protected:
  void append(const std::string& action, std::optional<ProjectId> project = {},
              UserId actor = {"u1"}) {
    const api::Caller caller{.user = std::move(actor)};
    test::run(database().write([&](db::Transaction& tx) {
      identity().audit().append(
          tx, caller,
          {.action = action, .target_type = "thing", .target_id = "t", .project = project});
    }));
    clock().advance(1s);
  }
  std::vector<std::string> found(AuditQuery query) {
    std::vector<std::string> names;
    for (const auto& record : audit(std::move(query))) names.push_back(record.action);
    return names;
  }
};
QD_ON_EVERY_STORE(AuditTest);

using Names = std::vector<std::string>;

TEST_P(AuditTest, ListsTheNewestFirstByEveryFilter) {
  const auto start = clock().now();
  append("project.created", ProjectId{"p1"});
  append("project.deleted", ProjectId{"p2"}, {"u2"});
  append("projects_imported");

  EXPECT_EQ(found({}), (Names{"projects_imported", "project.deleted", "project.created"}));
  EXPECT_EQ(found({.action = Text<1, 100>("project.created")}), Names{"project.created"});
  EXPECT_EQ(found({.action = Text<1, 100>("project.*")}),
            (Names{"project.deleted", "project.created"}));
  EXPECT_EQ(found({.action = Text<1, 100>("projects_*")}), Names{"projects_imported"});
  EXPECT_EQ(found({.actor = Text<1, 100>("u2")}), Names{"project.deleted"});
  EXPECT_EQ(found({.project = Text<1, 100>("p1")}), Names{"project.created"});
  EXPECT_EQ(found({.from = start + 1s}), (Names{"projects_imported", "project.deleted"}));
  EXPECT_EQ(found({.from = start + 1s, .to = start + 1s}), Names{"project.deleted"});
}

TEST_P(AuditTest, IsPaged) {
  for (int i = 0; i < 5; ++i) append(fmt::format("a.{}", i));
  const api::Caller reader{.role = UserRole::Admin};
  const auto first = test::run(identity().audit().list(reader, {.limit = Whole<1, 200>(3)}));
  const auto second = test::run(
      identity().audit().list(reader, {.limit = Whole<1, 200>(3), .cursor = first->next_cursor}));
  EXPECT_EQ(first->total, 5);
  EXPECT_EQ(first->items.back().action, "a.2");
  EXPECT_EQ(second->items.front().action, "a.1");
  EXPECT_FALSE(second->next_cursor);
}

TEST_P(AuditTest, GoesWithTheTransactionItTellsOf) {
  const auto failed = test::run(database().write([&](db::Transaction& tx) -> Result<void> {
    identity().audit().append(tx, {}, {.action = "never.happened"});
    return fail(ErrorKind::Conflict, "x", "x");
  }));
  EXPECT_FALSE(failed);
  EXPECT_EQ(found({}), Names{});
}

TEST_P(AuditTest, IsForAdministrators) {
  EXPECT_EQ(code_of(test::run(identity().audit().list({.role = UserRole::Developer}, {}))),
            "auth.admin_only");
}

}  // namespace
}  // namespace qd::identity
