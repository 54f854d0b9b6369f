#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>

#include "engine/journal_outbox.h"
#include "engine/runner.h"
#include "platform/log/log.h"

namespace qd::engine {
namespace {

namespace asio = boost::asio;

/// Beyond its deadline a step is ended from outside; its own limits should have ended it before.
constexpr std::chrono::seconds kGrace{2};

bool asks_model(NodeType type) {
  return type == NodeType::Llm || type == NodeType::Agent;
}

std::vector<std::shared_ptr<Frame>> frames_of(const StepRef& step) {
  std::vector<std::shared_ptr<Frame>> frames;
  for (auto* frame = step.frame; frame->container(); frame = frame->container()->frame)
    frames.push_back(frame->shared_from_this());
  return frames;
}

}  // namespace

/// What a step records inside its attempt, as calls like all others.
class Runner::FlightJournal final : public StepJournal {
 public:
  FlightJournal(Runner& runner, RunPtr run, Launch launch)
      : runner_(runner),
        run_(run),
        launch_(launch),
        records_(run->machine->state().find_step(launch_.path)->state().records) {}

  [[nodiscard]] const std::vector<StepRecord>& records() const override { return records_; }

  Task<void> append(StepRecord record) override {
    const auto run = run_.lock();
    if (!run) throw boost::system::system_error(asio::error::operation_aborted);
    // The act may come after this journal is gone.
    auto& runner = runner_;
    auto act = [&runner, launch = launch_, record](Machine& machine) -> Result<void> {
      if (!machine.is_current(launch))
        return fail(ErrorKind::Conflict, "step.not_running", "the attempt is over");
      machine.recorded(launch, record, runner.parts_.clock.now());
      return {};
    };
    reach(runner.parts_.boundaries, Boundary::BeforeAnswer);
    const auto recorded =
        co_await runner_.wait_for(runner_.push(run, std::move(act), Answer::Outcome));
    reach(runner.parts_.boundaries, Boundary::AfterAnswer);
    if (!recorded) throw boost::system::system_error(asio::error::operation_aborted);
    records_.push_back(std::move(record));
  }

 private:
  Runner& runner_;
  std::weak_ptr<Run> run_;
  Launch launch_;
  std::vector<StepRecord> records_;
};

void Runner::launch_all(const RunPtr& run) {
  std::ranges::move(run->machine->take_launches(), std::back_inserter(run->launches));
  for (const auto& one : std::exchange(run->launches, {})) {
    if (!run->machine->is_current(one)) continue;
    // An earlier attempt that was cancelled is still on its way down.
    if (run->flights.contains(one.path))
      run->launches.push_back(one);
    else
      launch(run, one);
  }
}

void Runner::launch(const RunPtr& run, const Launch& one) {
  auto& machine = *run->machine;
  const auto ref = *machine.state().find_step(one.path);
  auto flight = std::make_shared<Flight>(one, frames_of(ref),
                                         ErrorScope(*ref.frame, Machine::error_step_of(ref)));
  run->flights[one.path] = flight;
  flight->journal = std::make_unique<FlightJournal>(*this, run, one);
  auto step = machine.run_of(one);
  step.scope = &flight->scope;
  step.journal = flight->journal.get();
  if (asks_model(step.node->type)) step.on_text = texts_.sink(run->id, step.node->id, step.attempt);
  flight->stop = stops_.emplace(std::max(step.deadline, step.now) + kGrace, flight);
  if (flight->stop == stops_.begin()) kick_.ring();
  asio::co_spawn(
      io_, fly(flight, std::move(step)),
      asio::bind_cancellation_slot(flight->cancel.slot(),
                                   [this, run, flight](std::exception_ptr) { land(run, flight); }));
}

Task<void> Runner::fly(FlightPtr flight, StepRun step) {
  const auto id = step.execution.value;
  auto& kind = *parts_.kinds.effect(step.node->type);
  std::string failure;
  try {
    reach(parts_.boundaries, Boundary::BeforeDispatch);
    const bool is_cached = flight->launch.cache_key && co_await find_cached(flight, step.project);
    if (!is_cached) flight->result = co_await kind.run(std::move(step));
    reach(parts_.boundaries, Boundary::BeforeAnswer);
    co_return;
  } catch (const std::exception& error) {
    failure = error.what();
  }
  if (flight->is_cancelled) co_return;
  log::error("a step failed in an unforeseen way", {{"execution", id}, {"error", failure}});
  flight->result = StepFailed{
      .error = {.code = "internal",
                .message = "the step failed in an unforeseen way; the server's log says how",
                .retryable = false,
                .details = {}}};
}

/// Whether the output was kept from an earlier step; the flight has it then.
Task<bool> Runner::find_cached(FlightPtr flight, ProjectId project) {
  auto output = co_await parts_.database.read([&](db::Snapshot& view) {
    return journal::find_cached(view, project, *flight->launch.cache_key, parts_.clock.now());
  });
  if (!output) co_return false;
  flight->result = StepDone{.output = *std::move(output)};
  flight->is_cached = true;
  co_return true;
}

void Runner::land(const RunPtr& run, const FlightPtr& flight) {
  stops_.erase(flight->stop);
  run->flights.erase(flight->launch.path);
  run->bell.ring();
  const bool is_done = flight->result && (std::holds_alternative<StepDone>(*flight->result) ||
                                          std::holds_alternative<StepWaits>(*flight->result));
  // What a cancelled step says of its end is about the cancelling.
  if (flight->is_overdue && !is_done)
    flight->result = run->machine->overdue(flight->launch);
  else if (flight->is_cancelled && !is_done)
    return;
  push(run, [this, flight](Machine& machine) -> Result<void> {
    const auto now = parts_.clock.now();
    if (flight->is_cached)
      machine.found(flight->launch, std::get<StepDone>(*flight->result).output, now);
    else
      machine.ended(flight->launch, *std::move(flight->result), now);
    return {};
  });
}

void Runner::cancel(Flight& flight) {
  flight.is_cancelled = true;
  flight.cancel.emit(asio::cancellation_type::terminal);
}

void Runner::cancel_stale_flights(Run& run) {
  std::vector<FlightPtr> stale;
  for (const auto& [path, flight] : run.flights)
    if (!run.machine->is_current(flight->launch)) stale.push_back(flight);
  for (const auto& flight : stale) cancel(*flight);
}

void Runner::cancel_flights(Run& run) {
  const auto flights = run.flights;
  for (const auto& [path, flight] : flights) cancel(*flight);
}

Task<void> Runner::ground(RunPtr run) {
  while (!run->flights.empty()) co_await run->bell.wait();
}

}  // namespace qd::engine
