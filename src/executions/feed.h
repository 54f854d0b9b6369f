// Following a topic: one reader for each topic on this node, however many follow it.
//
// The reader is woken when something was committed, here or on another node, reads what is new
// once, and puts it into a window of the latest notices. Followers take from the window at their
// own pace. Whoever comes with an older position, or falls behind the window, reads from the
// database page by page until he is there again: so a slow follower costs no memory and misses
// nothing but what is not stored.
#pragma once

#include <deque>
#include <set>
#include <thread>
#include <unordered_map>

#include <boost/asio/io_context.hpp>

#include "executions/source.h"

namespace qd::executions {

struct FeedOptions {
  /// Of the window.
  std::int64_t max_notices = 1'000;
  std::size_t max_bytes = 2 << 20;
  /// Of a page that one follower reads for himself.
  std::int64_t page = 100;
  /// A project is read at most this often: many executions change in it at once.
  milliseconds project_pace{100};
  /// Also read when nobody told anything: a notice of another node may be lost.
  std::chrono::seconds look{60};
};

class Feed;
class Feeds;

/// One who follows; used by one coroutine.
class Follower {
 public:
  Follower(std::shared_ptr<Feed> feed, std::optional<std::int64_t> after,
           const boost::asio::any_io_executor& executor);
  Follower(const Follower&) = delete;
  Follower& operator=(const Follower&) = delete;
  ~Follower();

  struct Batch {
    std::vector<NoticePtr> notices;
    /// Nothing more will come.
    bool is_over = false;
  };
  /// Comes first: suspends until the topic's standing is known; the follower's position. Invalid
  /// `realtime.unknown_position` where `after` is none that this database gave.
  Task<Result<std::int64_t>> open();
  /// Suspends until there are notices, it is over, or the deadline (then both are empty).
  Task<Batch> next(Clock& clock, Timestamp deadline);

 private:
  friend class Feed;
  using Channel = boost::asio::experimental::concurrent_channel<void(boost::system::error_code)>;
  Task<Batch> read_page();
  Batch pass_on(std::vector<NoticePtr> notices);
  void catch_up();

  std::shared_ptr<Feed> feed_;
  const std::optional<std::int64_t> after_;
  Channel channel_;
  std::int64_t position_ = 0;
  /// The number of the next notice of the window.
  std::uint64_t number_ = 0;
  /// While it reads for itself: where the next page begins, and how far it goes.
  std::optional<store::Place> page_;
  Standing standing_;
};

/// One topic. Thread-safe.
class Feed {
 public:
  Feed(Feeds& owner, Topic topic);

 private:
  friend class Feeds;
  friend class Follower;
  enum class State { Opening, Live, Over };
  /// What a follower sees of it at one moment.
  struct Moment {
    State state = State::Opening;
    Standing standing;
    std::uint64_t next = 0;
  };
  struct Taken {
    std::vector<NoticePtr> notices;
    /// They are no longer in the window.
    bool is_gone = false;
    State state = State::Opening;
  };

  Task<void> run(std::shared_ptr<Feed> self);
  Task<void> read(engine::Watchers::Watch& watch, bool was_told);
  Task<void> read_until_over(engine::Watchers::Watch& watch);
  void take(News news);
  void take(const std::deque<engine::ModelText>& texts);
  void push(NoticePtr notice);
  void wake_followers();
  [[nodiscard]] Moment moment() const;
  [[nodiscard]] Taken take_from(std::uint64_t number) const;
  Task<Page> page(store::Place place, Standing standing);
  void join(Follower& follower);
  void leave(Follower& follower);

  Feeds& owner_;
  const Topic topic_;
  const std::unique_ptr<Source> source_;

  mutable std::mutex mutex_;
  State state_ = State::Opening;
  Standing standing_;
  std::deque<NoticePtr> window_;
  std::size_t bytes_ = 0;
  /// The number of the window's first notice.
  std::uint64_t first_ = 0;
  std::set<Follower*> followers_;
  /// While it runs; to end its wait.
  engine::Watchers::Watch* watch_ = nullptr;
};

/// All feeds of this node, on a thread of their own.
class Feeds {
 public:
  /// All outlive it.
  Feeds(db::Database& database, Clock& clock, engine::Watchers& watchers, FeedOptions options = {});
  ~Feeds();

  /// `after`: the last position that the follower has; nothing: from now on. Thread-safe.
  [[nodiscard]] std::unique_ptr<Follower> follow(const Topic& topic,
                                                 std::optional<std::int64_t> after,
                                                 const boost::asio::any_io_executor& executor);
  /// How many topics are followed.
  [[nodiscard]] std::size_t size() const;
  /// Ends the thread. Twice is fine.
  void stop();

 private:
  friend class Feed;
  /// Whether nobody follows it any more; then it is forgotten.
  bool forget_if_left(const Feed& feed);
  void forget(const Feed& feed);

  db::Database& database_;
  Clock& clock_;
  engine::Watchers& watchers_;
  const FeedOptions options_;
  mutable std::mutex mutex_;
  std::unordered_map<std::string, std::shared_ptr<Feed>> feeds_;
  boost::asio::io_context io_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> guard_;
  std::thread thread_;
};

}  // namespace qd::executions
