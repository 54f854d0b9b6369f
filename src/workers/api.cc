#include "workers/api.h"

namespace qd::workers {
namespace {

api::Endpoint work(std::string path, std::string id, std::string summary) {
  return {.method = "POST",
          .path = std::move(path),
          .id = std::move(id),
          .tag = "workers",
          .summary = std::move(summary),
          .scope = "executions:write",
          .body_limit = 16 << 20};
}

}  // namespace

void WorkerApi::add_routes(api::Router& router) {
  auto poll = work("/task-queues/{queue}/poll", "pollTasks",
                   "Take tasks of a queue, waiting for one where there is none.");
  poll.description =
      "A task is the caller's until `lease_until`; a heartbeat prolongs it. Whoever falls silent "
      "loses it to the next who polls.";
  router.add(poll, *this, &WorkerApi::poll);
  router.add(work("/tasks/{task_id}/complete", "completeTask", "Give the step its output."), *this,
             &WorkerApi::complete);
  router.add(work("/tasks/{task_id}/fail", "failTask", "Say that the task could not be done."),
             *this, &WorkerApi::fail);
  router.add(work("/tasks/{task_id}/heartbeat", "heartbeatTask", "Say that it is still worked on."),
             *this, &WorkerApi::heartbeat);
}

qd::Task<Result<TaskList>> WorkerApi::poll(api::Request<PollRequest> request) {
  return service_.poll(request.caller, request.path("queue"), std::move(request.body));
}

qd::Task<Result<TaskAnswer>> WorkerApi::complete(api::Request<CompleteRequest> request) {
  return service_.complete(request.caller, {request.path("task_id")}, std::move(request.body));
}

qd::Task<Result<TaskAnswer>> WorkerApi::fail(api::Request<FailRequest> request) {
  return service_.fail(request.caller, {request.path("task_id")}, std::move(request.body));
}

qd::Task<Result<TaskAnswer>> WorkerApi::heartbeat(api::Request<HeartbeatRequest> request) {
  return service_.heartbeat(request.caller, {request.path("task_id")}, std::move(request.body));
}

}  // namespace qd::workers
