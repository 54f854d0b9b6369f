#include "identity/api_keys.h"

#include "identity/test_fixture.h"

namespace qd::identity {
namespace {

class ApiKeysTest : public IdentityTest {
 protected:
  void SetUp() override {
    IdentityTest::SetUp();
    ada_ = admin();
  }
  Result<CreatedApiKey> create(ApiKeyDraft draft) { return create(ada_, std::move(draft)); }
  Result<CreatedApiKey> create(const api::Caller& caller, ApiKeyDraft draft) {
    return test::run(identity().api_keys().create(caller, std::move(draft)));
  }
  std::vector<ApiKey> list() { return test::run(identity().api_keys().list(ada_, {}))->items; }

  api::Caller ada_;
};
QD_ON_EVERY_STORE(ApiKeysTest);

TEST_P(ApiKeysTest, LetTheirUserIn) {
  const auto key = create({.name = "ci"});
  const auto caller = authenticate(key->api_key);
  ASSERT_TRUE(caller);
  EXPECT_EQ(caller->user, ada_.user);
  EXPECT_EQ(caller->role, UserRole::Admin);
  EXPECT_EQ(caller->api_key_id, key->id.value);
  EXPECT_TRUE(caller->scopes.empty());
}

TEST_P(ApiKeysTest, CarryTheirScopes) {
  const auto key = create({.name = "ci", .scopes = {{"projects:read", "executions:write"}}});
  EXPECT_EQ(authenticate(key->api_key)->scopes,
            (std::vector<std::string>{"projects:read", "executions:write"}));
}

TEST_P(ApiKeysTest, RefuseScopesThatDoNotExist) {
  const auto refused = create({.name = "ci", .scopes = {{"projects:read", "project:read", "all"}}});
  ASSERT_FALSE(refused);
  ASSERT_EQ(refused.error().faults.size(), 2u);
  EXPECT_EQ(refused.error().faults[0].path, "/scopes/1");
  EXPECT_EQ(refused.error().faults[0].message, "is no scope; did you mean projects:read?");
  EXPECT_EQ(create({.name = "ci", .scopes = std::vector<std::string>{}}).error().faults[0].code,
            "scope.none");
}

TEST_P(ApiKeysTest, AreShownOnceAndStoredHashed) {
  const auto key = create({.name = "ci"});
  EXPECT_TRUE(key->api_key.starts_with("qd_"));
  EXPECT_EQ(key->prefix, key->api_key.substr(0, 11));
  const auto stored = test::run(database().read([](db::Snapshot& view) {
    return view.value<std::string>({"test.key", "SELECT key_hash FROM api_keys"});
  }));
  EXPECT_FALSE(stored->contains(key->api_key));
  EXPECT_EQ(list().at(0).prefix, key->prefix);
}

TEST_P(ApiKeysTest, EndWithTheirTimeAlsoWhenRemembered) {
  const auto key = create({.name = "ci", .expires_in = Whole<60, 315'360'000>(60)});
  clock().advance(59s);
  EXPECT_TRUE(authenticate(key->api_key));
  clock().advance(1s);
  EXPECT_EQ(code_of(authenticate(key->api_key)), "auth.api_key_expired");
}

TEST_P(ApiKeysTest, EndAtOnceWhenDeleted) {
  const auto key = create({.name = "ci"});
  ASSERT_TRUE(authenticate(key->api_key));
  EXPECT_TRUE(test::run(identity().api_keys().remove(ada_, key->id)));
  EXPECT_EQ(code_of(authenticate(key->api_key)), "auth.api_key_invalid");
}

TEST_P(ApiKeysTest, OfOthersAreNotFound) {
  (void)sign_up("grace@example.com");
  const auto grace = caller_of("grace@example.com");
  const auto key = create({.name = "ci"});
  EXPECT_EQ(code_of(test::run(identity().api_keys().remove(grace, key->id))), "api_key.not_found");
  const auto hers = create(grace, {.name = "hers"});
  EXPECT_TRUE(test::run(identity().api_keys().remove(ada_, hers->id)));
}

TEST_P(ApiKeysTest, AreRefusedWhileTheirUserIsDisabled) {
  const auto id = sign_up("grace@example.com")->id;
  const auto key = create(caller_of("grace@example.com"), {.name = "ci"});
  ASSERT_TRUE(authenticate(key->api_key));

  (void)test::run(identity().users().update(ada_, id, {.disabled = true}, {}));
  EXPECT_EQ(code_of(authenticate(key->api_key)), "auth.disabled");
}

TEST_P(ApiKeysTest, CanNotMakeOthers) {
  const auto caller = *authenticate(create({.name = "ci"})->api_key);
  EXPECT_EQ(code_of(create(caller, {.name = "more"})), "auth.session_required");
  EXPECT_EQ(code_of(test::run(identity().api_keys().renew_default(caller))),
            "auth.session_required");
}

TEST_P(ApiKeysTest, TheDefaultOneIsReplacedByTheNext) {
  const auto first = test::run(identity().api_keys().renew_default(ada_));
  ASSERT_TRUE(authenticate(first->api_key));
  const auto second = test::run(identity().api_keys().renew_default(ada_));

  EXPECT_FALSE(authenticate(first->api_key));
  EXPECT_TRUE(authenticate(second->api_key));
  ASSERT_EQ(list().size(), 1u);
  EXPECT_TRUE(list().at(0).is_default);

  EXPECT_TRUE(test::run(identity().api_keys().remove_default(ada_)));
  EXPECT_FALSE(authenticate(second->api_key));
  EXPECT_EQ(code_of(test::run(identity().api_keys().remove_default(ada_))), "api_key.not_found");
}

TEST_P(ApiKeysTest, NoteTheirUseLazily) {
  const auto key = create({.name = "ci"});
  (void)authenticate(key->api_key);
  EXPECT_EQ(list().at(0).last_used_at, std::nullopt);
  clock().advance(5s);
  (void)authenticate(key->api_key);

  test::run(identity().tidy());

  EXPECT_EQ(list().at(0).last_used_at, clock().now());
}

TEST_P(ApiKeysTest, AreBoundedInNumber) {
  for (int i = 0; i < kMaxApiKeys; ++i) ASSERT_TRUE(create({.name = "k"}));
  EXPECT_EQ(code_of(create({.name = "one more"})), "api_key.too_many");
}

TEST_P(ApiKeysTest, AreRecorded) {
  const auto key = create({.name = "ci"});
  (void)test::run(identity().api_keys().remove(ada_, key->id));
  const auto records = audit();
  EXPECT_EQ(records.at(0).action, "api_key.deleted");
  EXPECT_EQ(records.at(1).action, "api_key.created");
  EXPECT_FALSE(boost::json::serialize(records.at(1).details).contains(key->api_key));
}

}  // namespace
}  // namespace qd::identity
