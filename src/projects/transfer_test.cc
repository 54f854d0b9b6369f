#include "projects/transfer.h"

#include "projects/test_fixture.h"

namespace qd::projects {
namespace {

/// A section that keeps its items as variables would be kept: in a table of the test's own making.
class Notes final : public Section {
 public:
  [[nodiscard]] std::string_view name() const override { return "notes"; }
  [[nodiscard]] std::map<std::string, std::string> names(db::Snapshot&,
                                                         const ProjectId&) const override {
    return {{"0197a9f0-0000-7000-8000-000000000001", "first note"}};
  }
  [[nodiscard]] Json write(db::Snapshot&, const ProjectId&) const override { return written; }
  Result<void> read(db::Transaction&, const api::Caller&, const ProjectId&, const Json& content,
                    std::string_view path) const override {
    if (content.is_string())
      return invalid({{std::string(path) + "/0", "wrong_type", "must be a note"}});
    read_back = content;
    return {};
  }
  Json written = JsonArray{};
  mutable Json read_back;
};

class TransferTest : public ProjectsTest {
 protected:
  void SetUp() override {
    ProjectsTest::SetUp();
    projects().add_section(notes_);
    source_ = *make(ada_, {.name = "Source",
                           .description = "of things",
                           .settings = JsonObject{{"theme", "dark"}, {"protected", true}},
                           .metadata = JsonObject{{"cost_centre", 7}},
                           .tags = {{"a", "b"}}});
    (void)test::run(variables().put(
        ada_, source_.id, "limit",
        {.value = JsonObject{{"n", 1}}, .description = Text<0, 1'000>("of n")}, {}));
    credential_ = test::run(credentials().create(
                                ada_, source_.id,
                                {.name = "github",
                                 .type = CredentialType::Header,
                                 .value = JsonObject{{"header", "X-Key"}, {"value", "s3cret"}}}))
                      ->id;
  }
  Result<JsonObject> exported(const ProjectId& id) { return test::run(transfer().write(ada_, id)); }
  Result<Project> import(std::string_view text) {
    return test::run(transfer().read(grace_, json::parse(text)->as_object()));
  }

  Notes notes_;
  Project source_;
  CredentialId credential_;
};
QD_ON_EVERY_STORE(TransferTest);

TEST_P(TransferTest, WhatWasExportedIsImportedAgain) {
  notes_.written = JsonArray{"a", JsonObject{{"b", 1}}};
  const auto document = exported(source_.id);
  ASSERT_TRUE(document);
  const auto copy = test::run(transfer().read(grace_, *document));
  ASSERT_TRUE(copy) << copy.error().message;
  EXPECT_EQ(copy->created_by, grace_.user);
  EXPECT_NE(copy->slug, source_.slug);
  EXPECT_EQ(notes_.read_back, notes_.written);
  EXPECT_EQ(*test::run(transfer().write(grace_, copy->id)), *document);
}

TEST_P(TransferTest, AnImportedCredentialWaitsForItsSecret) {
  const auto copy = *test::run(transfer().read(grace_, *exported(source_.id)));
  const auto found = test::run(credentials().list(grace_, copy.id, {}))->items.at(0);
  EXPECT_EQ(found.parameter, "X-Key");
  EXPECT_FALSE(found.filled);
  EXPECT_EQ(code_of(test::run(credentials().reveal(copy.id, "github"))), "credential.empty");
  EXPECT_TRUE(test::run(credentials().patch(grace_, copy.id, found.id,
                                            {{"value", JsonObject{{"value", "mine"}}}}, {})));
  EXPECT_EQ(test::run(credentials().reveal(copy.id, "github"))->secret.reveal(), "mine");
}

TEST_P(TransferTest, IdsTravelAsNames) {
  const std::string note = "0197a9f0-0000-7000-8000-000000000001";
  notes_.written = JsonArray{
      JsonObject{{"credential_id", credential_.value}, {"text", "x-" + note + ", " + note + "-y"}},
      "0197a9f0-0000-7000-8000-000000000002", "-", "--------"};
  EXPECT_EQ(
      exported(source_.id)->at("notes"),
      (JsonArray{JsonObject{{"credential_id", "github"}, {"text", "x-first note, first note-y"}},
                 "0197a9f0-0000-7000-8000-000000000002", "-", "--------"}));
}

TEST_P(TransferTest, AnExportTakesAnEditor) {
  (void)join(source_.id, grace_, ProjectRole::Operator);
  EXPECT_EQ(code_of(test::run(transfer().write(grace_, source_.id))), "project.role");
  (void)patch(ada_, source_.id, R"({"status":"archived"})");
  EXPECT_TRUE(exported(source_.id));
}

TEST_P(TransferTest, AnImportIsAllOrNothingAndSaysWhere) {
  const auto fault = [&](std::string_view text) {
    const auto refused = import(text);
    return refused || refused.error().faults.empty() ? std::string()
                                                     : refused.error().faults.front().path;
  };
  EXPECT_EQ(fault("{}"), "/format");
  EXPECT_EQ(fault(R"({"format":"quarterdeck.project/2"})"), "/format");
  EXPECT_EQ(fault(R"({"format":"quarterdeck.project/1"})"), "/project");
  EXPECT_EQ(fault(R"({"format":"quarterdeck.project/1","project":{}})"), "/project/name");
  EXPECT_EQ(fault(R"({"format":"quarterdeck.project/1","project":{"name":"x"},"agent":[]})"),
            "/agent");
  EXPECT_EQ(fault(R"({"format":"quarterdeck.project/1","project":{"name":"x"},"variables":{}})"),
            "/variables");
  EXPECT_EQ(
      fault(
          R"({"format":"quarterdeck.project/1","project":{"name":"x"},"variables":[{"name":"a b","value":1}]})"),
      "/variables/0/name");
  EXPECT_EQ(
      fault(
          R"({"format":"quarterdeck.project/1","project":{"name":"x"},"variables":[{"name":"a"}]})"),
      "/variables/0/value");
  EXPECT_EQ(
      fault(
          R"({"format":"quarterdeck.project/1","project":{"name":"x"},"credentials":[{"name":"a","type":"x"}]})"),
      "/credentials/0/type");
  EXPECT_EQ(fault(R"({"format":"quarterdeck.project/1","project":{"name":"x"},"notes":"x"})"),
            "/notes/0");
  EXPECT_EQ(fault(R"({"format":"quarterdeck.project/1","project":{"name":"x","settings":{"a":")" +
                  std::string(kMostJson, 'a') + "\"}}}"),
            "/project/settings");
  EXPECT_EQ(names(grace_), Names{});
}

TEST_P(TransferTest, ACloneIsTheCallersOwnAndNotProtected) {
  (void)join(source_.id, grace_, ProjectRole::Viewer);
  notes_.written = JsonArray{"n"};
  const auto copy = test::run(transfer().clone(grace_, source_.id, {.name = "Copy"}));
  ASSERT_TRUE(copy) << copy.error().message;
  EXPECT_EQ(copy->my_role, ProjectRole::Owner);
  EXPECT_EQ(copy->slug, "copy");
  EXPECT_EQ(copy->description, "of things");
  EXPECT_EQ(copy->tags, source_.tags);
  EXPECT_EQ(copy->metadata, source_.metadata);
  EXPECT_EQ(copy->settings, (JsonObject{{"theme", "dark"}}));
  EXPECT_FALSE(copy->is_public);
  EXPECT_EQ(notes_.read_back, notes_.written);
  EXPECT_EQ(test::run(variables().list(grace_, copy->id, {}))->items.at(0).value,
            (JsonObject{{"n", 1}}));
  EXPECT_EQ(test::run(members().list(grace_, copy->id, {}))->total, 1);
  EXPECT_EQ(test::run(transfer().clone(ada_, source_.id, {.name = "Copy", .description = "mine"}))
                ->description,
            "mine");
}

TEST_P(TransferTest, WhatACallerMayNotSeeHeMayNotClone) {
  EXPECT_EQ(code_of(test::run(transfer().clone(grace_, source_.id, {.name = "x"}))),
            "project.not_found");
  EXPECT_EQ(code_of(test::run(transfer().clone(ada_, source_.id, {.name = "x", .slug = "source"}))),
            "project.slug_taken");
}

TEST_P(TransferTest, ANewProjectBeginsAsItsTemplate) {
  NewProject draft{{.name = "New", .description = "other"}, source_.id.value};
  EXPECT_EQ(code_of(test::run(transfer().from_template(ada_, draft))), "project.not_template");
  EXPECT_EQ(code_of(test::run(transfer().from_template(grace_, draft))), "project.not_found");
  (void)patch(ada_, source_.id, R"({"is_template":true,"is_public":true})");
  const auto made = test::run(transfer().from_template(grace_, draft));
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(made->description, "other");
  EXPECT_EQ(made->tags, source_.tags);
  EXPECT_FALSE(made->is_template);
  EXPECT_EQ(test::run(variables().list(grace_, made->id, {}))->total, 1);
}

}  // namespace
}  // namespace qd::projects
