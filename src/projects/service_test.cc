#include "projects/service.h"

#include "projects/test_fixture.h"

namespace qd::projects {
namespace {

class ProjectServiceTest : public ProjectsTest {};
QD_ON_EVERY_STORE(ProjectServiceTest);

TEST_P(ProjectServiceTest, WhoMakesAProjectOwnsIt) {
  const auto made = make(ada_, {.name = "Harbour Desk", .tags = {{"ops", "eu"}}});
  ASSERT_TRUE(made);
  EXPECT_EQ(made->slug, "harbour-desk");
  EXPECT_EQ(made->status, ProjectStatus::Active);
  EXPECT_EQ(made->revision, 1);
  EXPECT_EQ(made->my_role, ProjectRole::Owner);
  EXPECT_EQ(json::to_json(*get(ada_, made->id)), json::to_json(*made));
  EXPECT_EQ(actions().front(), "project.created");
}

TEST_P(ProjectServiceTest, AccountsThatOnlyViewMakeNone) {
  auto viewer = ada_;
  viewer.role = api::UserRole::Viewer;
  EXPECT_EQ(code_of(make(viewer, {.name = "x"})), "project.create_forbidden");
}

TEST_P(ProjectServiceTest, AnAskedForSlugIsRefusedWhenTakenAndAMadeOneIsVaried) {
  (void)make(ada_, {.name = "One", .slug = "one"});
  EXPECT_EQ(code_of(make(grace_, {.name = "Other", .slug = "one"})), "project.slug_taken");
  const auto varied = make(grace_, {.name = "ONE!"});
  ASSERT_TRUE(varied);
  EXPECT_TRUE(varied->slug.starts_with("one-")) << varied->slug;
  EXPECT_EQ(code_of(patch(grace_, varied->id, R"({"slug":"one"})")), "project.slug_taken");
  EXPECT_EQ(make(ada_, {.name = "日本"})->slug, "project");
}

TEST_P(ProjectServiceTest, BoundsAreFaultsWithTheirPaths) {
  const std::vector<Text<1, 50>> tags(kMostTags + 1, "t");
  const auto refused =
      make(ada_,
           {.name = "x", .settings = JsonObject{{"a", std::string(kMostJson, 'a')}}, .tags = tags});
  ASSERT_FALSE(refused);
  ASSERT_EQ(refused.error().faults.size(), 2u);
  EXPECT_EQ(refused.error().faults[0].path, "/settings");
  EXPECT_EQ(refused.error().faults[1].path, "/tags");
}

TEST_P(ProjectServiceTest, TextIsKeptAsData) {
  const std::string hostile =
      "Robert'); DROP TABLE projects;-- <script>alert(1)</script> ${7*7} %s \\ \"";
  const auto made =
      make(ada_, {.name = hostile, .description = hostile, .tags = {{hostile.substr(0, 40)}}});
  ASSERT_TRUE(made);
  const auto kept = get(ada_, made->id);
  EXPECT_EQ(kept->name, hostile);
  EXPECT_EQ(kept->description, hostile);
  EXPECT_EQ(kept->tags, Names{hostile.substr(0, 40)});
  EXPECT_EQ(names(ada_, {.tag = hostile.substr(0, 40)}), Names{hostile});
}

TEST_P(ProjectServiceTest, PutReplacesAndPatchMerges) {
  const auto id =
      make(ada_, {.name = "A", .description = "d", .metadata = JsonObject{{"a", 1}, {"b", 2}}})->id;
  const auto merged = patch(ada_, id, R"({"metadata":{"a":null,"c":3},"tags":["x"]})", 1);
  ASSERT_TRUE(merged);
  EXPECT_EQ(merged->metadata, (JsonObject{{"b", 2}, {"c", 3}}));
  EXPECT_EQ(merged->description, "d");
  EXPECT_EQ(merged->revision, 2);
  EXPECT_GT(merged->updated_at, merged->created_at);

  const auto put = test::run(service().replace(ada_, id, {.name = "B"}, 2));
  ASSERT_TRUE(put);
  EXPECT_EQ(put->slug, "a");
  EXPECT_EQ(put->description, "");
  EXPECT_TRUE(put->tags.empty());
  EXPECT_EQ(json::to_json(*get(ada_, id)), json::to_json(*put));
}

TEST_P(ProjectServiceTest, AStaleChangeIsRefused) {
  const auto id = make("A").id;
  (void)patch(ada_, id, R"({"name":"B"})", 1);
  const auto refused = patch(ada_, id, R"({"name":"C"})", 1);
  EXPECT_EQ(refused.error().kind, ErrorKind::Stale);
  EXPECT_EQ(code_of(test::run(service().remove(ada_, id, false, 1))), "project.stale");
  EXPECT_EQ(get(ada_, id)->name, "B");
}

TEST_P(ProjectServiceTest, APatchThatIsNoProjectIsRefused) {
  const auto id = make("A").id;
  EXPECT_EQ(patch(ada_, id, R"({"name":null})").error().faults.at(0).path, "/name");
  EXPECT_EQ(patch(ada_, id, R"({"status":"gone"})").error().faults.at(0).path, "/status");
  EXPECT_EQ(patch(ada_, id, R"({"created_by":"me"})").error().faults.at(0).code, "unknown_field");
  EXPECT_EQ(get(ada_, id)->revision, 1);
}

TEST_P(ProjectServiceTest, EditorsChangeWhatItIsAndOwnersWhoSeesIt) {
  const auto id = make("A").id;
  (void)join(id, grace_, ProjectRole::Editor);
  EXPECT_TRUE(patch(grace_, id, R"({"description":"d","tags":["t"]})"));
  for (const auto* change : {R"({"is_public":true})", R"({"is_template":true})",
                             R"({"status":"archived"})", R"({"settings":{"protected":true}})"})
    EXPECT_EQ(code_of(patch(grace_, id, change)), "project.role") << change;
  EXPECT_EQ(code_of(remove(grace_, id)), "project.role");
}

TEST_P(ProjectServiceTest, AnArchivedProjectChangesOnlyBackToLife) {
  const auto id = make("A").id;
  EXPECT_TRUE(patch(ada_, id, R"({"status":"archived"})"));
  EXPECT_EQ(code_of(patch(ada_, id, R"({"name":"B"})")), "project.archived");
  const auto restored = patch(ada_, id, R"({"status":"active","name":"B"})");
  ASSERT_TRUE(restored);
  EXPECT_EQ(restored->name, "B");
  EXPECT_EQ(actions().at(0), "project.unarchived");
  EXPECT_EQ(actions().at(1), "project.archived");
}

TEST_P(ProjectServiceTest, ADeletedProjectTakesEverythingAlongAndLeavesARecord) {
  const auto id = make("Doomed").id;
  (void)test::run(variables().put(ada_, id, "x", {.value = 1}, {}));
  EXPECT_TRUE(remove(ada_, id));
  EXPECT_EQ(code_of(get(ada_, id)), "project.not_found");
  EXPECT_EQ(search(ada_, "doomed"), Names{});
  const auto record = audit().front();
  EXPECT_EQ(record.action, "project.deleted");
  EXPECT_EQ(record.actor, ada_.user);
  EXPECT_EQ(record.details.at("name"), "Doomed");
  EXPECT_EQ(make("Doomed").slug, "doomed");
}

TEST_P(ProjectServiceTest, AProtectedProjectIsNotDeletedEvenByForce) {
  const auto id = make(ada_, {.name = "A", .settings = JsonObject{{"protected", true}}})->id;
  EXPECT_EQ(code_of(remove(ada_, id, true)), "project.protected");
  EXPECT_EQ(code_of(remove(root_, id, true)), "project.protected");
  (void)patch(ada_, id, R"({"settings":{"protected":null}})");
  EXPECT_TRUE(remove(ada_, id));
}

struct Running {
  int cancelled = 0;
  Task<Result<void>> ask(bool force) {
    if (!force) co_return fail(ErrorKind::Conflict, "project.running", "executions are running");
    ++cancelled;
    co_return Result<void>{};
  }
};

TEST_P(ProjectServiceTest, OtherDomainsMayRefuseADeletionUnlessForced) {
  const auto id = make("A").id;
  Running running;
  projects().add_delete_rule([&](ProjectId, bool force) { return running.ask(force); });
  EXPECT_EQ(code_of(remove(ada_, id)), "project.running");
  EXPECT_EQ(code_of(remove(grace_, id, true)), "project.not_found");
  EXPECT_EQ(running.cancelled, 0);
  EXPECT_TRUE(remove(ada_, id, true));
  EXPECT_EQ(running.cancelled, 1);
}

}  // namespace
}  // namespace qd::projects
