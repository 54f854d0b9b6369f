// What happened becomes durable.
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>

#include "engine/runner.h"
#include "platform/log/log.h"

namespace qd::engine {
namespace {

namespace asio = boost::asio;
using namespace boost::asio::experimental::awaitable_operators;

/// How many names of executions are known to be stored, so that they are not stored each time.
constexpr std::size_t kMostNames = 10'000;

std::string name_of(const Execution& execution) {
  return execution.project_id.value + "/" + execution.name;
}

std::vector<std::string> queues_of(const Changes& changes) {
  std::vector<std::string> queues;
  for (const auto& task : changes.new_tasks) queues.push_back(task.queue);
  return queues;
}

}  // namespace

journal::Lease Runner::lease() const {
  if (!owner_) return {};
  return {.owner = owner_, .until = parts_.clock.now() + options_.lease};
}

Task<Result<void>> Runner::commit(RunPtr run, Changes changes) {
  const auto& machine = *run->machine;
  journal::Entry entry{.execution = machine.execution(),
                       .changes = std::move(changes),
                       .timing = {machine.deadline(), machine.wake_at()},
                       .fence = run->fence,
                       .new_fence = run->new_fence};
  if (!machine.is_at_rest()) entry.lease = lease();
  auto row = journal::row_state(entry);
  entry.keeps_row =
      row.status == ExecutionStatus::Running && !machine.is_at_rest() && run->row == row;
  const auto wake_at = entry.timing.wake_at;
  const auto queues = queues_of(entry.changes);
  const bool has_lanes = std::ranges::any_of(
      entry.changes.children, [](const Child& child) { return child.standing.lane.has_value(); });
  const bool is_over = is_final(entry.execution.status);
  entry.leaves_lane = is_over && run->machine->state().definition().concurrency;
  Result<journal::Woken> committed;
  const auto name = run->is_new ? name_of(entry.execution) : std::string();
  entry.has_known_name = known_names_.contains(name);
  reach(parts_.boundaries, Boundary::BeforeCommit);
  if (run->is_new)
    committed = co_await insert(
        run->id, [&](db::Transaction& tx) { return journal::insert(tx, entry, run->document); });
  else
    committed = co_await append(run, entry);
  if (!committed) co_return std::unexpected(committed.error());
  reach(parts_.boundaries, Boundary::AfterCommit);
  if (run->is_new && !entry.has_known_name) learn_name(name);
  run->is_new = false;
  run->document = nullptr;
  run->row = std::move(row);
  for (const auto& queue : queues) watchers_.tell_queue(machine.execution().project_id, queue);
  set_timer(run->id.value, wake_at);
  const auto& execution = machine.execution();
  if (is_over) metrics_.add_finished(execution.status);
  if (run->is_queued && is_over) forget_waiting(execution.project_id);
  watchers_.tell(execution);
  wake(*committed);
  if (has_lanes) asio::co_spawn(io_, recount(), asio::detached);
  co_return Result<void>();
}

/// Names go only with their project, whose id is never another's.
void Runner::learn_name(std::string name) {
  if (known_names_.size() >= kMostNames) known_names_.clear();
  known_names_.insert(std::move(name));
}

Task<Result<journal::Woken>> Runner::insert(ExecutionId id, Store store) {
  try {
    co_return co_await parts_.database.write(std::move(store));
  } catch (const db::ConstraintViolation& violation) {
    if (violation.kind == db::ConstraintViolation::Kind::Unique)
      co_return fail(ErrorKind::Conflict, "execution.exists", "this execution was started already");
    co_return fail(ErrorKind::NotFound, "project.not_found", "the project is gone");
  } catch (const db::Overloaded&) {
    co_return std::unexpected(Error{.kind = ErrorKind::Limited,
                                    .code = "engine.busy",
                                    .message = "the database takes no more work now",
                                    .retry_after = std::chrono::seconds(1)});
  } catch (const db::OutcomeUnknown&) {
    // If it was stored after all, it is run although nobody was told.
    set_timer(id.value, parts_.clock.now() + kRetry);
  } catch (const db::Unavailable& error) {
    log::error("an execution could not be stored", {{"error", error.what()}});
  }
  co_return std::unexpected(unavailable());
}

/// Its first commit took the execution.
void Runner::own(Run& run) {
  run.fence = run.new_fence.value_or(run.fence);
  run.new_fence.reset();
}

/// What happened can't be taken back, so it is stored however long that takes; unless the execution
/// is another's by now.
Task<Result<journal::Woken>> Runner::append(RunPtr run, const journal::Entry& entry) {
  for (;;) {
    std::string failure;
    try {
      auto written = co_await parts_.database.write(
          [&](db::Transaction& tx) { return journal::append(tx, entry); });
      if (written)
        own(*run);
      else if (!run->new_fence)
        log::warn("an execution was taken over or deleted", {{"execution", run->id.value}});
      co_return written;
    } catch (const std::runtime_error& error) {
      failure = error.what();
    }
    // The answer may have been lost and not the commit.
    try {
      const auto head = co_await parts_.database.read(
          [&](db::Snapshot& view) { return journal::head(view, run->id); });
      // Whom it woke is found by the next who looks for messages.
      const auto fence = entry.new_fence.value_or(entry.fence);
      if (head && head->revision == entry.execution.revision && head->fence == fence) {
        own(*run);
        co_return journal::Woken();
      }
    } catch (const std::runtime_error& error) {
      failure = error.what();
    }
    log::error("an execution's journal can't be written; trying again",
               {{"execution", run->id.value}, {"error", failure}});
    if (is_stopping_) co_return std::unexpected(stopping());
    co_await (run->bell.wait() || parts_.clock.sleep_until(parts_.clock.now() + kRetry));
  }
}

}  // namespace qd::engine
