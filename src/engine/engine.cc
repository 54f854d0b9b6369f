#include "engine/engine.h"

#include <mutex>
#include <thread>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/experimental/concurrent_channel.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "engine/command.h"
#include "engine/fork.h"
#include "engine/journal_outbox.h"
#include "engine/json_schema.h"
#include "engine/runner.h"

namespace qd::engine {
namespace {

namespace asio = boost::asio;

/// Whoever waits for an execution looks at least this often: a notice of another node may be lost.
constexpr std::chrono::seconds kLook{10};
/// How long another node has to take a command, and how often it is reminded.
constexpr std::chrono::seconds kCommandPatience{10};
constexpr std::chrono::seconds kRemind{1};

/// A test run stops at a step that there is.
Result<void> check_stop(const Definition& definition, const Json& test) {
  const auto* stop_at = json::find(test, "stop_at");
  if (!stop_at || definition.find(stop_at->as_string())) return {};
  return invalid(
      {{"/stop_at", "execution.unknown_step",
        fmt::format("the workflow has no step '{}'", std::string_view(stop_at->as_string()))}});
}

}  // namespace

class Engine::Impl {
 public:
  struct Commanded {
    Execution execution;
    /// How many steps took it.
    std::int64_t taken = 0;
  };

  Impl(EngineParts parts, EngineOptions options)
      : parts_(parts),
        options_(std::move(options)),
        watchers_(parts_.notices, parts_.clock),
        runner_(io_, parts_, options_, watchers_) {
    watchers_.on_mail([this](ExecutionId id) {
      asio::post(io_, [this, id = std::move(id)] { runner_.read_mail_of(id); });
    });
  }
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
    if (!work) co_return std::unexpected(stopping());
    co_return co_await asio::co_spawn(io_, carry(std::move(task), *std::move(work)),
                                      asio::use_awaitable);
  }

  Task<Result<Execution>> begin(StartRequest request);
  Task<Result<Execution>> fork(ExecutionId id, ForkRequest request);
  Task<Result<Execution>> retry(ExecutionId id) { return runner_.retry(std::move(id)); }
  Task<Result<Execution>> cancel(ExecutionId id, std::string reason);
  /// Done here, or by the node that has the execution; durable when it resumes.
  Task<Result<Commanded>> command(ExecutionId id, Command command);
  Task<Result<Execution>> steer(ExecutionId id, CommandKind kind, Json data = {});
  Task<Result<Approval>> decide(ApprovalId id, Decision decision);
  Task<Result<std::int64_t>> publish(ProjectId project, EventMessage event);
  Task<Result<void>> wake(ExecutionId id);

  using Enough = std::function<bool(const journal::Head&)>;
  Task<std::optional<journal::Head>> await_head(ExecutionId id, Timestamp deadline,
                                                Watchers::Interest interest, Enough is_enough);

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
  Task<Result<std::int64_t>> command_elsewhere(ExecutionId id, Command command);
  Task<std::optional<Approval>> find_approval(ApprovalId id);
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
                      .created_by = request.created_by,
                      .test = request.test,
                      .response = {}};
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
  QD_CO_CHECK(check_stop(*definition, execution.test));
  const bool has_key = definition->concurrency && definition->concurrency->key;
  std::shared_ptr<const ProjectScope> project;
  if (has_key || needs_project(*definition)) {
    QD_CO_TRY(project, co_await parts_.catalog.project(execution.project_id));
  }
  QD_CO_TRY(const auto limits, co_await parts_.catalog.limits(execution.project_id));
  QD_CO_TRY(auto standing, admission::standing_of(execution, *definition, project.get()));
  if (standing.lane || !limits.is_none() || runner_.is_crowded())
    co_return co_await runner_.enqueue({.execution = std::move(execution),
                                        .document = std::move(document),
                                        .limits = limits,
                                        .standing = std::move(standing)});
  co_return co_await runner_.add(std::move(execution), std::move(definition), std::move(project),
                                 std::move(document));
}

Task<Result<Execution>> Engine::Impl::fork(ExecutionId id, ForkRequest request) {
  auto source =
      co_await parts_.database.read([&](db::Snapshot& view) { return journal::read(view, id); });
  if (!source) co_return journal::not_found();
  QD_CO_CHECK(runner_.accept(source->execution.project_id));
  auto document = source->document.value_or(Json());
  QD_CO_TRY(const auto definition, co_await runner_.definition_of(source->execution, document));
  const auto now = parts_.clock.now();
  QD_CO_TRY(auto events, fork_events(*definition, id, source->events, request.from_step, now));
  auto& from = source->execution;
  Execution execution{.id = ExecutionId::make(now),
                      .project_id = from.project_id,
                      .workflow_id = from.workflow_id,
                      .workflow_version = from.workflow_version,
                      .name = from.name,
                      .trigger = "fork",
                      .input = request.input ? *std::move(request.input) : std::move(from.input),
                      .output = {},
                      .error = {},
                      .priority = from.priority,
                      .created_at = now,
                      .updated_at = now,
                      .created_by = request.created_by,
                      .revision = std::ssize(events),
                      .forked_from = ForkedFrom{id, request.from_step}};
  QD_CO_CHECK(check_schema(definition->inputs, execution.input, "/input"));
  journal::Timing timing;
  if (definition->timeout) timing.deadline = now + *definition->timeout;
  std::shared_ptr<const ProjectScope> project;
  if (definition->concurrency) {
    QD_CO_TRY(project, co_await parts_.catalog.project(execution.project_id));
  }
  QD_CO_TRY(const auto limits, co_await parts_.catalog.limits(execution.project_id));
  QD_CO_TRY(auto standing, admission::standing_of(execution, *definition, project.get()));
  co_return co_await runner_.enqueue({.execution = std::move(execution),
                                      .document = std::move(document),
                                      .limits = limits,
                                      .standing = std::move(standing),
                                      .events = std::move(events),
                                      .timing = timing});
}

Task<Result<Execution>> Engine::Impl::cancel(ExecutionId id, std::string reason) {
  const auto act = [this, reason](Machine& machine) -> Result<void> {
    if (is_final(machine.execution().status)) return finished_already();
    machine.cancel(reason, parts_.clock.now());
    return {};
  };
  co_return co_await runner_.call(std::move(id), act, /*is_forced=*/true);
}

Task<Result<Engine::Impl::Commanded>> Engine::Impl::command(ExecutionId id, Command command) {
  // Shared with the act, which runs before this goes on.
  const auto taken = std::make_shared<std::int64_t>(0);
  const auto act = [this, command, taken](Machine& machine) -> Result<void> {
    QD_TRY(*taken, perform(machine, command, parts_.clock.now()));
    return {};
  };
  auto done = co_await runner_.call(id, act);
  if (done) co_return Commanded{*std::move(done), *taken};
  if (done.error().code != "execution.elsewhere") co_return std::unexpected(done.error());
  QD_CO_TRY(*taken, co_await command_elsewhere(id, std::move(command)));
  auto execution = co_await runner_.find(id);
  if (!execution) co_return journal::not_found();
  co_return Commanded{*std::move(execution), *taken};
}

/// The other node takes the command as a message and answers with its commit.
Task<Result<std::int64_t>> Engine::Impl::command_elsewhere(ExecutionId id, Command command) {
  Watchers::Watch watch(watchers_, topic_of(id), co_await asio::this_coro::executor);
  const Message message{
      .id = {}, .to = id, .kind = MessageKind::Command, .data = json::to_json(command)};
  const auto sent = co_await parts_.database.write(
      [&](db::Transaction& tx) { return journal::send(tx, message, parts_.clock.now()); });
  if (!sent) co_return finished_already();
  const auto look = [&](db::Snapshot& view) { return journal::answer_to(view, *sent); };
  const auto deadline = parts_.clock.now() + kCommandPatience;
  for (;;) {
    // Tells the other node; takes the execution over where nobody has it any more.
    runner_.wake({id});
    if (auto answer = co_await parts_.database.read(look)) co_return *std::move(answer);
    const auto head = watch.latest();
    const auto now = parts_.clock.now();
    if (now >= deadline || (head && is_final(head->status))) break;
    co_await watch.wait(parts_.clock, std::min(deadline, now + kRemind));
  }
  const auto was_left = co_await parts_.database.write(
      [&](db::Transaction& tx) { return journal::withdraw(tx, *sent); });
  if (!was_left)
    if (auto answer = co_await parts_.database.read(look)) co_return *std::move(answer);
  const auto head = watch.latest();
  if (head && is_final(head->status)) co_return finished_already();
  co_return journal::elsewhere();
}

Task<Result<Execution>> Engine::Impl::steer(ExecutionId id, CommandKind kind, Json data) {
  QD_CO_TRY(auto done, co_await command(std::move(id), {kind, std::move(data)}));
  co_return std::move(done.execution);
}

Task<std::optional<Approval>> Engine::Impl::find_approval(ApprovalId id) {
  co_return co_await parts_.database.read(
      [&](db::Snapshot& view) { return journal::find_approval(view, id); });
}

Task<Result<Approval>> Engine::Impl::decide(ApprovalId id, Decision decision) {
  const auto not_found =
      fail(ErrorKind::NotFound, "approval.not_found", "there is no approval with this id");
  auto approval = co_await find_approval(id);
  if (!approval) co_return not_found;
  if (approval->status != ApprovalStatus::Pending) co_return decided_already();
  if (decision.approved) QD_CO_CHECK(check_schema(approval->form, decision.form, "/form"));
  approval->status = decision.approved ? ApprovalStatus::Approved : ApprovalStatus::Rejected;
  approval->answer = std::move(decision.form);
  approval->comment = std::move(decision.comment);
  approval->decided_by = decision.decided_by;
  QD_CO_CHECK(
      co_await command(approval->execution_id, {CommandKind::Decide, json::to_json(*approval)}));
  auto decided = co_await find_approval(id);
  if (!decided) co_return not_found;
  co_return *std::move(decided);
}

Task<Result<std::int64_t>> Engine::Impl::publish(ProjectId project, EventMessage event) {
  const auto told = co_await parts_.database.write([&](db::Transaction& tx) {
    return journal::publish(tx, project, event, parts_.clock.now());
  });
  runner_.wake(told);
  co_return std::ssize(told);
}

Task<Result<void>> Engine::Impl::wake(ExecutionId id) {
  runner_.wake({std::move(id)});
  co_return Result<void>();
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

Watchers& Engine::watchers() {
  return impl_->watchers_;
}

bool Engine::is_running() const {
  return impl_->is_running();
}

Task<Result<Execution>> Engine::begin(StartRequest request) {
  return impl_->inside(impl_->begin(std::move(request)));
}

Task<Result<Execution>> Engine::cancel(ExecutionId id, std::string reason) {
  return impl_->inside(impl_->cancel(std::move(id), std::move(reason)));
}

Task<Result<Execution>> Engine::pause(ExecutionId id) {
  return impl_->inside(impl_->steer(std::move(id), CommandKind::Pause));
}

Task<Result<Execution>> Engine::resume(ExecutionId id) {
  return impl_->inside(impl_->steer(std::move(id), CommandKind::Resume));
}

Task<Result<Execution>> Engine::retry(ExecutionId id) {
  return impl_->inside(impl_->retry(std::move(id)));
}

Task<Result<Execution>> Engine::fork(ExecutionId id, ForkRequest request) {
  return impl_->inside(impl_->fork(std::move(id), std::move(request)));
}

Task<Result<std::int64_t>> Engine::signal(ExecutionId id, std::string name, Json payload) {
  Json event = JsonObject{{"name", name}, {"data", std::move(payload)}};
  QD_CO_TRY(const auto done, co_await impl_->inside(impl_->command(
                                 std::move(id), {CommandKind::Signal, std::move(event)})));
  co_return done.taken;
}

Task<Result<std::int64_t>> Engine::publish(ProjectId project, EventMessage event) {
  return impl_->inside(impl_->publish(std::move(project), std::move(event)));
}

Task<Result<void>> Engine::wake(ExecutionId id) {
  return impl_->inside(impl_->wake(std::move(id)));
}

Task<Result<Approval>> Engine::decide(ApprovalId id, Decision decision) {
  return impl_->inside(impl_->decide(std::move(id), std::move(decision)));
}

Task<Result<Execution>> Engine::resolve(ExecutionId id, std::string node_id,
                                        Resolution resolution) {
  return impl_->inside(impl_->steer(std::move(id), CommandKind::Resolve,
                                    JsonObject{{"step", node_id},
                                               {"happened", resolution.happened},
                                               {"output", std::move(resolution.output)}}));
}

std::unique_ptr<Watchers::Watch> Engine::watch_queue(const ProjectId& project,
                                                     std::string_view queue,
                                                     const boost::asio::any_io_executor& executor) {
  return std::make_unique<Watchers::Watch>(impl_->watchers_, queue_topic(project, queue), executor);
}

/// Suspends until `is_enough` holds of the execution's head, or the deadline; the head, or nothing
/// where there is no such execution.
Task<std::optional<journal::Head>> Engine::Impl::await_head(ExecutionId id, Timestamp deadline,
                                                            Watchers::Interest interest,
                                                            Enough is_enough) {
  Watchers::Watch watch(watchers_, topic_of(id), co_await asio::this_coro::executor, interest);
  bool was_told = true;
  for (;;) {
    auto head = watch.latest();
    if (!head || !was_told)
      head = co_await parts_.database.read(
          [&](db::Snapshot& view) { return journal::head(view, id); });
    const auto now = parts_.clock.now();
    if (!head || is_enough(*head) || !is_running() || now >= deadline) co_return head;
    was_told = co_await watch.wait(parts_.clock, std::min(deadline, now + kLook));
  }
}

Task<std::int64_t> Engine::changed(ExecutionId id, std::int64_t after, Timestamp deadline) {
  const auto head = co_await impl_->await_head(
      std::move(id), deadline, Watchers::Interest::Changes,
      [after](const journal::Head& one) { return one.revision > after || is_final(one.status); });
  co_return head.value_or(journal::Head{}).revision;
}

Task<bool> Engine::finished(ExecutionId id, Timestamp deadline) {
  const auto head =
      co_await impl_->await_head(std::move(id), deadline, Watchers::Interest::End,
                                 [](const journal::Head& one) { return is_final(one.status); });
  co_return !head || is_final(head->status);
}

}  // namespace qd::engine
