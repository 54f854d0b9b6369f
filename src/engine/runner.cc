#include "engine/runner.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "platform/log/log.h"

namespace qd::engine {
namespace {

namespace asio = boost::asio;
using namespace boost::asio::experimental::awaitable_operators;

constexpr std::int64_t kPage = 1'000;
/// Beyond its deadline a step is ended from outside; its own limits should have ended it before.
constexpr std::chrono::seconds kGrace{2};
/// Between tries to reach a database that is gone.
constexpr std::chrono::seconds kCommitRetry{1};

Task<void> wait_for(asio::steady_timer& timer) {
  timer.expires_at(asio::steady_timer::time_point::max());
  co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
}

Task<void> carry_out(EffectStep& kind, StepRun run, std::optional<StepResult>& result) {
  result = co_await kind.run(std::move(run));
}

Error gone() { return {.kind = ErrorKind::NotFound, .code = "execution.not_found", .message = "there is no execution with this id"}; }

Error stopping() { return {.kind = ErrorKind::Unavailable, .code = "engine.stopping", .message = "the engine is stopping; try again in a moment"}; }

}  // namespace

/// An attempt on its way.
struct Runner::Flight {
  Launch launch;
  asio::cancellation_signal cancel;
  std::optional<StepResult> result;
};

struct Runner::Run {
  Run(asio::io_context& io, ExecutionId execution) : id(std::move(execution)), wake(io) {}
  ExecutionId id;
  /// Nothing until it is loaded.
  std::optional<Machine> machine;
  std::int64_t fence = 0;
  /// What its row says.
  ExecutionStatus stored = ExecutionStatus::Pending;
  /// Not stored yet; then with the document that goes along.
  bool is_new = false;
  Json document;
  std::deque<std::shared_ptr<Call>> calls;
  std::map<NodeIndex, std::shared_ptr<Flight>> flights;
  asio::steady_timer wake;
};

/// What a step records inside its attempt, as calls like all others.
class Runner::RunJournal final : public StepJournal {
 public:
  RunJournal(Runner& runner, RunPtr run, Launch launch)
      : runner_(runner), run_(std::move(run)), launch_(launch), records_(run_->machine->state().step(launch.node).records) {}

  [[nodiscard]] const std::vector<StepRecord>& records() const override { return records_; }

  Task<void> append(StepRecord record) override {
    auto call = std::make_shared<Call>(runner_.io_);
    call->act = [this, record](Machine& machine) -> Result<void> {
      if (!machine.is_current(launch_)) return std::unexpected(gone());
      machine.recorded(launch_, record, runner_.parts_.clock.now());
      return {};
    };
    runner_.push(run_, call);
    if (!call->is_done) co_await call->done.async_wait(asio::as_tuple(asio::use_awaitable));
    if (!call->is_done || !call->outcome) throw boost::system::system_error(asio::error::operation_aborted);
    records_.push_back(std::move(record));
  }

 private:
  Runner& runner_;
  RunPtr run_;
  Launch launch_;
  std::vector<StepRecord> records_;
};

// --- holding and calling --------------------------------------------------------------------------

Runner::RunPtr Runner::hold(const ExecutionId& id) {
  auto& run = active_[id.value];
  if (run) return run;
  run = std::make_shared<Run>(io_, id);
  spawn_drive(run);
  return run;
}

void Runner::spawn_drive(const RunPtr& run) {
  asio::co_spawn(io_, drive(run), [run, this](std::exception_ptr failure) {
    if (!failure) return;
    try {
      std::rethrow_exception(failure);
    } catch (const std::exception& error) {
      log::error("an execution could not go on", {{"execution", run->id.value}, {"error", error.what()}});
    }
    for (auto& call : run->calls)
      fulfil(*call, std::unexpected(Error{.kind = ErrorKind::Internal, .code = "internal", .message = "the execution could not go on"}), nullptr);
    run->calls.clear();
    active_.erase(run->id.value);
  });
}

void Runner::fulfil(Call& call, Result<void> outcome, const Execution* execution) {
  call.outcome = std::move(outcome);
  if (execution) call.execution = *execution;
  call.is_done = true;
  call.done.cancel();
}

void Runner::push(const RunPtr& run, std::shared_ptr<Call> call) {
  run->calls.push_back(std::move(call));
  run->wake.cancel();
}

void Runner::push(const RunPtr& run, std::function<Result<void>(Machine&)> act) {
  auto call = std::make_shared<Call>(io_);
  call->act = std::move(act);
  push(run, std::move(call));
}

Task<Result<Execution>> Runner::call(ExecutionId id, std::function<Result<void>(Machine&)> act) {
  if (is_stopping_) co_return std::unexpected(stopping());
  auto call = std::make_shared<Call>(io_);
  call->act = std::move(act);
  push(hold(id), call);
  if (!call->is_done) co_await wait_for(call->done);
  if (!call->outcome) co_return std::unexpected(call->outcome.error());
  co_return std::move(call->execution);
}

Task<Result<Execution>> Runner::add(Execution execution, std::shared_ptr<const Definition> definition,
                                    std::shared_ptr<const ProjectScope> project, Json document) {
  if (is_stopping_) co_return std::unexpected(stopping());
  auto run = std::make_shared<Run>(io_, execution.id);
  run->machine.emplace(std::move(execution), std::move(definition), parts_.kinds, MachineOptions{options_.step_timeout});
  run->machine->state().set_project(std::move(project));
  run->is_new = true;
  run->document = std::move(document);
  active_[run->id.value] = run;
  auto call = std::make_shared<Call>(io_);
  call->act = [this](Machine& machine) -> Result<void> {
    machine.begin(parts_.clock.now());
    return {};
  };
  run->calls.push_back(call);
  spawn_drive(run);
  if (!call->is_done) co_await wait_for(call->done);
  if (!call->outcome) co_return std::unexpected(call->outcome.error());
  co_return std::move(call->execution);
}

// --- driving one execution ------------------------------------------------------------------------

Task<void> Runner::drive(RunPtr run) {
  if (!run->machine && !co_await load(run)) {
    active_.erase(run->id.value);
    for (auto& call : std::exchange(run->calls, {})) fulfil(*call, std::unexpected(gone()), nullptr);
    fill();
    co_return;
  }
  while (co_await turn(run)) {
  }
  leave(run);
}

Task<bool> Runner::turn(RunPtr run) {
  auto& machine = *run->machine;
  const auto calls = std::exchange(run->calls, {});
  std::vector<Result<void>> outcomes;
  for (const auto& call : calls) outcomes.push_back(call->act(machine));

  Result<void> committed;
  auto changes = machine.take_changes();
  if (!changes.empty() || machine.execution().status != run->stored) {
    committed = co_await commit(run, {machine.execution(), std::move(changes), {machine.deadline(), machine.wake_at()}, run->fence});
    if (committed) run->stored = machine.execution().status;
    if (committed) watchers_.tell(run->id, {machine.execution().revision, machine.execution().status});
  }
  for (std::size_t i = 0; i < calls.size(); ++i)
    fulfil(*calls[i], committed ? outcomes[i] : committed, &machine.execution());
  cancel_stale_flights(*run);
  if (!committed) {
    for (auto& [node, flight] : run->flights) flight->cancel.emit(asio::cancellation_type::terminal);
    while (!run->flights.empty()) co_await wait_for(run->wake);
    for (auto& call : std::exchange(run->calls, {})) fulfil(*call, committed, nullptr);
    co_return false;
  }
  if (!is_stopping_) launch_all(run);
  if (!run->calls.empty()) co_return true;
  if (run->flights.empty()) co_return false;
  co_await wait_for(run->wake);
  co_return true;
}

/// Out of memory: it is over, or it only waits.
void Runner::leave(const RunPtr& run) {
  active_.erase(run->id.value);
  if (is_stopping_) return;
  const bool is_over = !run->machine || is_final(run->machine->execution().status);
  set_timer(run->id.value, is_over ? std::nullopt : run->machine->wake_at());
  fill();
}

// --- storing --------------------------------------------------------------------------------------

Task<Result<void>> Runner::commit(RunPtr run, journal::Entry entry) {
  set_timer(run->id.value, entry.timing.wake_at);
  if (run->is_new) co_return co_await commit_new(std::move(run), std::move(entry));
  co_return co_await commit_surely(std::move(run), std::move(entry));
}

Task<Result<void>> Runner::commit_new(RunPtr run, journal::Entry entry) {
  try {
    co_await parts_.database.write([&](db::Transaction& tx) { journal::insert(tx, entry, run->document); });
    run->is_new = false;
    run->document = nullptr;
    co_return Result<void>();
  } catch (const db::ConstraintViolation&) {
    co_return fail(ErrorKind::NotFound, "project.not_found", "the project is gone");
  } catch (const db::Overloaded&) {
    co_return std::unexpected(Error{.kind = ErrorKind::Limited, .code = "engine.busy", .message = "the database takes no more work now", .retry_after = std::chrono::seconds(1)});
  }
}

/// What happened can't be taken back, so it is stored however long that takes; unless the execution
/// is another's by now.
Task<Result<void>> Runner::commit_surely(RunPtr run, journal::Entry entry) {
  for (;;) {
    std::string failure;
    try {
      const bool is_ours = co_await parts_.database.write([&](db::Transaction& tx) { return journal::append(tx, entry); });
      if (is_ours) co_return Result<void>();
      log::warn("an execution was taken over or deleted", {{"execution", run->id.value}});
      co_return std::unexpected(gone());
    } catch (const std::runtime_error& error) {
      failure = error.what();
    }
    // The answer may have been lost and not the commit.
    try {
      const auto head = co_await parts_.database.read([&](db::Snapshot& view) { return journal::head(view, run->id); });
      if (head && head->revision == entry.execution.revision) co_return Result<void>();
    } catch (const std::runtime_error& error) {
      failure = error.what();
    }
    log::error("an execution's journal can't be written; trying again", {{"execution", run->id.value}, {"error", failure}});
    if (is_stopping_) co_return std::unexpected(stopping());
    asio::steady_timer pause(io_, kCommitRetry);
    co_await pause.async_wait(asio::as_tuple(asio::use_awaitable));
  }
}

// --- loading --------------------------------------------------------------------------------------

Task<Result<std::shared_ptr<const Definition>>> Runner::definition_of(Execution execution, Json document) {
  if (!document.is_null()) co_return compile_definition(document);
  co_return co_await parts_.catalog.workflow({execution.workflow_id.value_or(WorkflowId{}), execution.workflow_version});
}

Task<bool> Runner::load(RunPtr run) {
  auto stored = co_await parts_.database.write([&](db::Transaction& tx) { return journal::claim(tx, run->id); });
  if (!stored) co_return false;
  run->fence = stored->fence;
  auto built = co_await build(run, *stored);
  if (built) co_return true;
  co_await close_unreadable(run, *std::move(stored), std::move(built).error());
  co_return false;
}

Task<Result<void>> Runner::build(RunPtr run, journal::Stored stored) {
  QD_CO_TRY(auto definition, co_await definition_of(stored.execution, stored.document.value_or(Json())));
  std::shared_ptr<const ProjectScope> project;
  if (needs_project(*definition)) {
    QD_CO_TRY(project, co_await parts_.catalog.project(stored.execution.project_id));
  }
  run->stored = stored.execution.status;
  Machine machine(stored.execution, std::move(definition), parts_.kinds, MachineOptions{options_.step_timeout});
  machine.state().set_project(std::move(project));
  for (const auto& event : stored.events) machine.state().apply(event);
  machine.take_up(parts_.clock.now());
  run->machine.emplace(std::move(machine));
  co_return Result<void>();
}

/// An execution whose definition is gone can't be finished otherwise.
Task<void> Runner::close_unreadable(RunPtr run, journal::Stored stored, Error error) {
  auto& execution = stored.execution;
  if (is_final(execution.status)) co_return;
  const auto now = parts_.clock.now();
  const StepError reason{.code = error.code, .message = error.message, .retryable = false, .details = {}};
  execution.status = ExecutionStatus::Failed;
  execution.error = json::to_json(reason);
  execution.waiting_for.reset();
  execution.updated_at = now;
  execution.finished_at = now;
  ++execution.revision;
  journal::Entry entry{.execution = execution, .changes = {}, .timing = {}, .fence = run->fence};
  entry.changes.events.push_back({execution.revision, now, EventType::Finished, "",
                                  {{"status", enum_name(ExecutionStatus::Failed)}, {"error", execution.error}}});
  entry.changes.cancels_approvals = true;
  const auto closed = co_await commit_surely(run, std::move(entry));
  if (closed) watchers_.tell(run->id, {execution.revision, execution.status});
}

// --- attempts -------------------------------------------------------------------------------------

void Runner::launch_all(const RunPtr& run) {
  for (const auto& one : run->machine->take_launches())
    if (run->machine->is_current(one)) launch(run, one);
}

void Runner::launch(const RunPtr& run, const Launch& launch) {
  auto flight = std::make_shared<Flight>();
  flight->launch = launch;
  run->flights[launch.node] = flight;
  asio::co_spawn(io_, fly(run, flight),
                 asio::bind_cancellation_slot(flight->cancel.slot(), [this, run, flight](std::exception_ptr) { land(run, flight); }));
}

Task<void> Runner::fly(RunPtr run, std::shared_ptr<Flight> flight) {
  auto step = run->machine->run_of(flight->launch);
  RunJournal journal(*this, run, flight->launch);
  step.journal = &journal;
  // A deadline that passed while nobody ran it still leaves time to find out what is to be said.
  const auto hard_stop = std::max(step.deadline, parts_.clock.now()) + kGrace;
  try {
    auto* kind = parts_.kinds.effect(step.node->type);
    co_await (carry_out(*kind, std::move(step), flight->result) || parts_.clock.sleep_until(hard_stop));
    if (!flight->result)
      flight->result = StepUncertain{"the step did not end in its time; what it did outside is not known"};
  } catch (const boost::system::system_error&) {
    throw;  // cancelled: it has no end
  } catch (const std::exception& error) {
    log::error("a step failed in an unforeseen way", {{"execution", run->id.value}, {"error", error.what()}});
    flight->result = StepFailed{.error = {.code = "internal", .message = "the step failed in an unforeseen way; the server's log says how", .retryable = false, .details = {}}};
  }
}

void Runner::land(const RunPtr& run, const std::shared_ptr<Flight>& flight) {
  const auto found = run->flights.find(flight->launch.node);
  if (found != run->flights.end() && found->second == flight) run->flights.erase(found);
  if (!flight->result) {
    run->wake.cancel();
    return;
  }
  push(run, [this, flight](Machine& machine) -> Result<void> {
    machine.ended(flight->launch, *std::move(flight->result), parts_.clock.now());
    return {};
  });
}

void Runner::cancel_stale_flights(Run& run) {
  std::vector<std::shared_ptr<Flight>> stale;
  for (const auto& [node, flight] : run.flights)
    if (!run.machine->is_current(flight->launch)) stale.push_back(flight);
  for (const auto& flight : stale) flight->cancel.emit(asio::cancellation_type::terminal);
}

// --- time -----------------------------------------------------------------------------------------

void Runner::set_timer(const std::string& id, std::optional<Timestamp> at) {
  if (const auto known = timer_of_.find(id); known != timer_of_.end()) {
    if (at == known->second) return;
    timers_.erase({known->second, id});
    timer_of_.erase(known);
  }
  if (!at) return;
  timer_of_[id] = *at;
  const bool is_first = timers_.empty() || *at < timers_.begin()->first;
  timers_.emplace(*at, id);
  if (is_first) kick_.cancel();
}

void Runner::fire(const std::string& id) {
  push(hold({id}), [this](Machine& machine) -> Result<void> {
    machine.tick(parts_.clock.now());
    return {};
  });
}

Task<void> Runner::keep_time() {
  while (!is_stopping_) {
    while (!timers_.empty() && timers_.begin()->first <= parts_.clock.now() && !is_full()) {
      const auto id = timers_.begin()->second;
      timers_.erase(timers_.begin());
      timer_of_.erase(id);
      fire(id);
    }
    if (timers_.empty() || is_full())
      co_await wait_for(kick_);
    else
      co_await (wait_for(kick_) || parts_.clock.sleep_until(timers_.begin()->first));
  }
}

// --- taking up ------------------------------------------------------------------------------------

Task<void> Runner::take_up() {
  std::string after;
  for (;;) {
    const auto page = co_await parts_.database.read([&](db::Snapshot& view) { return journal::unfinished(view, after, kPage); });
    for (const auto& one : page) {
      if (one.status == ExecutionStatus::Pending) ++backlog_;
      if (one.status == ExecutionStatus::Running) to_take_up_.push_back(one.id);
      if (one.wake_at) set_timer(one.id, one.wake_at);
    }
    if (std::ssize(page) < kPage) break;
    after = page.back().id;
  }
  fill();
}

void Runner::fill() {
  if (is_stopping_) return;
  while (!to_take_up_.empty() && !is_full()) {
    hold({to_take_up_.front()});
    to_take_up_.pop_front();
  }
  if (!is_full()) kick_.cancel();
  if (backlog_ == 0 || is_full() || std::exchange(is_filling_, true)) return;
  asio::co_spawn(io_, fill_from_backlog(), asio::detached);
}

Task<void> Runner::fill_from_backlog() {
  const auto room = static_cast<std::int64_t>(options_.max_active - active_.size());
  std::vector<journal::Unfinished> page;
  try {
    page = co_await parts_.database.read([&](db::Snapshot& view) { return journal::backlog(view, room); });
    if (page.empty()) backlog_ = 0;
  } catch (const std::runtime_error& error) {
    log::error("the waiting executions can't be read", {{"error", error.what()}});
  }
  is_filling_ = false;
  for (const auto& one : page) {
    if (active_.contains(one.id)) continue;
    if (backlog_ > 0) --backlog_;
    hold({one.id});
  }
}

void Runner::stop() {
  is_stopping_ = true;
  kick_.cancel();
  const auto runs = active_;
  for (const auto& [id, run] : runs) {
    const auto flights = run->flights;
    for (const auto& [node, flight] : flights) flight->cancel.emit(asio::cancellation_type::terminal);
    run->wake.cancel();
  }
}

}  // namespace qd::engine
