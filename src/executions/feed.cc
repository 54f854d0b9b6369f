#include "executions/feed.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "platform/log/log.h"

namespace qd::executions {
namespace {

namespace asio = boost::asio;

/// Between tries to read from a database that is gone.
constexpr milliseconds kRetry{1'000};

Task<void> pause(milliseconds length) {
  asio::steady_timer timer(co_await asio::this_coro::executor, length);
  co_await timer.async_wait(asio::use_awaitable);
}

}  // namespace

// --- the reader
// ---------------------------------------------------------------------------------

Feed::Feed(Feeds& owner, Topic topic)
    : owner_(owner), topic_(std::move(topic)), source_(make_source(owner.database_, topic_)) {}

/// Runs for as long as anybody follows.
Task<void> Feed::run(std::shared_ptr<Feed> self) {
  engine::Watchers::Watch watch(owner_.watchers_, topic_.name(), co_await asio::this_coro::executor,
                                engine::Watchers::Interest::ChangesAndText);
  {
    const std::lock_guard lock(mutex_);
    watch_ = &watch;
  }
  co_await read_until_over(watch);
  const std::lock_guard lock(mutex_);
  watch_ = nullptr;
}

Task<void> Feed::read_until_over(engine::Watchers::Watch& watch) {
  bool was_told = false;
  for (;;) {
    bool is_read = false;
    try {
      co_await read(watch, was_told);
      is_read = true;
    } catch (const std::exception& error) {
      log::warn("a topic can't be read; trying again",
                {{"topic", topic_.name()}, {"error", error.what()}});
    }
    if (owner_.forget_if_left(*this)) co_return;
    if (moment().state == State::Over) co_return owner_.forget(*this);
    const bool is_project = topic_.kind == Topic::Kind::Project;
    if (!is_read || is_project) co_await pause(is_read ? owner_.options_.project_pace : kRetry);
    was_told =
        is_read && co_await watch.wait(owner_.clock_, owner_.clock_.now() + owner_.options_.look);
  }
}

/// Reads what is new, unless what was told is known already.
Task<void> Feed::read(engine::Watchers::Watch& watch, bool was_told) {
  const auto now = moment();
  if (now.state == State::Opening) co_return take(co_await source_->begin());
  take(watch.take_texts());
  const auto told = watch.latest();
  if (was_told && told && told->revision < now.standing.until) co_return;
  take(co_await source_->news(owner_.options_.max_notices));
}

void Feed::take(News news) {
  const std::lock_guard lock(mutex_);
  if (news.is_too_much && state_ != State::Opening) {
    first_ += window_.size() + 1;
    window_.clear();
    bytes_ = 0;
  }
  for (auto& notice : news.notices) push(std::move(notice));
  standing_ = news.standing;
  state_ = news.is_over ? State::Over : State::Live;
  wake_followers();
}

void Feed::take(const std::deque<engine::ModelText>& texts) {
  if (texts.empty()) return;
  const std::lock_guard lock(mutex_);
  for (const auto& text : texts) push(to_notice(text, standing_.settled, owner_.clock_.now()));
  wake_followers();
}

void Feed::push(NoticePtr notice) {
  bytes_ += notice->json.size();
  window_.push_back(std::move(notice));
  while (window_.size() > 1 && (std::ssize(window_) > owner_.options_.max_notices ||
                                bytes_ > owner_.options_.max_bytes)) {
    bytes_ -= window_.front()->json.size();
    window_.pop_front();
    ++first_;
  }
}

void Feed::wake_followers() {
  for (auto* follower : followers_) follower->channel_.try_send(boost::system::error_code());
}

// --- what followers see
// -------------------------------------------------------------------------

Feed::Moment Feed::moment() const {
  const std::lock_guard lock(mutex_);
  return {.state = state_, .standing = standing_, .next = first_ + window_.size()};
}

Feed::Taken Feed::take_from(std::uint64_t number) const {
  const std::lock_guard lock(mutex_);
  if (number < first_) return {.notices = {}, .is_gone = true, .state = state_};
  const auto skipped = static_cast<std::ptrdiff_t>(number - first_);
  return {.notices = {window_.begin() + skipped, window_.end()}, .state = state_};
}

Task<Page> Feed::page(store::Place place, Standing standing) {
  return source_->page(std::move(place), standing, owner_.options_.page);
}

void Feed::join(Follower& follower) {
  const std::lock_guard lock(mutex_);
  followers_.insert(&follower);
}

void Feed::leave(Follower& follower) {
  const std::lock_guard lock(mutex_);
  followers_.erase(&follower);
  if (followers_.empty() && watch_) watch_->wake();
}

Follower::Follower(std::shared_ptr<Feed> feed, std::optional<std::int64_t> after,
                   const asio::any_io_executor& executor)
    : feed_(std::move(feed)), after_(after), channel_(executor, 1) {
  feed_->join(*this);
}

Follower::~Follower() {
  feed_->leave(*this);
}

Task<Result<std::int64_t>> Follower::open() {
  while (feed_->moment().state == Feed::State::Opening)
    co_await channel_.async_receive(asio::use_awaitable);
  const auto moment = feed_->moment();
  number_ = moment.next;
  position_ = after_.value_or(moment.standing.settled);
  if (feed_->topic_.kind == Topic::Kind::Project && position_ > moment.standing.until)
    co_return fail(ErrorKind::Invalid, "realtime.unknown_position",
                   "this server has not come to this position; subscribe without `after`");
  if (after_) catch_up();
  co_return position_;
}

Task<Follower::Batch> Follower::next(Clock& clock, Timestamp deadline) {
  using namespace asio::experimental::awaitable_operators;
  for (;;) {
    while (page_) {
      auto batch = co_await read_page();
      if (!batch.notices.empty()) co_return batch;
    }
    auto taken = feed_->take_from(number_);
    if (taken.is_gone) {
      catch_up();
      continue;
    }
    number_ += taken.notices.size();
    auto batch = pass_on(std::move(taken.notices));
    batch.is_over = batch.notices.empty() && taken.state == Feed::State::Over;
    if (batch.is_over || !batch.notices.empty()) co_return batch;
    const auto first =
        co_await (channel_.async_receive(asio::use_awaitable) || clock.sleep_until(deadline));
    if (first.index() == 1) co_return Batch{};
  }
}

void Follower::catch_up() {
  const auto moment = feed_->moment();
  number_ = moment.next;
  standing_ = moment.standing;
  page_ = store::Place{position_, ""};
}

Task<Follower::Batch> Follower::read_page() {
  auto page = co_await feed_->page(*page_, standing_);
  page_ = std::move(page.rest);
  co_return pass_on(std::move(page.notices));
}

/// What the follower has not got yet.
Follower::Batch Follower::pass_on(std::vector<NoticePtr> notices) {
  const bool is_counted = feed_->topic_.kind == Topic::Kind::Execution;
  std::erase_if(notices, [&](const NoticePtr& notice) {
    return is_counted && notice->kind == Notice::Kind::Stored && notice->seq <= position_;
  });
  for (const auto& notice : notices)
    if (notice->kind == Notice::Kind::Stored) position_ = std::max(position_, notice->seq);
  return {.notices = std::move(notices)};
}

// --- all of them
// --------------------------------------------------------------------------------

Feeds::Feeds(db::Database& database, Clock& clock, engine::Watchers& watchers, FeedOptions options)
    : database_(database),
      clock_(clock),
      watchers_(watchers),
      options_(options),
      guard_(io_.get_executor()),
      thread_([this] { io_.run(); }) {}

Feeds::~Feeds() {
  stop();
}

void Feeds::stop() {
  io_.stop();
  if (thread_.joinable()) thread_.join();
}

std::unique_ptr<Follower> Feeds::follow(const Topic& topic, std::optional<std::int64_t> after,
                                        const asio::any_io_executor& executor) {
  const std::lock_guard lock(mutex_);
  auto& feed = feeds_[topic.name()];
  const bool is_new = !feed;
  if (is_new) feed = std::make_shared<Feed>(*this, topic);
  auto follower = std::make_unique<Follower>(feed, after, executor);
  if (is_new) asio::co_spawn(io_, feed->run(feed), asio::detached);
  return follower;
}

std::size_t Feeds::size() const {
  const std::lock_guard lock(mutex_);
  return feeds_.size();
}

bool Feeds::forget_if_left(const Feed& feed) {
  const std::lock_guard lock(mutex_);
  {
    const std::lock_guard feed_lock(feed.mutex_);
    if (!feed.followers_.empty()) return false;
  }
  feeds_.erase(feed.topic_.name());
  return true;
}

void Feeds::forget(const Feed& feed) {
  const std::lock_guard lock(mutex_);
  feeds_.erase(feed.topic_.name());
}

}  // namespace qd::executions
