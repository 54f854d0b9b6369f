#include "identity/sessions.h"

#include "base/encoding.h"
#include "identity/test_fixture.h"
#include "platform/crypto/digest.h"

namespace qd::identity {
namespace {

class SessionsTest : public IdentityTest {
 protected:
  void SetUp() override {
    IdentityTest::SetUp();
    (void)sign_up("ada@example.com");
  }
  Result<void> change_password(const api::Caller& caller, std::string before, std::string after) {
    return test::run(identity().sessions().change_password(
        caller, {.current_password = before, .new_password = after}));
  }
};
QD_ON_EVERY_STORE(SessionsTest);

TEST_P(SessionsTest, SignsInWithTheRightPasswordInAnyCaseOfTheEmail) {
  const auto tokens = log_in("ADA@example.com");
  ASSERT_TRUE(tokens);
  EXPECT_EQ(tokens->token_type, "bearer");
  EXPECT_EQ(tokens->expires_in, 900);
  EXPECT_EQ(authenticate(tokens->access_token)->role, UserRole::Admin);
}

TEST_P(SessionsTest, AnswersAlikeForAWrongPasswordAndAnUnknownEmail) {
  const auto wrong = log_in("ada@example.com", "wrong password");
  const auto unknown = log_in("eve@example.com", "wrong password");
  ASSERT_FALSE(wrong);
  ASSERT_FALSE(unknown);
  EXPECT_EQ(wrong.error().kind, ErrorKind::Unauthenticated);
  EXPECT_EQ(wrong.error().code, unknown.error().code);
  EXPECT_EQ(wrong.error().message, unknown.error().message);
}

TEST_P(SessionsTest, NotesTheLastSignIn) {
  const auto caller = caller_of("ada@example.com");
  EXPECT_EQ(test::run(identity().users().me(caller))->last_login_at, clock().now());
}

TEST_P(SessionsTest, BringsAHashToTheCostOfToday) {
  auto options = quick_options();
  options.passwords.cost = 5;
  start(std::move(options));
  (void)log_in("ada@example.com");

  const auto hash = test::run(database().read([](db::Snapshot& view) {
    return view.value<std::string>({"test.hash", "SELECT password_hash FROM users"});
  }));
  EXPECT_TRUE(hash->starts_with("$2b$05$"));
  EXPECT_TRUE(log_in("ada@example.com"));
}

TEST_P(SessionsTest, RotatesRefreshTokens) {
  const auto first = log_in("ada@example.com");
  const auto second = refresh(first->refresh_token);
  ASSERT_TRUE(second);
  EXPECT_NE(second->refresh_token, first->refresh_token);
  EXPECT_TRUE(authenticate(second->access_token));
  EXPECT_TRUE(refresh(second->refresh_token));
}

TEST_P(SessionsTest, AReusedRefreshTokenEndsTheWholeSession) {
  const auto first = log_in("ada@example.com");
  const auto second = refresh(first->refresh_token);
  ASSERT_TRUE(authenticate(second->access_token));

  EXPECT_EQ(code_of(refresh(first->refresh_token)), "auth.refresh_reused");

  EXPECT_EQ(code_of(refresh(second->refresh_token)), "auth.refresh_invalid");
  EXPECT_EQ(code_of(authenticate(second->access_token)), "auth.session_ended");
  EXPECT_EQ(actions().at(0), "auth.refresh_reused");
}

TEST_P(SessionsTest, AReuseLeavesOtherSessionsAlone) {
  const auto other = log_in("ada@example.com");
  const auto first = log_in("ada@example.com");
  (void)refresh(first->refresh_token);
  (void)refresh(first->refresh_token);
  EXPECT_TRUE(authenticate(other->access_token));
  EXPECT_TRUE(refresh(other->refresh_token));
}

Task<void> refresh_into(Sessions& sessions, std::string token, std::vector<std::string>& codes) {
  const auto tokens = co_await sessions.refresh({}, {.refresh_token = token});
  codes.push_back(code_of(tokens));
}

TEST_P(SessionsTest, OfManyRefreshesAtOnceOneWins) {
  const auto first = log_in("ada@example.com");
  boost::asio::io_context io;
  std::vector<std::string> codes;
  for (int i = 0; i < 6; ++i)
    boost::asio::co_spawn(io, refresh_into(identity().sessions(), first->refresh_token, codes),
                          boost::asio::detached);
  io.run();
  EXPECT_EQ(std::ranges::count(codes, ""), 1);
  EXPECT_EQ(std::ranges::count(codes, "auth.refresh_reused"), 1);
}

TEST_P(SessionsTest, RefreshTokensLiveThirtyDaysFromTheirLastUse) {
  const auto first = log_in("ada@example.com");
  clock().advance(std::chrono::days(29));
  const auto second = refresh(first->refresh_token);
  clock().advance(std::chrono::days(29));
  const auto third = refresh(second->refresh_token);
  ASSERT_TRUE(third);
  clock().advance(std::chrono::days(30));
  EXPECT_EQ(code_of(refresh(third->refresh_token)), "auth.refresh_invalid");
}

TEST_P(SessionsTest, RefusesARefreshTokenItNeverGave) {
  EXPECT_EQ(code_of(refresh("qdr_nonsense")), "auth.refresh_invalid");
  EXPECT_EQ(code_of(refresh(log_in("ada@example.com")->access_token)), "auth.refresh_invalid");
}

TEST_P(SessionsTest, StoresNoTokenInClear) {
  const auto tokens = log_in("ada@example.com");
  const auto stored = test::run(database().read([](db::Snapshot& view) {
    return view.value<std::string>({"test.token", "SELECT token_hash FROM refresh_tokens"});
  }));
  EXPECT_EQ(*stored, to_hex(crypto::sha256(tokens->refresh_token)));
}

TEST_P(SessionsTest, LogoutEndsAccessAndRefresh) {
  const auto tokens = log_in("ada@example.com");
  const auto caller = *authenticate(tokens->access_token);

  EXPECT_TRUE(test::run(identity().sessions().logout(caller, {})));

  EXPECT_EQ(code_of(authenticate(tokens->access_token)), "auth.session_ended");
  EXPECT_EQ(code_of(refresh(tokens->refresh_token)), "auth.refresh_invalid");
  EXPECT_EQ(actions().at(0), "auth.logout");
}

TEST_P(SessionsTest, LogoutCanNameAnotherSessionOfTheCallersOwn) {
  (void)sign_up("grace@example.com");
  const auto caller = caller_of("ada@example.com");
  const auto other = log_in("ada@example.com");
  const auto foreign = log_in("grace@example.com");
  auto& sessions = identity().sessions();

  EXPECT_TRUE(
      test::run(sessions.logout(caller, {.refresh_token = Text<1, 200>(other->refresh_token)})));
  EXPECT_EQ(code_of(authenticate(other->access_token)), "auth.session_ended");
  EXPECT_FALSE(
      test::run(sessions.logout(caller, {.refresh_token = Text<1, 200>(foreign->refresh_token)})));
  EXPECT_TRUE(authenticate(foreign->access_token));
}

TEST_P(SessionsTest, AnApiKeyHasNoSessionToEnd) {
  const api::Caller caller{.user = caller_of("ada@example.com").user, .api_key_id = "k"};
  EXPECT_EQ(code_of(test::run(identity().sessions().logout(caller, {}))), "auth.no_session");
}

TEST_P(SessionsTest, ANewPasswordEndsTheOtherSessions) {
  const auto other = log_in("ada@example.com");
  ASSERT_TRUE(authenticate(other->access_token));
  const auto tokens = log_in("ada@example.com");
  const auto caller = *authenticate(tokens->access_token);

  EXPECT_TRUE(change_password(caller, std::string(kPassword), "another horse"));

  EXPECT_EQ(code_of(authenticate(other->access_token)), "auth.session_ended");
  EXPECT_TRUE(authenticate(tokens->access_token));
  EXPECT_FALSE(log_in("ada@example.com"));
  EXPECT_TRUE(log_in("ada@example.com", "another horse"));
}

TEST_P(SessionsTest, ANewPasswordNeedsTheCurrentOne) {
  const auto caller = caller_of("ada@example.com");
  const auto refused = change_password(caller, "not it", "another horse");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().faults.at(0).path, "/current_password");
  for (int i = 0; i < 4; ++i) (void)change_password(caller, "not it", "another horse");
  EXPECT_EQ(code_of(change_password(caller, std::string(kPassword), "another horse")),
            "auth.locked");
}

TEST_P(SessionsTest, ANewPasswordIsRefusedWhenBcryptWouldCutItOff) {
  const auto refused =
      change_password(caller_of("ada@example.com"), std::string(kPassword), std::string(73, 'x'));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().faults.at(0).path, "/new_password");
}

TEST_P(SessionsTest, AFullQueueOfHashesIsSaidPlainly) {
  auto options = quick_options();
  options.passwords.queue = 0;
  start(std::move(options));
  const auto refused = log_in("ada@example.com");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, "auth.busy");
  EXPECT_EQ(refused.error().kind, ErrorKind::Limited);
  EXPECT_GT(refused.error().retry_after.count(), 0);
}

TEST_P(SessionsTest, TidyingRemovesWhatHasExpired) {
  (void)log_in("ada@example.com");
  clock().advance(std::chrono::days(31));
  (void)log_in("ada@example.com");

  test::run(identity().tidy());

  const auto left = test::run(database().read([](db::Snapshot& view) {
    return view.value<std::int64_t>({"test.count", "SELECT COUNT(*) FROM sessions"}).value() +
           view.value<std::int64_t>({"test.count_tokens", "SELECT COUNT(*) FROM refresh_tokens"})
               .value();
  }));
  EXPECT_EQ(left, 2);
}

}  // namespace
}  // namespace qd::identity
