// How executions come into memory: read, many at a time, and built from their events.
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "engine/runner.h"
#include "platform/log/log.h"

namespace qd::engine {
namespace {

namespace asio = boost::asio;

/// How many are read in one transaction, and how many of those there are at once.
constexpr std::size_t kLoadedAtOnce = 256;
constexpr int kLoaders = 2;
/// Of two nodes that take the same execution at once each has a fence of its own: it tells whose
/// commit it was whose answer was lost.
constexpr std::uint64_t kFences = 1'000'000;

/// The store can't be reached or has too much to do; nothing is said of what was to be read.
bool is_of_the_store(const std::exception& error) {
  return dynamic_cast<const db::Unavailable*>(&error) ||
         dynamic_cast<const db::Overloaded*>(&error) ||
         dynamic_cast<const db::OutcomeUnknown*>(&error);
}

}  // namespace

Task<Result<std::shared_ptr<const Definition>>> Runner::definition_of(Execution execution,
                                                                      Json document) {
  if (!document.is_null()) co_return compile_definition(document);
  co_return co_await parts_.catalog.workflow(
      {execution.workflow_id.value_or(WorkflowId{}), execution.workflow_version});
}

Task<Result<journal::Stored>> Runner::claim(RunPtr run) {
  const auto loading = std::make_shared<Loading>(run->id, run->is_forced);
  loadings_.push_back(loading);
  if (loaders_ < kLoaders) {
    ++loaders_;
    asio::co_spawn(io_, load_waiting(), asio::detached);
  }
  while (!loading->stored) co_await loading->done.wait();
  auto stored = *std::move(loading->stored);
  if (!stored) co_return stored;
  run->fence = stored->fence;
  run->new_fence.reset();
  if (stored->is_free)
    run->new_fence = stored->fence + 1 + static_cast<std::int64_t>(random_bits() % kFences);
  co_return stored;
}

/// Those that came while others were read are read together.
Task<void> Runner::load_waiting() {
  while (!loadings_.empty()) {
    Loadings batch;
    // One that is taken from another node by force goes alone.
    while (!loadings_.empty() && batch.size() < kLoadedAtOnce &&
           (batch.empty() || !(batch.front()->is_forced || loadings_.front()->is_forced))) {
      batch.push_back(std::move(loadings_.front()));
      loadings_.pop_front();
    }
    co_await load_batch(batch);
    for (const auto& one : batch) {
      if (!one->stored) one->stored = std::unexpected(unavailable());
      one->done.ring();
    }
  }
  --loaders_;
}

Task<void> Runner::load_batch(const Loadings& batch) {
  bool is_the_stores = false;
  try {
    co_return co_await load_together(batch);
  } catch (const std::exception& error) {
    is_the_stores = is_of_the_store(error);
    if (is_the_stores || batch.size() == 1)
      log::error("an execution can't be read; trying again",
                 {{"execution", batch.front()->id.value}, {"error", error.what()}});
  }
  // One that makes no sense must not keep its neighbours.
  if (is_the_stores || batch.size() == 1) co_return;
  for (const auto& one : batch)
    if (!one->stored) co_await load_batch({one});
}

Task<void> Runner::load_together(const Loadings& batch) {
  auto found = co_await read_together(batch);
  for (const auto& one : batch) {
    if (auto stored = found.extract(one->id.value))
      one->stored = std::move(stored.mapped());
    else
      one->stored =
          co_await parts_.database.read([&](db::Snapshot& view) -> Result<journal::Stored> {
            return journal::not_ours(view, one->id);
          });
  }
}

/// By their ids, those that this node may go on with.
Task<Runner::StoredById> Runner::read_together(const Loadings& batch) {
  StoredById found;
  std::vector<ExecutionId> ids;
  for (const auto& one : batch) ids.push_back(one->id);
  const auto take = [&](std::vector<journal::Stored> read) {
    for (auto& stored : read) found.emplace(stored.execution.id.value, std::move(stored));
    std::erase_if(ids, [&](const ExecutionId& id) { return found.contains(id.value); });
  };
  const bool is_forced = batch.front()->is_forced;
  // Where one process has the database to itself there is nobody to be kept from writing.
  if (!owner_) {
    take(co_await parts_.database.read(
        [&](db::Snapshot& view) { return journal::read(view, ids); }));
    co_return found;
  }
  if (!is_forced)
    take(co_await parts_.database.read(
        [&](db::Snapshot& view) { return journal::read_free(view, ids); }));
  if (ids.empty()) co_return found;
  const journal::Claim wanted{.lease = lease(), .now = parts_.clock.now(), .is_forced = is_forced};
  take(co_await parts_.database.write(
      [&](db::Transaction& tx) { return journal::claim(tx, ids, wanted); }));
  co_return found;
}

Task<Result<void>> Runner::load(RunPtr run) {
  QD_CO_TRY(auto stored, co_await claim(run));
  auto built = co_await build(run, stored);
  if (!built && !is_passing(built.error()))
    co_await close_unreadable(run, std::move(stored), built.error());
  co_return built;
}

Task<Result<void>> Runner::build(RunPtr run, journal::Stored stored) {
  QD_CO_TRY(auto definition,
            co_await definition_of(stored.execution, stored.document.value_or(Json())));
  std::shared_ptr<const ProjectScope> project;
  if (needs_project(*definition)) {
    QD_CO_TRY(project, co_await parts_.catalog.project(stored.execution.project_id));
  }
  try {
    auto& machine = run->machine.emplace(stored.execution, std::move(definition), parts_.kinds,
                                         MachineOptions{options_.step_timeout});
    machine.state().set_project(std::move(project));
    for (auto& event : stored.events) machine.state().apply(event);
    if (is_stopping_) machine.hold();
    begin_or_go_on(*run, stored);
    run->has_mail |= stored.has_messages;
    co_return Result<void>();
  } catch (const std::exception& error) {
    log::error("an execution's journal makes no sense",
               {{"execution", run->id.value}, {"error", error.what()}});
  }
  run->machine.reset();
  co_return std::unexpected(broken());
}

/// An execution whose definition is gone can't be finished otherwise.
Task<void> Runner::close_unreadable(RunPtr run, journal::Stored stored, Error error) {
  auto& execution = stored.execution;
  if (is_final(execution.status)) co_return;
  const auto now = parts_.clock.now();
  const StepError reason{
      .code = error.code, .message = error.message, .retryable = false, .details = {}};
  execution.status = ExecutionStatus::Failed;
  execution.error = json::to_json(reason);
  execution.waiting_for.reset();
  execution.updated_at = now;
  execution.finished_at = now;
  ++execution.revision;
  journal::Entry entry{.execution = execution,
                       .changes = {},
                       .timing = {},
                       .fence = run->fence,
                       .new_fence = run->new_fence,
                       .leaves_lane = true};
  entry.changes.events.push_back(
      {execution.revision,
       now,
       EventType::Finished,
       "",
       {{"status", enum_name(ExecutionStatus::Failed)}, {"error", execution.error}}});
  entry.changes.abandons_all = true;
  if (auto message = end_message(execution)) entry.changes.sent.push_back(*std::move(message));
  const auto closed = co_await append(run, entry);
  if (!closed) co_return;
  wake(*closed);
  if (stored.is_queued) forget_waiting(execution.project_id);
  metrics_.add_finished(execution.status);
  watchers_.tell(execution);
}

}  // namespace qd::engine
