// What waits for a slot: how it gets into the queue and out of it.
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>

#include "engine/runner.h"
#include "platform/log/log.h"

namespace qd::engine {
namespace {

namespace asio = boost::asio;
using namespace boost::asio::experimental::awaitable_operators;
using admission::Obstacle;

/// How many get a slot in one transaction, and among how many projects.
constexpr std::int64_t kBatch = 256;
constexpr std::size_t kContenders = 1'000;
/// More projects than this times kContenders are not asked in one look.
constexpr int kMostIdleRounds = 100;
/// While somebody waits: a limit may have been raised, another node may have ended something.
constexpr milliseconds kLookAgain{10'000};

Result<void> nothing(Machine&) {
  return {};
}

std::unexpected<Error> busy(std::string message, milliseconds wait) {
  return std::unexpected(Error{.kind = ErrorKind::Limited,
                               .code = "engine.busy",
                               .message = std::move(message),
                               .retry_after = std::chrono::ceil<std::chrono::seconds>(wait)});
}

}  // namespace

// --- into the queue
// ---------------------------------------------------------------------------

Result<void> Runner::accept(const ProjectId& project) {
  const auto refuse = [&](std::string message, milliseconds wait) {
    metrics_.add_limited("busy");
    return busy(std::move(message), wait);
  };
  const auto lag = pressure_.lag(parts_.clock.now());
  if (lag > options_.max_lag || pressure_.count() >= options_.max_starting)
    return refuse("the database is behind with storing what was started",
                  std::max(lag, milliseconds(1'000)));
  if (backlog_.total() + to_take_up_.size() >= options_.max_backlog)
    return refuse("too many executions wait to be begun", milliseconds(5'000));
  if (backlog_.of(project) >= options_.max_project_backlog)
    return refuse("too many executions of the project wait to be begun", milliseconds(5'000));
  return {};
}

Task<std::optional<Execution>> Runner::find(ExecutionId id) {
  co_return co_await parts_.database.read(
      [&](db::Snapshot& view) { return journal::find(view, id); });
}

Task<Result<Execution>> Runner::enqueue(Newcomer newcomer) {
  if (is_stopping_) co_return std::unexpected(stopping());
  auto& execution = newcomer.execution;
  const admission::Question question{execution.project_id, newcomer.limits, !is_crowded(),
                                     parts_.clock.now()};
  journal::Entry entry{.execution = execution, .changes = {}, .timing = newcomer.timing};
  entry.changes.events = std::move(newcomer.events);
  auto obstacle = Obstacle::None;
  const auto store = [&](db::Transaction& tx) {
    entry.standing = newcomer.standing;
    obstacle = admission::decide(tx, question, entry.standing);
    entry.lease = obstacle == Obstacle::None ? lease() : journal::Lease{};
    execution.waiting_for.reset();
    if (obstacle != Obstacle::None) execution.waiting_for = admission::word_for(obstacle);
    return journal::insert(tx, entry, newcomer.document);
  };
  QD_CO_CHECK(co_await insert(execution.id, store));
  watchers_.tell(execution);
  metrics_.add_started();
  if (obstacle == Obstacle::None) co_return co_await call(execution.id, &nothing);
  note_waiting(question.project, obstacle);
  co_return std::move(execution);
}

void Runner::note_waiting(const ProjectId& project, Obstacle obstacle) {
  metrics_.add_limited(admission::word_for(obstacle));
  backlog_.add(project);
  metrics_.set_pending(backlog_.total());
  // Whoever held its slot may have left before it stood in the queue.
  look_for_work();
}

void Runner::forget_waiting(const ProjectId& project) {
  backlog_.remove(project);
  metrics_.set_pending(backlog_.total());
}

Task<Result<Execution>> Runner::retry(ExecutionId id) {
  const auto known = co_await find(id);
  if (!known) co_return journal::not_found();
  QD_CO_TRY(const auto limits, co_await parts_.catalog.limits(known->project_id));
  const admission::Question question{known->project_id, limits, !is_crowded(), parts_.clock.now()};
  QD_CO_TRY(const auto obstacle, co_await parts_.database.write([&](db::Transaction& tx) {
    return admission::requeue(tx, id, question);
  }));
  const auto active = active_.find(id.value);
  const bool is_leaving = active != active_.end();
  if (obstacle == Obstacle::None && !is_leaving) co_return co_await call(id, &nothing);
  if (obstacle != Obstacle::None)
    note_waiting(question.project, obstacle);
  else
    active->second->comes_back = true;
  auto now = co_await find(id);
  if (!now) co_return journal::not_found();
  watchers_.tell(*now);
  co_return *std::move(now);
}

// --- out of the queue
// -----------------------------------------------------------------------------

void Runner::look_for_work() {
  is_look_wanted_ = true;
  if (is_stopping_ || std::exchange(is_looking_, true)) return;
  asio::co_spawn(io_, look(), asio::detached);
}

Task<void> Runner::look() {
  while (std::exchange(is_look_wanted_, false) && !is_stopping_) {
    std::string failure;
    try {
      co_await admit_waiting();
    } catch (const std::runtime_error& error) {
      failure = error.what();
    }
    if (failure.empty()) continue;
    log::error("the waiting executions can't be read", {{"error", failure}});
    co_await (halt_.wait() || parts_.clock.sleep_until(parts_.clock.now() + kRetry));
    is_look_wanted_ = true;
  }
  is_looking_ = false;
}

/// Gives slots until there is no place, or none of those who wait may have one.
Task<void> Runner::admit_waiting() {
  std::optional<Timestamp> next;
  int idle_rounds = 0;
  while (!is_stopping_) {
    if (is_full()) {
      has_ready_ = backlog_.total() > 0;
      co_return;
    }
    const auto round = co_await next_round();
    if (round.contenders.empty()) break;
    const auto found = co_await parts_.database.write(
        [&](db::Transaction& tx) { return admission::admit(tx, round); });
    take_up_admitted(found.admitted);
    const auto& last = round.contenders.back().project.value;
    last_served_ = found.last_project.empty() ? last : found.last_project;
    if (found.next_by_rate && (!next || *found.next_by_rate < *next)) next = found.next_by_rate;
    if (found.has_moved)
      idle_rounds = 0;
    else if (round.contenders.size() < kContenders || ++idle_rounds == kMostIdleRounds)
      break;
  }
  has_ready_ = false;
  if (backlog_.total() == 0) co_return;
  const auto again = parts_.clock.now() + kLookAgain;
  next_look_ = next ? std::min(*next, again) : again;
  kick_.ring();
}

Task<admission::Round> Runner::next_round() {
  const auto places = static_cast<std::int64_t>(options_.max_active - active_.size());
  admission::Round round{.contenders = {}, .places = std::min(places, kBatch), .now = {}};
  const auto projects = co_await parts_.database.read([&](db::Snapshot& view) {
    return admission::ready_projects(view, last_served_, kContenders);
  });
  for (const auto& project : projects) {
    const auto limits = co_await parts_.catalog.limits({project});
    // A project that goes at this moment takes its executions along.
    if (limits) round.contenders.push_back({{project}, *limits});
  }
  const auto mine = lease();
  round.now = parts_.clock.now();
  round.lease_owner = mine.owner;
  round.lease_until = mine.until;
  co_return round;
}

void Runner::take_up_admitted(const std::vector<admission::Admitted>& admitted) {
  for (const auto& one : admitted) {
    forget_waiting(one.project);
    metrics_.observe_wait(parts_.clock.now() - one.created_at);
    if (is_stopping_) continue;
    if (const auto found = active_.find(one.id); found != active_.end())
      found->second->comes_back = true;
    else
      hold({one.id});
  }
}

/// Of one that was loaded: what its row says is to be done.
void Runner::begin_or_go_on(Run& run, const journal::Stored& stored) {
  auto& machine = *run.machine;
  auto& execution = machine.state().execution();
  run.is_queued = stored.is_queued;
  if (stored.is_queued) {
    execution.status = ExecutionStatus::Pending;
    execution.finished_at.reset();
  } else if (stored.execution.status == ExecutionStatus::Pending && is_final(execution.status)) {
    machine.retry(parts_.clock.now());
  } else {
    machine.take_up(stored.deadline, parts_.clock.now());
  }
}

/// An execution of this node may have put others into a queue.
Task<void> Runner::recount() {
  try {
    co_await count_waiting();
  } catch (const std::runtime_error& error) {
    log::error("the waiting executions can't be counted", {{"error", error.what()}});
  }
  look_for_work();
}

/// What waits may have been changed by others.
Task<void> Runner::count_waiting() {
  const auto counts = co_await parts_.database.read(
      [](db::Snapshot& view) { return admission::count_waiting(view); });
  backlog_.replace(counts);
  metrics_.set_pending(backlog_.total());
}

}  // namespace qd::engine
