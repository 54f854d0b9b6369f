#include "identity/service.h"

#include "identity/test_fixture.h"

namespace qd::identity {
namespace {

class UsersTest : public IdentityTest {
 protected:
  void SetUp() override {
    IdentityTest::SetUp();
    root_ = admin();
    clock().advance(1s);
    grace_ = sign_up("grace@example.com")->id;
  }
  Result<User> update(const UserId& id, UserPatch patch,
                      std::optional<std::int64_t> revision = {}) {
    return test::run(identity().users().update(root_, id, std::move(patch), revision));
  }
  Result<void> remove(const UserId& id) {
    return test::run(identity().users().remove(root_, id, std::nullopt));
  }
  std::vector<std::string> emails(UserQuery query) {
    std::vector<std::string> found;
    const auto page = test::run(identity().users().list(root_, std::move(query)));
    for (const auto& user : page->items) found.push_back(user.email);
    return found;
  }

  api::Caller root_;
  UserId grace_;
};
QD_ON_EVERY_STORE(UsersTest);

using Emails = std::vector<std::string>;

TEST_P(UsersTest, AreFoundByIdAndByEmailInAnyCase) {
  const auto found = test::run(database().read([&](db::Snapshot& view) {
    return std::pair(identity().users().find(view, grace_),
                     identity().users().find_by_email(view, "GRACE@example.com"));
  }));
  EXPECT_EQ(found.first->email, "grace@example.com");
  EXPECT_EQ(found.second->id, grace_);
}

TEST_P(UsersTest, AreListedFilteredAndSearched) {
  clock().advance(1s);
  (void)sign_up("Mary_100%@example.com");
  EXPECT_EQ(emails({}),
            (Emails{"Mary_100%@example.com", "grace@example.com", "admin@example.com"}));
  EXPECT_EQ(emails({.sort = "email"}),
            (Emails{"admin@example.com", "grace@example.com", "Mary_100%@example.com"}));
  EXPECT_EQ(emails({.role = UserRole::Admin}), Emails{"admin@example.com"});
  EXPECT_EQ(emails({.q = Text<1, 200>("MARY")}), Emails{"Mary_100%@example.com"});
  EXPECT_EQ(emails({.q = Text<1, 200>("_100%")}), Emails{"Mary_100%@example.com"});
  EXPECT_EQ(emails({.q = Text<1, 200>("%z")}), Emails{});
  EXPECT_EQ(emails({.disabled = true}), Emails{});
}

TEST_P(UsersTest, ArePagedInEveryOrder) {
  for (const auto* name : {"Zoe", "bob", "Carl", "ann"}) {
    clock().advance(1s);
    (void)sign_up(std::string(name) + "@example.com");
  }
  for (const auto* sort : {"email", "-email", "created_at", "-created_at"}) {
    Emails seen;
    std::optional<std::string> cursor;
    do {
      const auto page = test::run(identity().users().list(
          root_, {.limit = Whole<1, 200>(2), .cursor = cursor, .sort = sort}));
      ASSERT_TRUE(page) << sort;
      EXPECT_EQ(page->total, 6);
      for (const auto& user : page->items) seen.push_back(user.email);
      cursor = page->next_cursor;
    } while (cursor);
    EXPECT_EQ(seen, emails({.sort = sort})) << sort;
    EXPECT_EQ(seen.size(), 6u) << sort;
  }
}

TEST_P(UsersTest, AListRefusesACursorOrOrderItDoesNotKnow) {
  EXPECT_FALSE(test::run(identity().users().list(root_, {.cursor = "nonsense"})));
  EXPECT_FALSE(test::run(identity().users().list(root_, {.sort = "password_hash"})));
}

TEST_P(UsersTest, AreManagedByAdministratorsOnly) {
  const auto caller = caller_of("grace@example.com");
  auto& users = identity().users();
  EXPECT_EQ(code_of(test::run(users.list(caller, {}))), "auth.admin_only");
  EXPECT_EQ(code_of(test::run(users.get(caller, grace_))), "auth.admin_only");
  EXPECT_EQ(code_of(test::run(users.update(caller, grace_, {.role = UserRole::Admin}, {}))),
            "auth.admin_only");
  EXPECT_EQ(code_of(test::run(users.remove(caller, root_.user, {}))), "auth.admin_only");
}

TEST_P(UsersTest, AChangeOfRoleHoldsAtOnce) {
  const auto token = log_in("grace@example.com")->access_token;
  EXPECT_EQ(authenticate(token)->role, UserRole::Developer);

  const auto changed = update(grace_, {.role = UserRole::Viewer});

  EXPECT_EQ(changed->revision, 2);
  EXPECT_EQ(authenticate(token)->role, UserRole::Viewer);
  const auto record = audit().at(0);
  EXPECT_EQ(record.action, "user.updated");
  EXPECT_EQ(record.actor, root_.user);
  EXPECT_EQ(record.details, (JsonObject{{"role", "viewer"}}));
}

TEST_P(UsersTest, AChangeOfNothingIsNoChange) {
  EXPECT_EQ(update(grace_, {.role = UserRole::Developer})->revision, 1);
}

TEST_P(UsersTest, AStaleChangeIsRefused) {
  (void)update(grace_, {.full_name = Text<0, 200>("Grace")}, 1);
  const auto refused = update(grace_, {.full_name = Text<0, 200>("Hopper")}, 1);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::Stale);
  EXPECT_EQ(refused.error().code, "user.stale");
}

TEST_P(UsersTest, AnEmailOfAnotherIsRefusedAndItsOwnInOtherCaseIsNot) {
  EXPECT_EQ(code_of(update(grace_, {.email = Email("ADMIN@example.com")})), "user.email_taken");
  EXPECT_EQ(update(grace_, {.email = Email("Grace@Example.com")})->email, "Grace@Example.com");
  EXPECT_TRUE(log_in("grace@example.com"));
}

TEST_P(UsersTest, ADisabledUserIsOutAtOnceAndForGood) {
  const auto tokens = log_in("grace@example.com");
  ASSERT_TRUE(authenticate(tokens->access_token));

  (void)update(grace_, {.disabled = true});

  EXPECT_FALSE(authenticate(tokens->access_token));
  EXPECT_FALSE(refresh(tokens->refresh_token));
  EXPECT_EQ(code_of(log_in("grace@example.com")), "auth.disabled");
  EXPECT_EQ(code_of(log_in("grace@example.com", "wrong password")), "auth.credentials");

  (void)update(grace_, {.disabled = false});
  EXPECT_FALSE(authenticate(tokens->access_token));
  EXPECT_TRUE(log_in("grace@example.com"));
}

TEST_P(UsersTest, TheLastAdministratorStays) {
  EXPECT_EQ(code_of(update(root_.user, {.role = UserRole::Developer})), "user.last_admin");
  EXPECT_EQ(code_of(update(root_.user, {.disabled = true})), "user.last_admin");
  EXPECT_EQ(code_of(remove(root_.user)), "user.last_admin");
}

TEST_P(UsersTest, ADisabledAdministratorDoesNotCount) {
  (void)update(grace_, {.role = UserRole::Admin, .disabled = true});
  EXPECT_EQ(code_of(remove(root_.user)), "user.last_admin");
  (void)update(grace_, {.disabled = false});
  EXPECT_TRUE(remove(root_.user));
}

Task<void> demote_into(IdentityService& users, api::Caller caller, UserId id, int& done) {
  const auto updated = co_await users.update(caller, id, {.role = UserRole::Viewer}, std::nullopt);
  if (updated) ++done;
}

TEST_P(UsersTest, TwoAdministratorsCanNotDemoteEachOtherAtOnce) {
  (void)update(grace_, {.role = UserRole::Admin});
  boost::asio::io_context io;
  int done = 0;
  for (const auto& id : {grace_, root_.user})
    boost::asio::co_spawn(io, demote_into(identity().users(), root_, id, done),
                          boost::asio::detached);
  io.run();
  EXPECT_EQ(done, 1);
}

TEST_P(UsersTest, ADeletedUserLeavesNothingButTheRecord) {
  const auto tokens = log_in("grace@example.com");
  ASSERT_TRUE(authenticate(tokens->access_token));

  EXPECT_TRUE(remove(grace_));

  EXPECT_FALSE(authenticate(tokens->access_token));
  EXPECT_FALSE(refresh(tokens->refresh_token));
  EXPECT_EQ(code_of(log_in("grace@example.com")), "auth.credentials");
  EXPECT_EQ(code_of(test::run(identity().users().get(root_, grace_))), "user.not_found");
  EXPECT_EQ(audit().at(1).details.at("email"), "grace@example.com");
  EXPECT_TRUE(sign_up("grace@example.com"));
}

TEST_P(UsersTest, OtherDomainsMayRefuseADeletion) {
  identity().users().add_delete_rule([](db::Transaction&, const UserId&) -> Result<void> {
    return fail(ErrorKind::Conflict, "project.sole_owner", "owns a project");
  });
  EXPECT_EQ(code_of(remove(grace_)), "project.sole_owner");
  EXPECT_TRUE(log_in("grace@example.com"));
}

TEST_P(UsersTest, PeopleChangeTheirOwnName) {
  const auto caller = caller_of("grace@example.com");
  const auto changed = test::run(
      identity().users().update_me(caller, {.full_name = Text<0, 200>("Grace Hopper")}, {}));
  EXPECT_EQ(changed->full_name, "Grace Hopper");
  EXPECT_EQ(test::run(identity().users().me(caller))->full_name, "Grace Hopper");
  EXPECT_EQ(emails({.q = Text<1, 200>("hopper")}), Emails{"grace@example.com"});
}

}  // namespace
}  // namespace qd::identity
