#include "projects/access.h"

#include "platform/db/list_query.h"
#include "projects/test_fixture.h"

namespace qd::projects {
namespace {

class AccessTest : public ProjectsTest {
 protected:
  void SetUp() override {
    ProjectsTest::SetUp();
    project_ = make("Harbour").id;
  }
  std::string ask(const api::Caller& caller, ProjectRole least,
                  Archived archived = Archived::Refused) {
    return code_of(test::run(database().read([&](db::Snapshot& view) {
      return projects().access().require(view, caller, project_, least, archived);
    })));
  }
  /// What each of viewer, operator, editor and owner is refused with.
  Names ladder(const api::Caller& caller) {
    return {ask(caller, ProjectRole::Viewer), ask(caller, ProjectRole::Operator),
            ask(caller, ProjectRole::Editor), ask(caller, ProjectRole::Owner)};
  }

  ProjectId project_;
};
QD_ON_EVERY_STORE(AccessTest);

struct Seen {
  std::string id;
  std::string name;
};
BOOST_DESCRIBE_STRUCT(Seen, (), (id, name))
constexpr std::array kByName{db::SortField{"name", "name"}};

constexpr auto kHidden = "project.not_found";
constexpr auto kTooLow = "project.role";

TEST_P(AccessTest, EachRoleMayDoWhatThoseBelowItMay) {
  EXPECT_EQ(ladder(grace_), Names(4, kHidden));
  (void)join(project_, grace_, ProjectRole::Viewer);
  const auto is = [&](ProjectRole role) {
    EXPECT_TRUE(test::run(members().change(ada_, project_, grace_.user, role, {})));
    return ladder(grace_);
  };
  EXPECT_EQ(is(ProjectRole::Viewer), (Names{"", kTooLow, kTooLow, kTooLow}));
  EXPECT_EQ(is(ProjectRole::Operator), (Names{"", "", kTooLow, kTooLow}));
  EXPECT_EQ(is(ProjectRole::Editor), (Names{"", "", "", kTooLow}));
  EXPECT_EQ(is(ProjectRole::Owner), Names(4, ""));
}

TEST_P(AccessTest, AnAdministratorIsAnOwnerEverywhere) {
  EXPECT_EQ(ladder(root_), Names(4, ""));
}

TEST_P(AccessTest, EverybodyViewsWhatIsPublic) {
  (void)patch(ada_, project_, R"({"is_public":true})");
  EXPECT_EQ(ladder(grace_), (Names{"", kTooLow, kTooLow, kTooLow}));
  EXPECT_EQ(get(grace_, project_)->my_role, std::nullopt);
}

TEST_P(AccessTest, WhatIsNotThereAndWhatIsHiddenAreTheSame) {
  const auto hidden = get(grace_, project_);
  const auto missing = get(grace_, {"' OR 1=1 --"});
  EXPECT_EQ(hidden.error().code, missing.error().code);
  EXPECT_EQ(hidden.error().message, missing.error().message);
}

TEST_P(AccessTest, AnArchivedProjectIsReadAndOwnedButNotSteered) {
  (void)patch(ada_, project_, R"({"status":"archived"})");
  EXPECT_EQ(ladder(ada_), (Names{"", "project.archived", "project.archived", ""}));
  EXPECT_EQ(ask(ada_, ProjectRole::Editor, Archived::Allowed), "");
}

TEST_P(AccessTest, TheConditionOfOtherDomainsShowsWhatAUserMaySee) {
  const auto shared = make("Shared").id;
  (void)join(shared, grace_, ProjectRole::Viewer);
  const auto open = *make(ada_, {.name = "Open", .is_public = true});
  const auto rows = test::run(database().read([&](db::Snapshot& view) {
    db::ListQuery query("id, name", "(SELECT id, id AS project_id, name FROM projects) AS p",
                        kByName);
    query.where(kVisibleProjects, grace_.user);
    return query.page<Seen>(view, {.sort = "name"});
  }));
  Names seen;
  for (const auto& row : rows->items) seen.push_back(row.id);
  EXPECT_EQ(seen, (Names{open.id.value, shared.value}));
}

}  // namespace
}  // namespace qd::projects
