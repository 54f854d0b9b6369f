#include "engine/engine.h"

#include "engine/engine_impl.h"

namespace qd::engine {
namespace {

namespace asio = boost::asio;

/// Whoever waits for an execution looks at least this often: a notice of another node may be lost.
constexpr std::chrono::seconds kLook{10};

}  // namespace

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
