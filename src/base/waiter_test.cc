#include "base/waiter.h"

#include <thread>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

namespace qd {
namespace {

namespace asio = boost::asio;

class Waiting : public ::testing::Test {
 protected:
  /// A coroutine that notes its number once it goes on, or that it was thrown something.
  void begin(asio::io_context& io, int number) {
    asio::co_spawn(
        io, suspend([this](Waiter waiter) { waiters_.emplace_back(std::move(waiter), nullptr); }),
        [this, number](std::exception_ptr error) { noted_.push_back(error ? -number : number); });
    io.poll();
    io.restart();
  }
  std::vector<Resumed> waiters_;
  std::vector<int> noted_;
};

TEST_F(Waiting, GoesOnInOrderEachInItsContext) {
  asio::io_context here;
  asio::io_context there;
  for (const int number : {1, 3}) begin(here, number);
  for (const int number : {2, 4}) begin(there, number);

  std::thread([&] { go_on(std::move(waiters_)); }).join();

  there.run();
  EXPECT_EQ(noted_, (std::vector{2, 4}));
  here.run();
  EXPECT_EQ(noted_, (std::vector{2, 4, 1, 3}));
}

TEST_F(Waiting, IsThrownWhatWentWrong) {
  asio::io_context io;
  begin(io, 1);

  go_on(std::move(waiters_.front().first), std::make_exception_ptr(std::runtime_error("lost")));

  io.run();
  EXPECT_EQ(noted_, std::vector{-1});
}

TEST_F(Waiting, KeepsItsContextFromRunningOutOfWork) {
  asio::io_context io;
  begin(io, 1);
  std::thread other([&] { go_on(std::move(waiters_)); });

  io.run();

  EXPECT_EQ(noted_, std::vector{1});
  other.join();
}

TEST_F(Waiting, EndsWithItsContext) {
  auto held = std::make_shared<int>();
  {
    asio::io_context io;
    const auto hold = [](auto& waiters, std::shared_ptr<int>) -> Task<void> {
      co_await suspend([&](Waiter waiter) { waiters.emplace_back(std::move(waiter), nullptr); });
    };
    asio::co_spawn(io, hold(waiters_, held), asio::detached);
    io.poll();
    EXPECT_EQ(held.use_count(), 2);
  }
  EXPECT_EQ(held.use_count(), 1);

  go_on(std::move(waiters_));
}

TEST_F(Waiting, EndsWithItsWaiter) {
  auto held = std::make_shared<int>();
  asio::io_context io;
  const auto hold = [](std::shared_ptr<int>) -> Task<void> {
    co_await suspend([](const Waiter&) {});
  };
  asio::co_spawn(io, hold(held), asio::detached);

  io.run();

  EXPECT_EQ(held.use_count(), 1);
}

}  // namespace
}  // namespace qd
