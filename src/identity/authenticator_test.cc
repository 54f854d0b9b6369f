#include "identity/authenticator.h"

#include "identity/test_fixture.h"

namespace qd::identity {
namespace {

class AuthenticatorTest : public IdentityTest {
 protected:
  void SetUp() override {
    IdentityTest::SetUp();
    (void)sign_up("ada@example.com");
  }
};
QD_ON_EVERY_STORE(AuthenticatorTest);

TEST_P(AuthenticatorTest, KnowsTheSessionBehindAnAccessToken) {
  const auto caller = authenticate(log_in("ada@example.com")->access_token);
  ASSERT_TRUE(caller);
  EXPECT_FALSE(caller->session_id.empty());
  EXPECT_TRUE(caller->api_key_id.empty());
  EXPECT_TRUE(caller->scopes.empty());
}

TEST_P(AuthenticatorTest, RefusesATokenPastItsTimeAlsoWhenRemembered) {
  const auto token = log_in("ada@example.com")->access_token;
  clock().advance(15min - 1s);
  EXPECT_TRUE(authenticate(token));
  clock().advance(1s);
  EXPECT_EQ(code_of(authenticate(token)), "auth.token_expired");
}

TEST_P(AuthenticatorTest, RefusesWhatIsNoTokenOfOurs) {
  auto options = quick_options();
  options.token_key = Secret(std::string(32, 'x'));
  const auto good = log_in("ada@example.com")->access_token;
  for (const auto& token : {std::string("x"), std::string("a.b.c"), std::string(5000, 'a'),
                            good + "x", std::string("qdr_abc"), std::string("\xff\xfe\0", 3)})
    EXPECT_EQ(code_of(authenticate(token)), "auth.token_invalid") << token.substr(0, 40);
  EXPECT_EQ(code_of(authenticate("qd_nonsense")), "auth.api_key_invalid");

  start(std::move(options));
  EXPECT_EQ(code_of(authenticate(good)), "auth.token_invalid");
}

TEST_P(AuthenticatorTest, RefusesATokenWhoseSessionIsUnknown) {
  const crypto::TokenSigner signer(Secret(std::string(32, 'k')));
  const auto token = signer.sign({.subject = "u",
                                  .role = "admin",
                                  .session = "s",
                                  .issued_at = clock().now(),
                                  .expires_at = clock().now() + 1h});
  EXPECT_EQ(code_of(authenticate(token)), "auth.session_ended");
}

TEST_P(AuthenticatorTest, GoesByTheRoleOfTheUserNotOfTheToken) {
  const auto id = sign_up("grace@example.com")->id;
  const auto session = authenticate(log_in("grace@example.com")->access_token)->session_id;
  const crypto::TokenSigner signer(Secret(std::string(32, 'k')));
  const auto token = signer.sign({.subject = id.value,
                                  .role = "admin",
                                  .session = session,
                                  .issued_at = clock().now(),
                                  .expires_at = clock().now() + 1h});
  EXPECT_EQ(authenticate(token)->role, UserRole::Developer);
}

TEST_P(AuthenticatorTest, AnotherNodeIsTenSecondsBehindAtMost) {
  const auto token = log_in("ada@example.com")->access_token;
  Identity other(database(), clock(), quick_options());
  const auto caller = test::run(other.authenticator().authenticate(token));
  ASSERT_TRUE(caller);

  (void)test::run(identity().sessions().logout(*caller, {}));

  EXPECT_FALSE(authenticate(token));
  clock().advance(10s);
  EXPECT_EQ(code_of(test::run(other.authenticator().authenticate(token))), "auth.session_ended");
}

TEST(PrincipalCache, DropsWhatWasReadBeforeAChange) {
  PrincipalCache cache({});
  const Timestamp now{};
  const auto generation = cache.generation();
  cache.forget_user({"u"});
  cache.put("key", {.user = {"u"}}, generation, now);
  EXPECT_FALSE(cache.find("key", now));
}

TEST(PrincipalCache, KeepsNoMoreThanItsCapacity) {
  PrincipalCache cache({.lifetime = 10s, .capacity = 3});
  const Timestamp now{};
  for (const auto* key : {"a", "b", "c", "d"}) cache.put(key, {.user = {key}}, 0, now);
  EXPECT_TRUE(cache.find("d", now));
  EXPECT_FALSE(cache.find("a", now));
}

TEST(PrincipalCache, MakesRoomByWhatIsOver) {
  PrincipalCache cache({.lifetime = 10s, .capacity = 2});
  const Timestamp now{};
  cache.put("old", {.user = {"u"}}, 0, now);
  cache.put("young", {.user = {"u"}}, 0, now + 5s);
  cache.put("new", {.user = {"u"}}, 0, now + 11s);
  EXPECT_TRUE(cache.find("young", now + 11s));
  EXPECT_TRUE(cache.find("new", now + 11s));
}

}  // namespace
}  // namespace qd::identity
