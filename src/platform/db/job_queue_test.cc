#include "platform/db/job_queue.h"

#include <thread>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

namespace qd::db {
namespace {

using namespace std::chrono_literals;

class Queue : public ::testing::Test {
 protected:
  void submit(int work) {
    boost::asio::co_spawn(io_, queue_.submit(work),
                          [this](std::exception_ptr error) { (error ? failed_ : done_)++; });
    io_.poll();
    io_.restart();
  }
  boost::asio::io_context io_;
  JobQueue<int> queue_{3};
  std::vector<Job<int>> jobs_;
  int done_ = 0;
  int failed_ = 0;
};

TEST_F(Queue, HandsOutInOrderAndNoMoreThanAsked) {
  for (const int work : {1, 2, 3}) submit(work);

  EXPECT_TRUE(queue_.take(jobs_, 2));

  ASSERT_EQ(jobs_.size(), 2u);
  EXPECT_EQ(jobs_[0].work, 1);
  EXPECT_EQ(jobs_[1].work, 2);
  queue_.take(jobs_, 2);
  complete(std::span(jobs_), std::vector<std::exception_ptr>(jobs_.size()));
  io_.run();
  EXPECT_EQ(done_, 3);
}

TEST_F(Queue, TakesAsSoonAsTheExpectedNumberWaits) {
  submit(1);
  std::thread others([&] {
    for (const int work : {2, 3}) submit(work);
  });

  EXPECT_TRUE(queue_.take(jobs_, 10, {.expected = 3, .patience = 1h}));

  others.join();
  EXPECT_EQ(jobs_.size(), 3u);
  complete(std::span(jobs_), std::vector<std::exception_ptr>(jobs_.size()));
  io_.run();
}

TEST_F(Queue, TakesWhatIsThereWhenPatienceEnds) {
  submit(1);

  EXPECT_TRUE(queue_.take(jobs_, 10, {.expected = 3, .patience = 1ms}));

  EXPECT_EQ(jobs_.size(), 1u);
  go_on(std::move(jobs_[0].waiter));
  io_.run();
}

TEST_F(Queue, HandsOutWhatWaitsAndRefusesMoreOnceStopped) {
  submit(1);
  queue_.stop();
  submit(2);

  EXPECT_EQ(failed_, 1);
  EXPECT_TRUE(queue_.take(jobs_, 10, {.expected = 3, .patience = 1h}));
  go_on(std::move(jobs_[0].waiter));
  jobs_.clear();
  EXPECT_FALSE(queue_.take(jobs_, 10));
  io_.run();
  EXPECT_EQ(done_, 1);
}

TEST_F(Queue, RefusesWhatIsBeyondItsLimit) {
  for (const int work : {1, 2, 3, 4}) submit(work);

  EXPECT_EQ(failed_, 1);
  queue_.take(jobs_, 10);
  complete(std::span(jobs_), std::vector<std::exception_ptr>(jobs_.size()));
  io_.run();
}

}  // namespace
}  // namespace qd::db
