#include "workers/service.h"

#include "base/encoding.h"
#include "engine/journal_outbox.h"
#include "engine/json_schema.h"
#include "engine/value_size.h"
#include "platform/crypto/digest.h"

namespace qd::workers {
namespace {

using projects::ProjectRole;
constexpr std::size_t kTokenBytes = 24;

std::string hash_of(std::string_view token) {
  return to_hex(crypto::sha256(token));
}

}  // namespace

qd::Task<Result<TaskList>> WorkerService::poll(api::Caller caller, std::string queue,
                                               PollRequest request) {
  const ProjectId project{std::string(request.project_id)};
  QD_CO_CHECK(co_await parts_.database.read([&](db::Snapshot& view) {
    return parts_.access.require(view, caller, project, ProjectRole::Operator);
  }));
  const auto deadline =
      parts_.clock.now() + milliseconds(request.wait_ms ? request.wait_ms->value : 0);
  const auto executor = co_await boost::asio::this_coro::executor;
  const auto watch = parts_.engine.watch_queue(project, queue, executor);
  for (;;) {
    std::optional<Timestamp> free_at;
    auto taken = co_await parts_.database.write([&](db::Transaction& tx) {
      auto list = take(tx, queue, request);
      free_at = store::next_free(tx, project, queue);
      return list;
    });
    const auto now = parts_.clock.now();
    const bool is_last = now >= deadline || !parts_.engine.is_running();
    if (!taken.items.empty() || is_last) co_return taken;
    // A worker that falls silent loses what it has.
    const auto until = free_at && *free_at > now ? std::min(*free_at, deadline) : deadline;
    co_await watch->wait(parts_.clock, until);
  }
}

TaskList WorkerService::take(db::Transaction& tx, const std::string& queue,
                             const PollRequest& request) const {
  const auto now = parts_.clock.now();
  TaskList list;
  for (auto& row : store::free_tasks(tx, {std::string(request.project_id)}, queue, now,
                                     request.max ? request.max->value : 1)) {
    Task task{.id = row.id,
              .token = to_hex(crypto::random_bytes(kTokenBytes)),
              .execution_id = row.execution_id,
              .step = row.step,
              .queue = row.queue,
              .payload = std::move(row.payload),
              .delivery = row.deliveries + 1,
              .lease_until = now + milliseconds(row.heartbeat_ms)};
    const auto worker = request.worker ? std::optional(std::string(*request.worker)) : std::nullopt;
    store::give(tx, row, worker, hash_of(task.token), task.lease_until);
    list.items.push_back(std::move(task));
  }
  return list;
}

/// The task, if it is still the worker's.
Result<store::Row> WorkerService::owned(db::Snapshot& view, const api::Caller& caller,
                                        const TaskId& id, std::string_view token) const {
  auto row = store::find(view, id.value);
  const auto missing =
      qd::fail(ErrorKind::NotFound, "task.not_found", "there is no task with this id");
  if (!row) return missing;
  const auto allowed = parts_.access.require(view, caller, row->project_id, ProjectRole::Operator);
  if (!allowed && allowed.error().kind == ErrorKind::NotFound) return missing;
  if (!allowed) return std::unexpected(allowed.error());
  if (!crypto::equal_in_constant_time(row->token_hash.value_or(""), hash_of(token)))
    return qd::fail(ErrorKind::Conflict, "task.lost",
                    "the task was given to another worker, or was never this one's");
  if (row->status != engine::TaskStatus::Running)
    return qd::fail(
        ErrorKind::Conflict, "task.over",
        fmt::format("the task is {} already; stop working on it", enum_name(row->status)));
  return *std::move(row);
}

qd::Task<Result<TaskAnswer>> WorkerService::heartbeat(api::Caller caller, TaskId id,
                                                      HeartbeatRequest request) {
  co_return co_await parts_.database.write([&](db::Transaction& tx) -> Result<TaskAnswer> {
    QD_TRY(const auto row, owned(tx, caller, id, std::string_view(request.token)));
    const auto until = parts_.clock.now() + milliseconds(row.heartbeat_ms);
    store::prolong(tx, id, until);
    return TaskAnswer{id, engine::TaskStatus::Running, until};
  });
}

qd::Task<Result<TaskAnswer>> WorkerService::complete(api::Caller caller, TaskId id,
                                                     CompleteRequest request) {
  auto output = request.output.value_or(Json());
  if (engine::text_size(output) > engine::kMaxOutput)
    co_return qd::fail(ErrorKind::TooLarge, "step.output_too_large",
                       fmt::format("the output is larger than {} MiB", engine::kMaxOutput >> 20));
  co_return co_await end(std::move(caller), std::move(id), std::string(request.token),
                         engine::TaskStatus::Completed, std::move(output));
}

qd::Task<Result<TaskAnswer>> WorkerService::fail(api::Caller caller, TaskId id,
                                                 FailRequest request) {
  const engine::StepError error{.code = request.code ? std::string(*request.code) : "task.failed",
                                .message = std::string(request.message),
                                .retryable = request.retryable.value_or(true),
                                .details = request.details.value_or(Json())};
  return end(std::move(caller), std::move(id), std::string(request.token),
             engine::TaskStatus::Failed, json::to_json(error));
}

qd::Task<Result<TaskAnswer>> WorkerService::end(api::Caller caller, TaskId id, std::string token,
                                                engine::TaskStatus status, Json result) {
  const bool is_good = status == engine::TaskStatus::Completed;
  QD_CO_TRY(const auto execution,
            co_await parts_.database.write([&](db::Transaction& tx) -> Result<ExecutionId> {
              QD_TRY(const auto row, owned(tx, caller, id, token));
              if (is_good) QD_CHECK(engine::check_schema(row.output_schema, result, "/output"));
              const auto now = parts_.clock.now();
              store::finish(tx, id, status, now);
              engine::Message message{.to = row.execution_id,
                                      .kind = engine::MessageKind::Task,
                                      .data = JsonObject{{"step", row.step},
                                                         {"awaited", id.value},
                                                         {"status", enum_name(status)},
                                                         {"output", is_good ? result : Json()},
                                                         {"error", is_good ? Json() : result}}};
              engine::journal::send(tx, message, now);
              return row.execution_id;
            }));
  QD_CO_CHECK(co_await parts_.engine.wake(execution));
  co_return TaskAnswer{std::move(id), status, std::nullopt};
}

}  // namespace qd::workers
