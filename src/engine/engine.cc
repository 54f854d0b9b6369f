#include "engine/engine.h"

#include <mutex>
#include <thread>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/experimental/concurrent_channel.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "engine/json_schema.h"
#include "engine/runner.h"

namespace qd::engine {
namespace {

namespace asio = boost::asio;

std::unexpected<Error> stopping() {
  return fail(ErrorKind::Unavailable, "engine.stopping",
              "the engine is stopping; try again in a moment");
}

std::unexpected<Error> finished_already() {
  return fail(ErrorKind::Conflict, "execution.finished", "the execution is over already");
}

Result<void> require_unfinished(const Machine& machine) {
  if (is_final(machine.execution().status)) return finished_already();
  return {};
}

Result<void> require_started(const Machine& machine) {
  QD_CHECK(require_unfinished(machine));
  if (machine.execution().status != ExecutionStatus::Pending) return {};
  return fail(ErrorKind::Conflict, "execution.not_started",
              "the execution waits for a slot and has not started; it can only be cancelled");
}

std::unexpected<Error> decided_already() {
  return fail(ErrorKind::Conflict, "approval.decided",
              "somebody decided this already, or it has expired");
}

}  // namespace

class Engine::Impl {
 public:
  Impl(EngineParts parts, EngineOptions options)
      : parts_(parts), options_(std::move(options)), runner_(io_, parts_, options_, watchers_) {}
  ~Impl() {
    if (!thread_.joinable()) return;
    begin_stop();
    thread_.join();
  }

  Task<void> start() {
    guard_.emplace(io_.get_executor());
    thread_ = std::thread([this] { run(); });
    co_await asio::co_spawn(io_, runner_.take_up(), asio::use_awaitable);
    asio::co_spawn(io_, runner_.keep_time(), asio::detached);
    asio::co_spawn(io_, runner_.keep_leases(), asio::detached);
    const std::lock_guard lock(mutex_);
    is_running_ = true;
  }

  Task<void> stop() {
    if (!thread_.joinable()) co_return;
    const auto end = std::make_shared<End>(co_await asio::this_coro::executor, 1);
    bool has_ended = false;
    {
      const std::lock_guard lock(mutex_);
      has_ended = has_ended_;
      if (!has_ended) ends_.push_back(end);
    }
    begin_stop();
    if (!has_ended) co_await end->async_receive(asio::use_awaitable);
    const std::lock_guard lock(mutex_);
    if (thread_.joinable()) thread_.join();
  }

  /// Runs `task` on the engine's thread and comes back to the caller's executor.
  template <class T>
  Task<Result<T>> inside(Task<Result<T>> task) {
    auto work = enter();
    if (!work) co_return stopping();
    co_return co_await asio::co_spawn(io_, carry(std::move(task), *std::move(work)),
                                      asio::use_awaitable);
  }

  Task<Result<Execution>> begin(StartRequest request);
  Task<Result<Execution>> retry(ExecutionId id) { return runner_.retry(std::move(id)); }
  Task<Result<Execution>> decide(ApprovalId id, Decision decision);
  Task<Result<Execution>> call(ExecutionId id, Act act, bool is_forced = false) {
    return runner_.call(std::move(id), std::move(act), is_forced);
  }

  [[nodiscard]] bool is_running() const {
    const std::lock_guard lock(mutex_);
    return is_running_;
  }

  EngineParts parts_;
  EngineOptions options_;
  Watchers watchers_;

 private:
  using Work = asio::executor_work_guard<asio::io_context::executor_type>;
  using End = asio::experimental::concurrent_channel<void(boost::system::error_code)>;

  Task<Result<Execution>> begin_new(Execution execution, Json document);
  [[nodiscard]] Execution execution_of(const StartRequest& request) const;

  /// The engine's thread.
  void run() {
    io_.run();
    watchers_.wake_all();
    std::vector<std::shared_ptr<End>> ends;
    {
      const std::lock_guard lock(mutex_);
      has_ended_ = true;
      ends = std::move(ends_);
    }
    for (const auto& end : ends) end->try_send(boost::system::error_code());
  }

  void begin_stop() {
    {
      const std::lock_guard lock(mutex_);
      is_running_ = false;
      if (std::exchange(is_stopping_, true)) return;
    }
    watchers_.wake_all();
    asio::co_spawn(io_, runner_.stop(), [this](std::exception_ptr) { guard_.reset(); });
  }

  /// Keeps the engine's thread until the task is over; nothing once the engine stops.
  std::optional<Work> enter() {
    const std::lock_guard lock(mutex_);
    return is_running_ ? std::optional<Work>(std::in_place, io_.get_executor()) : std::nullopt;
  }

  template <class T>
  static Task<Result<T>> carry(Task<Result<T>> task, Work) {
    co_return co_await std::move(task);
  }

  asio::io_context io_{1};
  std::optional<Work> guard_;
  Runner runner_;
  std::thread thread_;
  mutable std::mutex mutex_;
  bool is_running_ = false;
  bool is_stopping_ = false;
  bool has_ended_ = false;
  std::vector<std::shared_ptr<End>> ends_;
};

Execution Engine::Impl::execution_of(const StartRequest& request) const {
  const auto now = parts_.clock.now();
  Execution execution{.id = request.id.value_or(ExecutionId::make(now)),
                      .project_id = request.project,
                      .name = request.name,
                      .trigger = request.trigger,
                      .input = request.input,
                      .output = {},
                      .error = {},
                      .priority = request.priority,
                      .created_at = now,
                      .updated_at = now,
                      .created_by = request.created_by};
  if (request.workflow) {
    execution.workflow_id = request.workflow->workflow;
    execution.workflow_version = request.workflow->version;
  }
  return execution;
}

Task<Result<Execution>> Engine::Impl::begin(StartRequest request) {
  if (request.id) {
    auto earlier = co_await runner_.find(*request.id);
    if (earlier) co_return *std::move(earlier);
  }
  QD_CO_CHECK(runner_.accept(request.project));
  const StartPressure::Start start(runner_.pressure(), parts_.clock.now());
  auto execution = execution_of(request);
  const auto id = execution.id;
  auto begun = co_await begin_new(std::move(execution), std::move(request.document));
  if (begun || begun.error().code != "execution.exists") co_return begun;
  auto other = co_await runner_.find(id);
  if (other) co_return *std::move(other);
  co_return begun;
}

Task<Result<Execution>> Engine::Impl::begin_new(Execution execution, Json document) {
  QD_CO_TRY(auto definition, co_await runner_.definition_of(execution, document));
  QD_CO_CHECK(check_schema(definition->inputs, execution.input, "/input"));
  const bool has_key = definition->concurrency && definition->concurrency->key;
  std::shared_ptr<const ProjectScope> project;
  if (has_key || needs_project(*definition)) {
    QD_CO_TRY(project, co_await parts_.catalog.project(execution.project_id));
  }
  QD_CO_TRY(const auto limits, co_await parts_.catalog.limits(execution.project_id));
  QD_CO_TRY(auto standing, admission::standing_of(execution, *definition, project.get()));
  if (standing.lane || !limits.is_none() || runner_.is_crowded())
    co_return co_await runner_.enqueue(std::move(execution), std::move(document), limits,
                                       std::move(standing));
  co_return co_await runner_.add(std::move(execution), std::move(definition), std::move(project),
                                 std::move(document));
}

Task<Result<Execution>> Engine::Impl::decide(ApprovalId id, Decision decision) {
  auto found = co_await parts_.database.read(
      [&](db::Snapshot& view) { return journal::find_approval(view, id); });
  if (!found)
    co_return fail(ErrorKind::NotFound, "approval.not_found", "there is no approval with this id");
  auto approval = *std::move(found);
  if (approval.status != ApprovalStatus::Pending) co_return decided_already();
  if (decision.approved) QD_CO_CHECK(check_schema(approval.form, decision.form, "/form"));
  approval.status = decision.approved ? ApprovalStatus::Approved : ApprovalStatus::Rejected;
  approval.answer = std::move(decision.form);
  approval.comment = std::move(decision.comment);
  approval.decided_by = decision.decided_by;
  co_return co_await runner_.call(
      approval.execution_id, [this, approval](Machine& machine) mutable -> Result<void> {
        const auto node = machine.state().definition().find(approval.node_id);
        const bool is_waiting = node && !is_final(machine.execution().status) &&
                                machine.state().step(*node).status == StepStatus::Waiting &&
                                machine.state().step(*node).approval == approval.id.value;
        if (!is_waiting) return decided_already();
        approval.decided_at = parts_.clock.now();
        machine.decide(approval, parts_.clock.now());
        return {};
      });
}

Engine::Engine(EngineParts parts, EngineOptions options)
    : impl_(std::make_unique<Impl>(parts, options)) {}
Engine::~Engine() = default;

Task<void> Engine::start() {
  return impl_->start();
}

Task<void> Engine::stop() {
  return impl_->stop();
}

bool Engine::is_running() const {
  return impl_->is_running();
}

Task<Result<Execution>> Engine::begin(StartRequest request) {
  return impl_->inside(impl_->begin(std::move(request)));
}

Task<Result<Execution>> Engine::cancel(ExecutionId id, std::string reason) {
  return impl_->inside(impl_->call(
      std::move(id),
      [this, reason](Machine& machine) -> Result<void> {
        QD_CHECK(require_unfinished(machine));
        machine.cancel(reason, impl_->parts_.clock.now());
        return {};
      },
      /*is_forced=*/true));
}

Task<Result<Execution>> Engine::pause(ExecutionId id) {
  return impl_->inside(impl_->call(std::move(id), [this](Machine& machine) -> Result<void> {
    QD_CHECK(require_started(machine));
    if (machine.execution().status != ExecutionStatus::Paused)
      machine.pause(impl_->parts_.clock.now());
    return {};
  }));
}

Task<Result<Execution>> Engine::resume(ExecutionId id) {
  return impl_->inside(impl_->call(std::move(id), [this](Machine& machine) -> Result<void> {
    QD_CHECK(require_started(machine));
    if (machine.execution().status != ExecutionStatus::Paused)
      return fail(ErrorKind::Conflict, "execution.not_paused", "the execution is not paused");
    machine.resume(impl_->parts_.clock.now());
    return {};
  }));
}

Task<Result<Execution>> Engine::retry(ExecutionId id) {
  return impl_->inside(impl_->retry(std::move(id)));
}

Task<Result<std::int64_t>> Engine::signal(ExecutionId id, std::string name, Json payload) {
  // Shared with the act, which runs on the engine's thread before this goes on.
  const auto taken = std::make_shared<std::int64_t>(0);
  QD_CO_CHECK(co_await impl_->inside(
      impl_->call(std::move(id), [=, this](Machine& machine) -> Result<void> {
        QD_CHECK(require_started(machine));
        *taken = machine.signal(name, payload, impl_->parts_.clock.now());
        if (*taken > 0) return {};
        return fail(ErrorKind::NotFound, "execution.not_waiting",
                    "no step of the execution waits for this event");
      })));
  co_return *taken;
}

Task<Result<Approval>> Engine::decide(ApprovalId id, Decision decision) {
  QD_CO_CHECK(co_await impl_->inside(impl_->decide(id, std::move(decision))));
  auto approval = co_await impl_->parts_.database.read(
      [&](db::Snapshot& view) { return journal::find_approval(view, id); });
  if (!approval)
    co_return fail(ErrorKind::NotFound, "approval.not_found", "there is no approval with this id");
  co_return *std::move(approval);
}

Task<Result<Execution>> Engine::resolve(ExecutionId id, std::string node_id,
                                        Resolution resolution) {
  return impl_->inside(impl_->call(std::move(id), [=, this](Machine& machine) -> Result<void> {
    QD_CHECK(require_started(machine));
    const auto node = machine.state().definition().find(node_id);
    if (!node || machine.state().step(*node).status != StepStatus::Uncertain)
      return fail(ErrorKind::Conflict, "step.not_uncertain",
                  "this step does not wait to be told what became of it");
    machine.resolve(*node, resolution.happened, resolution.output, impl_->parts_.clock.now());
    return {};
  }));
}

Task<std::int64_t> Engine::changed(ExecutionId id, std::int64_t after, Timestamp deadline) {
  Watchers::Watch watch(impl_->watchers_, id, co_await asio::this_coro::executor);
  const auto stored = co_await impl_->parts_.database.read(
      [&](db::Snapshot& view) { return journal::head(view, id); });
  auto head = stored.value_or(journal::Head{});
  while (head.revision <= after && !is_final(head.status) && impl_->is_running()) {
    if (!co_await watch.wait(impl_->parts_.clock, deadline)) break;
    head = watch.latest().value_or(head);
  }
  co_return head.revision;
}

Task<bool> Engine::finished(ExecutionId id, Timestamp deadline) {
  Watchers::Watch watch(impl_->watchers_, id, co_await asio::this_coro::executor);
  const auto stored = co_await impl_->parts_.database.read(
      [&](db::Snapshot& view) { return journal::head(view, id); });
  if (!stored) co_return true;
  auto head = *stored;
  while (!is_final(head.status) && impl_->is_running()) {
    if (!co_await watch.wait(impl_->parts_.clock, deadline)) break;
    head = watch.latest().value_or(head);
  }
  co_return is_final(head.status);
}

}  // namespace qd::engine
