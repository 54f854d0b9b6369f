#include "projects/test_fixture.h"

namespace qd::projects {
namespace {

class ContentTest : public ProjectsTest {
 protected:
  void SetUp() override {
    ProjectsTest::SetUp();
    project_ = make("Harbour").id;
  }
  Result<Variable> put(const api::Caller& caller, const std::string& name, Json value,
                       std::optional<std::int64_t> if_match = {}) {
    return test::run(
        variables().put(caller, project_, name, {.value = std::move(value)}, if_match));
  }
  Result<Credential> store(std::string_view text) {
    const auto draft = json::from_json<CredentialDraft>(*json::parse(text));
    if (!draft) return std::unexpected(draft.error());
    return test::run(credentials().create(ada_, project_, *draft));
  }
  Result<Credential> patch_credential(const CredentialId& id, std::string_view text) {
    return test::run(credentials().patch(ada_, project_, id, json::parse(text)->as_object(), {}));
  }
  Result<RevealedCredential> reveal(const std::string& name) {
    return test::run(credentials().reveal(project_, name));
  }
  template <class T>
  static std::string fault_of(const Result<T>& result) {
    return result || result.error().faults.empty() ? "" : result.error().faults.front().path;
  }

  ProjectId project_;
};
QD_ON_EVERY_STORE(ContentTest);

// --- members
// -----------------------------------------------------------------------------------------

TEST_P(ContentTest, MembersAreTakenInByEmailOrIdAndListed) {
  const auto added = test::run(
      members().add(ada_, project_, {.email = "GRACE@example.com", .role = ProjectRole::Editor}));
  ASSERT_TRUE(added);
  EXPECT_EQ(added->user_id, grace_.user);
  EXPECT_EQ(added->email, "grace@example.com");
  EXPECT_EQ(audit().front().action, "project.member_added");
  const auto page = test::run(members().list(grace_, project_, {}));
  ASSERT_EQ(page->items.size(), 2u);
  EXPECT_EQ(page->items.at(0).role, ProjectRole::Owner);
  EXPECT_EQ(page->items.at(1).role, ProjectRole::Editor);
}

TEST_P(ContentTest, AMemberIsAKnownUserOnce) {
  const auto add = [&](MemberDraft draft) {
    return code_of(test::run(members().add(ada_, project_, std::move(draft))));
  };
  EXPECT_EQ(add({.email = "nobody@example.com"}), "user.not_found");
  EXPECT_EQ(add({.user_id = "' OR ''='"}), "user.not_found");
  EXPECT_EQ(add({}), "validation");
  EXPECT_EQ(add({.email = "grace@example.com", .user_id = grace_.user.value}), "validation");
  EXPECT_EQ(add({.user_id = ada_.user.value}), "project.member_exists");
}

TEST_P(ContentTest, OnlyOwnersManageMembersButEverybodyMayLeave) {
  (void)join(project_, grace_, ProjectRole::Editor);
  EXPECT_EQ(code_of(test::run(members().add(grace_, project_, {.user_id = root_.user.value}))),
            "project.role");
  EXPECT_EQ(
      code_of(test::run(members().change(grace_, project_, grace_.user, ProjectRole::Owner, {}))),
      "project.role");
  EXPECT_EQ(code_of(test::run(members().remove(grace_, project_, ada_.user))), "project.role");
  EXPECT_TRUE(test::run(members().remove(grace_, project_, grace_.user)));
  EXPECT_EQ(code_of(get(grace_, project_)), "project.not_found");
  EXPECT_EQ(audit().front().action, "project.member_removed");
}

TEST_P(ContentTest, TheLastOwnerStays) {
  EXPECT_EQ(code_of(test::run(members().remove(ada_, project_, ada_.user))), "project.last_owner");
  EXPECT_EQ(
      code_of(test::run(members().change(root_, project_, ada_.user, ProjectRole::Editor, {}))),
      "project.last_owner");
  EXPECT_EQ(code_of(test::run(identity().users().remove(root_, ada_.user, {}))),
            "user.owns_projects");
  (void)join(project_, grace_, ProjectRole::Owner);
  EXPECT_TRUE(test::run(members().change(ada_, project_, ada_.user, ProjectRole::Viewer, 1)));
  EXPECT_EQ(
      code_of(test::run(members().change(grace_, project_, ada_.user, ProjectRole::Owner, 1))),
      "project.member.stale");
  EXPECT_TRUE(test::run(identity().users().remove(root_, ada_.user, {})));
}

// --- variables
// ---------------------------------------------------------------------------------------

TEST_P(ContentTest, AVariableKeepsItsTypeAndCountsItsRevisions) {
  for (const auto* value :
       {"1", "1.5", "true", "null", R"("'; DROP TABLE x")", R"({"a":[1,{"b":null}]})", "[]"}) {
    const auto json = *json::parse(value);
    ASSERT_TRUE(put(ada_, "v", json)) << value;
    EXPECT_EQ(test::run(variables().list(ada_, project_, {}))->items.at(0).value, json);
  }
  const auto last = put(ada_, "v", 8, 7);
  EXPECT_EQ(last->revision, 8);
  EXPECT_EQ(code_of(put(ada_, "v", 9, 7)), "variable.stale");
  EXPECT_EQ(test::run(variables().list(ada_, project_, {}))->total, 1);
}

TEST_P(ContentTest, AVariablesNameIsOneThatExpressionsCanSay) {
  for (const auto* name : {"", "1a", "a-b", "a.b", "ä", "a b", "x'"})
    EXPECT_EQ(fault_of(put(ada_, name, 1)), "/name") << name;
  EXPECT_EQ(fault_of(put(ada_, std::string(65, 'a'), 1)), "/name");
  EXPECT_EQ(fault_of(put(ada_, "big", Json(std::string(kMostJson, 'x').c_str()))), "/value");
  EXPECT_TRUE(put(ada_, "_Base_url2", 1));
}

TEST_P(ContentTest, VariablesAreBoundedAndEditorsChangeThem) {
  (void)join(project_, grace_, ProjectRole::Operator);
  EXPECT_EQ(code_of(put(grace_, "x", 1)), "project.role");
  (void)test::run(members().change(ada_, project_, grace_.user, ProjectRole::Editor, {}));
  EXPECT_TRUE(put(grace_, "x", 1));
  EXPECT_EQ(code_of(test::run(variables().remove(grace_, project_, "y"))), "variable.not_found");
  EXPECT_TRUE(test::run(variables().remove(grace_, project_, "x")));
  const auto filled = test::run(database().write([&](db::Transaction& tx) -> Result<void> {
    for (int i = 0; i < kMostVariables; ++i)
      QD_CHECK(variables().write(tx, ada_, project_, "v" + std::to_string(i), {.value = i}, {}));
    return {};
  }));
  ASSERT_TRUE(filled);
  EXPECT_EQ(code_of(put(ada_, "one_more", 1)), "variable.too_many");
  EXPECT_TRUE(put(ada_, "v7", "changed"));
}

TEST_P(ContentTest, ExpressionsSeeTheNameAndTheVariables) {
  (void)put(ada_, "limit", 10);
  (void)put(ada_, "who", "me");
  const auto found =
      test::run(database().read([&](db::Snapshot& view) { return surroundings(view, project_); }));
  EXPECT_EQ(found->name, "Harbour");
  EXPECT_EQ(found->variables, (JsonObject{{"limit", 10}, {"who", "me"}}));
}

// --- credentials
// -------------------------------------------------------------------------------------

TEST_P(ContentTest, ACredentialIsWrittenAndNeverRead) {
  const auto made = store(R"({"name":"github","type":"bearer","value":{"token":"s3cret-token"}})");
  ASSERT_TRUE(made);
  EXPECT_TRUE(made->filled);
  auto seen = json::to_text(*made);
  seen += json::to_text(*test::run(credentials().list(ada_, project_, {})));
  for (const auto& record : audit()) seen += json::to_text(record);
  seen += json::print(*test::run(transfer().write(ada_, project_)));
  EXPECT_EQ(seen.find("s3cret"), std::string::npos);
  EXPECT_EQ(audit().front().action, "credential.created");

  const auto revealed = reveal("github");
  ASSERT_TRUE(revealed);
  EXPECT_EQ(revealed->secret.reveal(), "s3cret-token");
  EXPECT_EQ(reveal(made->id.value)->type, CredentialType::Bearer);
}

TEST_P(ContentTest, EachTypeTakesItsOwnValue) {
  EXPECT_EQ(
      store(R"({"name":"a","type":"basic","value":{"username":"u","password":"p"}})")->username,
      "u");
  EXPECT_EQ(
      store(R"({"name":"b","type":"header","value":{"header":"X-Key","value":"v"}})")->parameter,
      "X-Key");
  EXPECT_EQ(
      store(R"({"name":"c","type":"query","value":{"parameter":"key","value":"v"}})")->parameter,
      "key");
  EXPECT_TRUE(store(R"({"name":"d","type":"api_key","value":{"api_key":"k"}})"));

  EXPECT_EQ(fault_of(store(R"({"name":"e","type":"bearer"})")), "/value/token");
  EXPECT_EQ(fault_of(store(R"({"name":"e","type":"bearer","value":{}})")), "/value/token");
  EXPECT_EQ(fault_of(store(R"({"name":"e","type":"basic","value":{"password":"p"}})")),
            "/value/username");
  EXPECT_EQ(fault_of(store(R"({"name":"e","type":"bearer","value":{"token":"t","user":"u"}})")),
            "/value/user");
  EXPECT_EQ(fault_of(store(R"({"name":"e","type":"bearer","value":{"token":7}})")), "/value/token");
  EXPECT_EQ(fault_of(store(R"({"name":"e","type":"bearer","value":{"token":"a\r\nX-Evil: 1"}})")),
            "/value/token");
  EXPECT_EQ(code_of(store(R"({"name":"a","type":"bearer","value":{"token":"t"}})")),
            "credential.name_taken");
}

TEST_P(ContentTest, AChangeKeepsTheSecretUnlessItBringsOne) {
  const auto id =
      store(R"({"name":"a","type":"basic","value":{"username":"u","password":"old"}})")->id;
  EXPECT_EQ(patch_credential(id, R"({"name":"renamed","value":{"username":"w"}})")->revision, 2);
  EXPECT_EQ(reveal("renamed")->secret.reveal(), "old");
  EXPECT_EQ(reveal("renamed")->username, "w");
  EXPECT_TRUE(patch_credential(id, R"({"value":{"password":"new"}})"));
  EXPECT_EQ(reveal("renamed")->secret.reveal(), "new");

  EXPECT_EQ(fault_of(patch_credential(id, R"({"type":"bearer"})")), "/value/token");
  EXPECT_EQ(fault_of(patch_credential(id, R"({"type":"header","value":{"header":"X"}})")),
            "/value/value");
  const auto changed = patch_credential(id, R"({"type":"bearer","value":{"token":"t"}})");
  EXPECT_EQ(changed->username, "");
  EXPECT_EQ(reveal("renamed")->secret.reveal(), "t");
}

TEST_P(ContentTest, OnlyOwnersManageCredentials) {
  const auto id = store(R"({"name":"a","type":"bearer","value":{"token":"t"}})")->id;
  (void)join(project_, grace_, ProjectRole::Editor);
  const CredentialDraft draft{
      .name = "b", .type = CredentialType::Bearer, .value = JsonObject{{"token", "t"}}};
  EXPECT_EQ(code_of(test::run(credentials().create(grace_, project_, draft))), "project.role");
  EXPECT_EQ(code_of(test::run(credentials().replace(grace_, project_, id, draft, {}))),
            "project.role");
  EXPECT_EQ(code_of(test::run(credentials().remove(grace_, project_, id))), "project.role");
  EXPECT_TRUE(test::run(credentials().list(grace_, project_, {})));
  EXPECT_EQ(code_of(test::run(credentials().replace(ada_, project_, id, draft, 7))),
            "credential.stale");
  EXPECT_TRUE(test::run(credentials().remove(ada_, project_, id)));
  EXPECT_EQ(code_of(reveal("a")), "credential.not_found");
}

TEST_P(ContentTest, ACredentialOfAnotherProjectIsNotThere) {
  const auto id = store(R"({"name":"a","type":"bearer","value":{"token":"t"}})")->id;
  const auto other = make(grace_, {.name = "Other"})->id;
  EXPECT_EQ(code_of(test::run(credentials().reveal(other, id.value))), "credential.not_found");
  EXPECT_EQ(code_of(test::run(credentials().remove(grace_, other, id))), "credential.not_found");
}

TEST_P(ContentTest, ACredentialTellsWhenItWasUsedToTheMinute) {
  (void)store(R"({"name":"a","type":"bearer","value":{"token":"t"}})");
  const auto used = [&] {
    return test::run(credentials().list(ada_, project_, {}))->items.at(0).last_used_at;
  };
  EXPECT_EQ(used(), std::nullopt);
  (void)reveal("a");
  const auto first = clock().now();
  EXPECT_EQ(used(), first);
  clock().advance(59s);
  (void)reveal("a");
  EXPECT_EQ(used(), first);
  clock().advance(1s);
  (void)reveal("a");
  EXPECT_EQ(used(), clock().now());
}

TEST_P(ContentTest, WhatIsStoredOpensOnlyUnderTheMasterKey) {
  (void)store(R"({"name":"a","type":"bearer","value":{"token":"s3cret"}})");
  const Secret other(std::string(crypto::Box::kKeyBytes, 'x'));
  Projects thief({database(), clock(), identity().users(), identity().audit(), other});
  EXPECT_EQ(code_of(test::run(thief.credentials().reveal(project_, "a"))), "secret.unreadable");
}

}  // namespace
}  // namespace qd::projects
