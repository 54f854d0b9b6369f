#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>

#include "engine/journal_outbox.h"
#include "engine/runner.h"
#include "platform/log/log.h"

namespace qd::engine {
namespace {

namespace asio = boost::asio;
using namespace boost::asio::experimental::awaitable_operators;

constexpr std::int64_t kPage = 1'000;

}  // namespace

// --- time
// -----------------------------------------------------------------------------------------

void Runner::set_timer(const std::string& id, std::optional<Timestamp> at) {
  if (const auto known = timer_of_.find(id); known != timer_of_.end()) {
    if (at == known->second) return;
    timers_.erase({known->second, id});
    timer_of_.erase(known);
  }
  if (!at) return;
  timer_of_[id] = *at;
  const auto [place, is_new] = timers_.emplace(*at, id);
  if (place == timers_.begin()) kick_.ring();
}

void Runner::fire_due(Timestamp now) {
  while (!stops_.empty() && stops_.begin()->first <= now) {
    const auto flight = stops_.begin()->second.lock();
    // Its landing takes the entry away; until then it must not be the first again.
    flight->stop = stops_.emplace(Timestamp::max(), flight);
    stops_.erase(stops_.begin());
    flight->is_overdue = true;
    cancel(*flight);
  }
  if (next_look_ && *next_look_ <= now) {
    next_look_.reset();
    look_for_work();
  }
  while (!timers_.empty() && timers_.begin()->first <= now && !is_full()) {
    const auto id = timers_.begin()->second;
    timers_.erase(timers_.begin());
    timer_of_.erase(id);
    push(hold({id}), [this](Machine& machine) -> Result<void> {
      machine.tick(parts_.clock.now());
      return {};
    });
  }
}

std::optional<Timestamp> Runner::next_moment() const {
  std::optional<Timestamp> next;
  if (!stops_.empty()) next = stops_.begin()->first;
  if (!timers_.empty() && !is_full() && (!next || timers_.begin()->first < *next))
    next = timers_.begin()->first;
  if (next_look_ && (!next || *next_look_ < *next)) next = next_look_;
  return next;
}

Task<void> Runner::keep_time() {
  while (!is_stopping_) {
    fire_due(parts_.clock.now());
    const auto next = next_moment();
    if (next)
      co_await (kick_.wait() || parts_.clock.sleep_until(*next));
    else
      co_await kick_.wait();
  }
}

// --- leases
// ---------------------------------------------------------------------------------------

Task<void> Runner::keep_leases() {
  while (owner_ && !is_stopping_) {
    co_await (halt_.wait() || parts_.clock.sleep_until(parts_.clock.now() + options_.lease / 3));
    if (is_stopping_) co_return;
    try {
      co_await renew_leases();
      co_await find_unfinished(parts_.clock.now() + options_.lease);
      co_await count_waiting();
      if (backlog_.total() > 0) look_for_work();
    } catch (const std::runtime_error& error) {
      log::error("the leases can't be renewed", {{"error", error.what()}});
    }
  }
}

Task<void> Runner::renew_leases() {
  const journal::Lease mine{.owner = owner_, .until = parts_.clock.now() + options_.lease};
  // What was written lately has a young lease anyway.
  const auto ending_before = *mine.until - options_.lease / 3;
  co_await parts_.database.write(
      [&](db::Transaction& tx) { journal::renew(tx, mine, ending_before); });
}

// --- taking up
// ------------------------------------------------------------------------------------

Task<void> Runner::take_up() {
  co_await find_unfinished(Timestamp::max());
  co_await count_waiting();
  look_for_work();
}

/// What no living node holds and moves by itself, or will by the horizon.
Task<void> Runner::find_unfinished(Timestamp horizon) {
  std::string after;
  for (;;) {
    const journal::Search search{.owner = owner_, .now = parts_.clock.now(), .limit = kPage};
    const auto page = co_await parts_.database.read(
        [&](db::Snapshot& view) { return journal::unfinished(view, search, after, horizon); });
    for (const auto& one : page) {
      if (active_.contains(one.id)) continue;
      const bool moves =
          one.status == ExecutionStatus::Pending || one.status == ExecutionStatus::Running;
      if (moves) to_take_up_.push_back(one.id);
      if (one.wake_at) set_timer(one.id, one.wake_at);
    }
    if (std::ssize(page) < kPage) break;
    after = page.back().id;
  }
  fill();
  co_await find_mail();
}

/// Whoever was to be told may not have been: the sender's process ended, or is another.
Task<void> Runner::find_mail() {
  std::string after;
  for (;;) {
    const auto page = co_await parts_.database.read(
        [&](db::Snapshot& view) { return journal::with_messages(view, after, kPage); });
    for (const auto& id : page) wake({{id}});
    if (std::ssize(page) < kPage) co_return;
    after = page.back();
  }
}

void Runner::fill() {
  if (is_stopping_) return;
  while (!to_take_up_.empty() && !is_full()) {
    const auto id = std::move(to_take_up_.front());
    to_take_up_.pop_front();
    hold({id});
  }
}

// --- the end
// --------------------------------------------------------------------------------------

Task<void> Runner::stop() {
  is_stopping_ = true;
  kick_.ring();
  halt_.ring();
  const auto runs = active_;
  for (const auto& [id, run] : runs) {
    cancel_flights(*run);
    run->bell.ring();
  }
  while (!active_.empty()) co_await emptied_.wait();
  if (!owner_) co_return;
  try {
    co_await parts_.database.write([&](db::Transaction& tx) { journal::release(tx, *owner_); });
  } catch (const std::runtime_error& error) {
    log::warn("the leases can't be given back; they end by themselves", {{"error", error.what()}});
  }
}

}  // namespace qd::engine
