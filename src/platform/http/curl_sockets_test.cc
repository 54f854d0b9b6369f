#include "platform/http/curl_sockets.h"

#include <array>

#include <gtest/gtest.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

namespace qd::http {
namespace {

class Sockets : public ::testing::Test {
 protected:
  Sockets() { EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, pair_.data()), 0); }
  ~Sockets() override {
    for (const int one : pair_) ::close(one);
    ::close(bell_);
  }

  [[nodiscard]] int ours() const { return pair_[0]; }
  void say_something() { EXPECT_EQ(::write(pair_[1], "x", 1), 1); }
  std::size_t events() { return watch_.wait(0).size(); }

  const int bell_ = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  SocketWatch watch_{bell_};
  std::array<int, 2> pair_{};
};

TEST_F(Sockets, TellOfWhatIsWanted) {
  watch_.opened(ours());
  EXPECT_TRUE(watch_.want(ours(), CURL_POLL_IN));
  EXPECT_EQ(events(), 0u);

  say_something();

  EXPECT_EQ(events(), 1u);
  EXPECT_TRUE(watch_.is_wanted(ours()));
  EXPECT_TRUE(watch_.want(ours(), CURL_POLL_INOUT));
  EXPECT_EQ(watch_.wait(0).front().events, EPOLLIN | EPOLLOUT);
}

/// A connection that is kept and hears something while nobody wants it (its peer closes it) must
/// not wake the thread again and again.
TEST_F(Sockets, AreSilentOnceTheyWereHeardInVain) {
  watch_.opened(ours());
  EXPECT_TRUE(watch_.want(ours(), CURL_POLL_IN));
  EXPECT_TRUE(watch_.want(ours(), CURL_POLL_REMOVE));
  say_something();
  EXPECT_EQ(events(), 1u);

  EXPECT_FALSE(watch_.is_wanted(ours()));

  EXPECT_EQ(events(), 0u);
  EXPECT_TRUE(watch_.want(ours(), CURL_POLL_IN));
  EXPECT_EQ(events(), 1u);
}

TEST_F(Sockets, AreForgottenBeforeAnotherHasTheirNumber) {
  watch_.opened(ours());
  EXPECT_TRUE(watch_.want(ours(), CURL_POLL_IN));
  EXPECT_TRUE(watch_.want(ours(), CURL_POLL_REMOVE));
  watch_.forget(ours());
  std::array<int, 2> other{};
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, other.data()), 0);
  ASSERT_EQ(::dup2(other[0], ours()), ours());
  ASSERT_EQ(::write(other[1], "x", 1), 1);

  EXPECT_TRUE(watch_.want(ours(), CURL_POLL_IN));

  EXPECT_EQ(events(), 1u);
  for (const int one : other) ::close(one);
}

/// libcurl has sockets of its own, which it closes without a word.
TEST_F(Sockets, ThatAreNoConnectionsAreNotKept) {
  EXPECT_TRUE(watch_.want(ours(), CURL_POLL_IN));
  EXPECT_TRUE(watch_.want(ours(), CURL_POLL_REMOVE));

  say_something();

  EXPECT_EQ(events(), 0u);
}

}  // namespace
}  // namespace qd::http
