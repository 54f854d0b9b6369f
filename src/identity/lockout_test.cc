#include "identity/lockout.h"

#include "identity/test_fixture.h"

namespace qd::identity {
namespace {

constexpr LockoutRule kRule{3, 10s, 60s, 1h};
const Timestamp kStart{std::chrono::seconds(1'000'000)};

TEST(Lockout, DoublesTheWaitUpToTheLongest) {
  std::optional<LockoutState> state;
  std::vector<milliseconds> waits;
  for (int i = 0; i < 7; ++i) {
    state = after_failure(kRule, state, kStart);
    waits.push_back(state->locked_until - kStart);
  }
  EXPECT_EQ(waits, (std::vector<milliseconds>{0s, 0s, 10s, 20s, 40s, 60s, 60s}));
}

TEST(Lockout, ForgetsWhatIsLongAgo) {
  const LockoutState before{.failures = 9, .last_failure_at = kStart, .locked_until = kStart + 60s};
  EXPECT_EQ(after_failure(kRule, before, kStart + 1h).failures, 1);
  EXPECT_EQ(after_failure(kRule, before, kStart + 1h - 1ms).failures, 10);
}

TEST(Lockout, NeverOverflowsHoweverManyFailures) {
  const LockoutState before{.failures = 1'000'000, .last_failure_at = kStart};
  EXPECT_EQ(after_failure(kRule, before, kStart).locked_until, kStart + 60s);
}

TEST(Lockout, CountsAnIpv6NetworkAsOne) {
  EXPECT_EQ(address_block("192.0.2.1"), "192.0.2.1");
  EXPECT_EQ(address_block("::ffff:192.0.2.1"), "192.0.2.1");
  EXPECT_EQ(address_block("2001:db8:0:1::1"), address_block("2001:db8:0:1:2:3:4:5"));
  EXPECT_NE(address_block("2001:db8:0:1::1"), address_block("2001:db8:0:2::1"));
  EXPECT_EQ(address_block("unix"), "unix");
}

class LoginLockout : public IdentityTest {
 protected:
  void fail_times(int count, const std::string& email = "ada@example.com",
                  const std::string& address = "192.0.2.1") {
    for (int i = 0; i < count; ++i)
      (void)log_in(email, "wrong password", {.remote_address = address});
  }
};
QD_ON_EVERY_STORE(LoginLockout);

TEST_P(LoginLockout, MakesTheAccountWaitAfterFiveFailures) {
  (void)sign_up("ada@example.com");
  fail_times(4);
  EXPECT_TRUE(log_in("ada@example.com"));
  fail_times(5);

  const auto refused = log_in("ada@example.com");

  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, "auth.locked");
  EXPECT_EQ(refused.error().kind, ErrorKind::Limited);
  EXPECT_EQ(refused.error().retry_after, 30s);
}

TEST_P(LoginLockout, GrowsWithEachFurtherFailure) {
  (void)sign_up("ada@example.com");
  fail_times(5);
  clock().advance(30s);
  fail_times(1);
  clock().advance(59s);
  EXPECT_EQ(code_of(log_in("ada@example.com")), "auth.locked");
  clock().advance(1s);
  EXPECT_TRUE(log_in("ada@example.com"));
}

TEST_P(LoginLockout, ForgivesTheAccountOnSuccess) {
  (void)sign_up("ada@example.com");
  fail_times(4);
  (void)log_in("ada@example.com");
  fail_times(4);
  EXPECT_TRUE(log_in("ada@example.com"));
}

TEST_P(LoginLockout, TreatsAnUnknownAccountAlike) {
  (void)sign_up("ada@example.com");
  EXPECT_EQ(code_of(log_in("nobody@example.com")), "auth.credentials");
  fail_times(5, "nobody@example.com");
  EXPECT_EQ(code_of(log_in("nobody@example.com")), "auth.locked");
}

TEST_P(LoginLockout, CountsAnAccountInAnyCaseOfLetters) {
  (void)sign_up("ada@example.com");
  fail_times(3, "ADA@example.com");
  fail_times(2, "Ada@Example.com");
  EXPECT_EQ(code_of(log_in("ada@example.com")), "auth.locked");
}

TEST_P(LoginLockout, MakesAnAddressWaitThatTriesManyAccounts) {
  auto options = quick_options();
  options.lockout.address.free_failures = 8;
  start(std::move(options));
  (void)sign_up("ada@example.com");
  for (int i = 0; i < 8; ++i) fail_times(1, fmt::format("u{}@example.com", i), "198.51.100.7");

  EXPECT_EQ(code_of(log_in("ada@example.com", kPassword, {.remote_address = "198.51.100.7"})),
            "auth.locked");
  EXPECT_TRUE(log_in("ada@example.com"));
}

TEST_P(LoginLockout, SurvivesARestart) {
  (void)sign_up("ada@example.com");
  fail_times(5);
  start(quick_options());
  EXPECT_EQ(code_of(log_in("ada@example.com")), "auth.locked");
}

Task<void> log_in_into(Sessions& sessions, std::string password, std::vector<std::string>& codes) {
  const auto tokens =
      co_await sessions.login({}, {.email = "ada@example.com", .password = password});
  codes.push_back(code_of(tokens));
}

TEST_P(LoginLockout, HoldsForGuessesAtOnceToo) {
  (void)sign_up("ada@example.com");
  boost::asio::io_context io;
  std::vector<std::string> codes;
  for (int i = 0; i < 12; ++i)
    boost::asio::co_spawn(io, log_in_into(identity().sessions(), "wrong password", codes),
                          boost::asio::detached);
  io.run();

  EXPECT_EQ(std::ranges::count(codes, "auth.credentials"), 5);
  EXPECT_EQ(std::ranges::count(codes, "auth.locked"), 7);
  // Among the guesses the right password might have come first, and forgiven them.
  EXPECT_EQ(log_in("ada@example.com").error().code, "auth.locked");
}

TEST_P(LoginLockout, IsRecordedWhenItBegins) {
  (void)sign_up("ada@example.com");
  fail_times(5);
  (void)log_in("ada@example.com");
  const auto names = actions();
  EXPECT_EQ(names.at(0), "auth.locked");
  EXPECT_EQ(std::ranges::count(names, "auth.login_failed"), 4);
}

}  // namespace
}  // namespace qd::identity
