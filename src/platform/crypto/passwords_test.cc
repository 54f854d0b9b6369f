#include "platform/crypto/passwords.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include "support/run.h"

namespace qd::crypto {
namespace {

namespace asio = boost::asio;
using test::run;

PasswordOptions quick() {
  return {.cost = 4, .threads = 1, .queue = 8};
}

TEST(Passwords, AHashKnowsItsPasswordAndNoOther) {
  PasswordHasher hasher(quick());

  const auto hash = run(hasher.hash(Secret("correct horse")));

  ASSERT_TRUE(hash);
  EXPECT_TRUE(hash->starts_with("$2b$04$"));
  EXPECT_TRUE(*run(hasher.verify(Secret("correct horse"), *hash)));
  EXPECT_FALSE(*run(hasher.verify(Secret("correct horsf"), *hash)));
}

TEST(Passwords, ReadsAPublishedHash) {
  PasswordHasher hasher(quick());
  const std::string known = "$2b$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW";
  EXPECT_TRUE(*run(hasher.verify(Secret("U*U"), known)));
  EXPECT_FALSE(*run(hasher.verify(Secret("U*V"), known)));
}

TEST(Passwords, NothingMatchesWhatIsNoBcryptHash) {
  PasswordHasher hasher(quick());
  for (const auto* hash : {"", "x", "$2b$05$", "$1$abcdefgh$irWbblnpmw.5z7wgBnprh0", "*0"})
    EXPECT_FALSE(*run(hasher.verify(Secret("x"), hash))) << hash;
}

TEST(Passwords, TheSamePasswordHashesDifferentlyEachTime) {
  PasswordHasher hasher(quick());
  EXPECT_NE(*run(hasher.hash(Secret("same"))), *run(hasher.hash(Secret("same"))));
}

TEST(Passwords, RefusesWhatBcryptWouldCutOff) {
  PasswordHasher hasher(quick());

  const auto longest = run(hasher.hash(Secret(std::string(72, 'x'))));
  const auto longer = run(hasher.hash(Secret(std::string(73, 'x'))));
  const auto cut = run(hasher.hash(Secret(std::string("a\0b", 3))));

  EXPECT_TRUE(longest);
  ASSERT_FALSE(longer);
  EXPECT_EQ(longer.error().code, "password.too_long");
  ASSERT_FALSE(cut);
  EXPECT_EQ(cut.error().code, "password.nul");
  EXPECT_FALSE(*run(hasher.verify(Secret(std::string(73, 'x')), *longest)));
}

TEST(Passwords, KnowsAHashOfAnotherCost) {
  PasswordHasher hasher(quick());
  const auto hash = run(hasher.hash(Secret("x")));
  EXPECT_FALSE(needs_rehash(*hash, 4));
  EXPECT_TRUE(needs_rehash(*hash, 12));
}

Task<void> count_outcome(PasswordHasher& hasher, int& done, int& busy) {
  const auto hash = co_await hasher.hash(Secret("x"));
  if (hash)
    ++done;
  else if (hash.error().code == "auth.busy" && hash.error().retry_after.count() > 0)
    ++busy;
}

TEST(Passwords, AFullQueueRefusesInsteadOfPilingUp) {
  PasswordHasher hasher({.cost = 10, .threads = 1, .queue = 2});
  asio::io_context io;
  int done = 0;
  int busy = 0;
  for (int i = 0; i < 12; ++i)
    asio::co_spawn(io, count_outcome(hasher, done, busy), asio::detached);

  io.run();

  // One runs at a time and two wait; the thread may take one or two while the rest arrive.
  EXPECT_EQ(done + busy, 12);
  EXPECT_GE(done, 2);
  EXPECT_LE(done, 5);
}

TEST(Passwords, AfterStopItSaysSo) {
  PasswordHasher hasher(quick());
  hasher.stop();
  hasher.stop();
  const auto hash = run(hasher.hash(Secret("x")));
  ASSERT_FALSE(hash);
  EXPECT_EQ(hash.error().kind, ErrorKind::Unavailable);
}

TEST(Passwords, RefusesACostThatBcryptDoesNotKnow) {
  EXPECT_THROW(PasswordHasher({.cost = 3}), std::invalid_argument);
  EXPECT_THROW(PasswordHasher({.cost = 32}), std::invalid_argument);
}

}  // namespace
}  // namespace qd::crypto
