#include "identity/registration.h"

#include "identity/test_fixture.h"

namespace qd::identity {
namespace {

class RegistrationTest : public IdentityTest {
 protected:
  void set_mode(Registration mode) {
    auto options = quick_options();
    options.registration = mode;
    start(std::move(options));
  }
  Result<CreatedInvite> invite(const api::Caller& caller, InviteDraft draft = {}) {
    return test::run(identity().registrations().invite(caller, std::move(draft)));
  }
};
QD_ON_EVERY_STORE(RegistrationTest);

Task<void> register_into(Registrations& registrations, std::string email,
                         std::vector<UserRole>& roles) {
  RegisterDraft draft{.email = email, .password = std::string(kPassword)};
  const auto user = co_await registrations.register_user({}, draft);
  if (user) roles.push_back(user->role);
}

TEST_P(RegistrationTest, MakesTheFirstUserAdministratorAndTheNextDeveloper) {
  EXPECT_EQ(sign_up("ada@example.com")->role, UserRole::Admin);
  EXPECT_EQ(sign_up("grace@example.com")->role, UserRole::Developer);
}

TEST_P(RegistrationTest, MakesOneAdministratorHoweverManyComeAtOnce) {
  boost::asio::io_context io;
  std::vector<UserRole> roles;
  for (int i = 0; i < 8; ++i) {
    auto task = register_into(identity().registrations(), fmt::format("u{}@example.com", i), roles);
    boost::asio::co_spawn(io, std::move(task), boost::asio::detached);
  }
  io.run();

  EXPECT_EQ(roles.size(), 8u);
  EXPECT_EQ(std::ranges::count(roles, UserRole::Admin), 1);
}

TEST_P(RegistrationTest, GivesAnAddressToOneOfManyAtOnce) {
  (void)sign_up("first@example.com");
  boost::asio::io_context io;
  std::vector<UserRole> roles;
  for (int i = 0; i < 6; ++i) {
    auto task = register_into(identity().registrations(),
                              i % 2 ? "Ada@example.com" : "ada@EXAMPLE.com", roles);
    boost::asio::co_spawn(io, std::move(task), boost::asio::detached);
  }
  io.run();

  EXPECT_EQ(roles.size(), 1u);
}

TEST_P(RegistrationTest, TellsWhetherTheFirstUserIsMissing) {
  EXPECT_TRUE(test::run(identity().registrations().status()).needs_setup);
  (void)sign_up("ada@example.com");
  EXPECT_FALSE(test::run(identity().registrations().status()).needs_setup);
}

TEST_P(RegistrationTest, TakesAnAddressOnceInAnyCase) {
  (void)sign_up("Ada@Example.com");
  EXPECT_EQ(code_of(sign_up("aDA@eXAMPLE.COM")), "user.email_taken");
  (void)sign_up("ÄNNE@example.com");
  EXPECT_EQ(code_of(sign_up("änne@example.com")), "user.email_taken");
}

TEST_P(RegistrationTest, RefusesAPasswordThatBcryptWouldCutOff) {
  const RegisterDraft draft{.email = "ada@example.com", .password = std::string(73, 'x')};
  const auto user = test::run(identity().registrations().register_user({}, draft));
  ASSERT_FALSE(user);
  EXPECT_EQ(user.error().faults.at(0).path, "/password");
  EXPECT_EQ(user.error().faults.at(0).code, "password.too_long");
}

TEST_P(RegistrationTest, LetsTheFirstInThoughItIsClosed) {
  set_mode(Registration::Closed);
  EXPECT_EQ(sign_up("ada@example.com")->role, UserRole::Admin);
  EXPECT_EQ(code_of(sign_up("grace@example.com")), "auth.registration_closed");
}

TEST_P(RegistrationTest, AsksForAnInviteWhereOneIsNeeded) {
  set_mode(Registration::Invite);
  const auto root = admin();
  EXPECT_EQ(code_of(sign_up("grace@example.com")), "auth.invite_required");

  const auto made = invite(root, {.role = UserRole::Viewer});
  const auto user = sign_up("grace@example.com", made->token);

  ASSERT_TRUE(user);
  EXPECT_EQ(user->role, UserRole::Viewer);
  EXPECT_EQ(user->created_by, root.user);
}

TEST_P(RegistrationTest, TakesAnInviteOnce) {
  const auto made = invite(admin());
  EXPECT_TRUE(sign_up("grace@example.com", made->token));
  EXPECT_EQ(code_of(sign_up("mary@example.com", made->token)), "invite.invalid");
  EXPECT_EQ(code_of(sign_up("mary@example.com", "qdi_nonsense")), "invite.invalid");
}

TEST_P(RegistrationTest, TakesAnInviteFromTheInvitedAddressOnly) {
  const auto made = invite(admin(), {.email = Email("Grace@example.com")});
  EXPECT_EQ(code_of(sign_up("mary@example.com", made->token)), "invite.email_mismatch");
  EXPECT_TRUE(sign_up("grace@example.com", made->token));
}

TEST_P(RegistrationTest, EndsAnInviteWithItsTime) {
  const auto made = invite(admin(), {.expires_in = Whole<60, 7'776'000>(3600)});
  clock().advance(1h);
  EXPECT_EQ(code_of(sign_up("grace@example.com", made->token)), "invite.invalid");
}

TEST_P(RegistrationTest, RevokesAnInviteThatIsPending) {
  const auto root = admin();
  const auto made = invite(root);
  auto& service = identity().registrations();

  EXPECT_TRUE(test::run(service.revoke_invite(root, made->id)));

  EXPECT_EQ(code_of(sign_up("grace@example.com", made->token)), "invite.invalid");
  EXPECT_EQ(code_of(test::run(service.revoke_invite(root, made->id))), "invite.not_pending");
  EXPECT_EQ(code_of(test::run(service.revoke_invite(root, {"none"}))), "invite.not_found");
}

TEST_P(RegistrationTest, ListsInvitesWithWhatBecameOfThem) {
  const auto root = admin();
  const auto accepted = invite(root);
  clock().advance(1ms);
  (void)invite(root, {.expires_in = Whole<60, 7'776'000>(60)});
  clock().advance(1min);
  (void)invite(root);
  (void)sign_up("grace@example.com", accepted->token);

  const auto page = test::run(identity().registrations().list_invites(root, {}));

  ASSERT_EQ(page->items.size(), 3u);
  EXPECT_EQ(page->items[0].status, InviteStatus::Pending);
  EXPECT_EQ(page->items[1].status, InviteStatus::Expired);
  EXPECT_EQ(page->items[2].status, InviteStatus::Accepted);
}

TEST_P(RegistrationTest, LeavesInvitingToAdministrators) {
  (void)admin();
  (void)sign_up("grace@example.com");
  EXPECT_EQ(code_of(invite(caller_of("grace@example.com"))), "auth.admin_only");
}

TEST_P(RegistrationTest, IsRecorded) {
  (void)sign_up("ada@example.com");

  const auto record = audit().at(0);
  EXPECT_EQ(record.action, "user.registered");
  EXPECT_EQ(record.actor_email, "ada@example.com");
  EXPECT_EQ(record.target_id, record.actor->value);
  EXPECT_EQ(record.details.at("role"), "admin");
  EXPECT_EQ(record.remote_address, "192.0.2.1");
  EXPECT_EQ(record.request_id, "request-1");
}

}  // namespace
}  // namespace qd::identity
