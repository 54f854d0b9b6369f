#include "engine/runner.h"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>

#include "engine/journal_outbox.h"
#include "platform/log/log.h"

namespace qd::engine {
namespace {

namespace asio = boost::asio;
using namespace boost::asio::experimental::awaitable_operators;

void fulfil(Call& call, Result<void> outcome, const Execution* execution = nullptr) {
  call.is_done = true;
  if (call.wanted == Answer::None) return;
  call.outcome = std::move(outcome);
  if (execution && call.wanted == Answer::Execution) call.execution = *execution;
  call.done.ring();
}

}  // namespace

Error unavailable() {
  return {.kind = ErrorKind::Unavailable,
          .code = "engine.unavailable",
          .message = "the database can't be reached; try again in a moment",
          .retry_after = std::chrono::seconds(1)};
}

Error broken() {
  return {.kind = ErrorKind::Internal,
          .code = "internal",
          .message = "the execution could not go on; the server's log says why"};
}

bool is_passing(const Error& error) {
  return error.kind == ErrorKind::Unavailable || error.kind == ErrorKind::Limited;
}

Error stopping() {
  return {.kind = ErrorKind::Unavailable,
          .code = "engine.stopping",
          .message = "the engine is stopping; try again in a moment"};
}

Runner::Runner(asio::io_context& io, EngineParts& parts, const EngineOptions& options,
               Watchers& watchers)
    : io_(io),
      parts_(parts),
      options_(options),
      watchers_(watchers),
      texts_(io, watchers),
      metrics_(parts.metrics) {
  if (!parts.database.is_postgres()) return;
  owner_ = options.node.empty() ? new_uuid(parts.clock.now()) : options.node;
}

// --- holding and calling
// --------------------------------------------------------------------------

Runner::RunPtr Runner::hold(const ExecutionId& id, bool is_forced) {
  auto& place = active_[id.value];
  if (place) return place;
  const auto run = std::make_shared<Run>(id);
  run->is_forced = is_forced;
  place = run;
  metrics_.set_active(active_.size());
  spawn_drive(run);
  return run;
}

void Runner::wake(const journal::Woken& executions) {
  if (is_stopping_) return;
  for (const auto& id : executions) {
    if (active_.contains(id.value)) {
      read_mail_of(id);
    } else if (is_full()) {
      set_timer(id.value, parts_.clock.now());
    } else {
      hold(id);
    }
  }
}

void Runner::read_mail_of(const ExecutionId& id) {
  const auto active = active_.find(id.value);
  if (active == active_.end()) return;
  active->second->has_mail = true;
  active->second->bell.ring();
}

std::shared_ptr<Call> Runner::push(const RunPtr& run, Act act, Answer wanted) {
  auto call = std::make_shared<Call>(std::move(act), wanted);
  run->calls.push_back(call);
  run->bell.ring();
  return call;
}

Task<Result<Execution>> Runner::wait_for(std::shared_ptr<Call> call) {
  if (!call->is_done) co_await call->done.wait();
  // What was asked for goes on, but nobody waits for it any more.
  if (!call->is_done) throw boost::system::system_error(asio::error::operation_aborted);
  if (!call->outcome) co_return std::unexpected(call->outcome.error());
  co_return std::move(call->execution).value_or(Execution{});
}

Task<Result<Execution>> Runner::call(ExecutionId id, Act act, bool is_forced) {
  if (is_stopping_) co_return std::unexpected(stopping());
  auto checked = [this, act = std::move(act)](Machine& machine) -> Result<void> {
    if (is_stopping_) return std::unexpected(stopping());
    return act(machine);
  };
  auto call = push(hold(id, is_forced), std::move(checked), Answer::Execution);
  co_return co_await wait_for(std::move(call));
}

Task<Result<Execution>> Runner::add(Execution execution,
                                    std::shared_ptr<const Definition> definition,
                                    std::shared_ptr<const ProjectScope> project, Json document) {
  if (is_stopping_) co_return std::unexpected(stopping());
  // The same start again, while the first is on its way.
  if (active_.contains(execution.id.value))
    co_return co_await call(execution.id, [](Machine&) { return Result<void>(); });
  auto run = std::make_shared<Run>(execution.id);
  run->machine.emplace(std::move(execution), std::move(definition), parts_.kinds,
                       MachineOptions{options_.step_timeout});
  run->machine->state().set_project(std::move(project));
  run->is_new = true;
  run->document = std::move(document);
  active_[run->id.value] = run;
  metrics_.set_active(active_.size());
  metrics_.add_started();
  const auto begin = [this](Machine& machine) -> Result<void> {
    machine.begin(parts_.clock.now());
    return {};
  };
  auto call = push(run, begin, Answer::Execution);
  spawn_drive(run);
  co_return co_await wait_for(std::move(call));
}

// --- driving one execution
// ------------------------------------------------------------------------

void Runner::spawn_drive(const RunPtr& run) {
  asio::co_spawn(io_, drive(run), [run, this](std::exception_ptr failure) {
    if (!failure) return;
    try {
      std::rethrow_exception(failure);
    } catch (const std::exception& error) {
      log::error("an execution could not go on",
                 {{"execution", run->id.value}, {"error", error.what()}});
    }
    cancel_flights(*run);
    drop(run, broken());
  });
}

Task<void> Runner::drive(RunPtr run) {
  if (!run->machine) {
    const auto loaded = co_await load(run);
    if (!loaded) co_return drop(run, loaded.error());
  }
  auto next = Next::Again;
  while (next == Next::Again) next = co_await turn(run);
  if (next == Next::Rest) set_timer(run->id.value, run->machine->wake_at());
  leave(run);
}

Task<Runner::Next> Runner::turn(RunPtr run) {
  auto& machine = *run->machine;
  if (std::exchange(run->has_mail, false)) co_await read_mail(run);
  if (machine.has_more() && !is_stopping_) machine.go_on(parts_.clock.now());
  auto calls = std::exchange(run->calls, {});
  auto outcomes = act(*run, calls);
  if (!outcomes) {
    co_await abandon(run, std::move(calls), outcomes.error());
    co_return Next::Lost;
  }
  Result<void> committed;
  auto changes = machine.take_changes();
  // Nothing is launched of what another node may take as well.
  const bool is_to_be_taken = run->new_fence && !machine.is_at_rest();
  if (!changes.empty() || is_to_be_taken) committed = co_await commit(run, std::move(changes));
  for (std::size_t i = 0; i < calls.size(); ++i)
    fulfil(*calls[i], committed ? (*outcomes)[i] : committed, &machine.execution());
  if (!committed) {
    cancel_flights(*run);
    co_await ground(run);
    for (auto& call : std::exchange(run->calls, {})) fulfil(*call, committed);
    co_return Next::Lost;
  }
  cancel_stale_flights(*run);
  if (!is_stopping_) launch_all(run);
  const bool has_more = machine.has_more() && !is_stopping_;
  // The others have their turn first.
  if (has_more) co_await asio::post(io_, asio::use_awaitable);
  if (has_more || run->has_mail || !run->calls.empty()) co_return Next::Again;
  if (run->flights.empty()) co_return Next::Rest;
  co_await run->bell.wait();
  co_return Next::Again;
}

Task<void> Runner::read_mail(RunPtr run) {
  std::vector<Message> messages;
  try {
    messages = co_await parts_.database.read(
        [&](db::Snapshot& view) { return journal::messages(view, run->id); });
  } catch (const std::runtime_error& error) {
    log::error("messages can't be read; trying again",
               {{"execution", run->id.value}, {"error", error.what()}});
    set_timer(run->id.value, parts_.clock.now() + kRetry);
  }
  for (const auto& message : messages) run->machine->deliver(message, parts_.clock.now());
}

/// How each call went; an error where the execution turned out to be beyond repair.
Result<std::vector<Result<void>>> Runner::act(Run& run, const Calls& calls) {
  if (is_stopping_) run.machine->hold();
  std::vector<Result<void>> outcomes;
  try {
    for (const auto& call : calls) outcomes.push_back(call->act(*run.machine));
  } catch (const std::exception& error) {
    log::error("an execution is beyond repair",
               {{"execution", run.id.value}, {"error", error.what()}});
    return std::unexpected(broken());
  }
  return outcomes;
}

/// Its state in memory can't be trusted: it is ended as it was stored.
Task<void> Runner::abandon(RunPtr run, Calls calls, Error error) {
  cancel_flights(*run);
  co_await ground(run);
  if (!run->is_new) {
    auto stored = co_await claim(run);
    if (stored) co_await close_unreadable(run, *std::move(stored), error);
  }
  for (auto& call : calls) fulfil(*call, std::unexpected(error));
  for (auto& call : std::exchange(run->calls, {})) fulfil(*call, std::unexpected(error));
}

/// Out of memory: it is over, only waits, or is another's.
void Runner::leave(const RunPtr& run) {
  const bool was_full = is_full();
  active_.erase(run->id.value);
  metrics_.set_active(active_.size());
  if (active_.empty()) emptied_.ring();
  if (is_stopping_) return;
  if (was_full) kick_.ring();
  if (run->comes_back) to_take_up_.push_back(run->id.value);
  fill();
  const bool frees_slot = !run->machine || is_final(run->machine->execution().status);
  if (backlog_.total() > 0 && (has_ready_ || frees_slot)) look_for_work();
}

/// Could not be brought into memory.
void Runner::drop(const RunPtr& run, const Error& error) {
  for (auto& call : std::exchange(run->calls, {})) fulfil(*call, std::unexpected(error));
  const bool is_elsewhere = error.code == "execution.elsewhere";
  if (is_elsewhere) watchers_.tell_mail(run->id);
  if (!is_passing(error) || is_elsewhere) return leave(run);
  active_.erase(run->id.value);
  metrics_.set_active(active_.size());
  if (active_.empty()) emptied_.ring();
  set_timer(run->id.value, parts_.clock.now() + kRetry);
}

}  // namespace qd::engine
