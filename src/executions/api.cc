#include "executions/api.h"

#include <charconv>

#include "executions/event_stream.h"

namespace qd::executions {
namespace {

ExecutionId id_of(const api::RequestContext& request) {
  return {request.path("execution_id")};
}

api::Endpoint read(std::string path, std::string id, std::string summary) {
  return {.method = "GET",
          .path = std::move(path),
          .id = std::move(id),
          .tag = "executions",
          .summary = std::move(summary),
          .scope = "executions:read"};
}

api::Endpoint steer(std::string what, std::string id, std::string summary) {
  return {.method = "POST",
          .path = "/executions/{execution_id}/" + what,
          .id = std::move(id),
          .tag = "executions",
          .summary = std::move(summary),
          .scope = "executions:write"};
}

/// 0 where it is no number from 0 on.
std::int64_t number(std::string_view text) {
  std::int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return std::max<std::int64_t>(value, 0);
}

}  // namespace

void ExecutionApi::add_routes() {
  add_reading();
  add_steering();
  add_events();
  add_approvals();
}

void ExecutionApi::add_reading() {
  router_.add(read("/executions", "listExecutions", "Executions, the newest first."), *this,
              &ExecutionApi::list);
  router_.add(read("/executions/{execution_id}", "getExecution", "One execution."), *this,
              &ExecutionApi::get);
  router_.add(
      read("/executions/{execution_id}/steps", "listSteps", "What became of each of its nodes."),
      *this, &ExecutionApi::steps);
  auto events = read("/executions/{execution_id}/events", "streamExecutionEvents",
                     "Its events, stored and as they happen, as server-sent events.");
  events.description =
      "`Last-Event-ID` says what was seen already. What models say comes between the events as "
      "`token`, without an id. The stream ends with the execution.";
  router_.add(events, *this, &ExecutionApi::events);
  auto value = read("/executions/{execution_id}/events/{seq}/{member}", "getEventValue",
                    "One value of an event, whole.");
  value.description =
      "Streams, steps and lists show a value that is large as `{\"$large\": {\"size\": …, "
      "\"url\": …}}`; this is the URL.";
  router_.add(value, *this, &ExecutionApi::event_value);
}

void ExecutionApi::add_steering() {
  router_.add(steer("cancel", "cancelExecution", "End it; running steps are interrupted."), *this,
              &ExecutionApi::cancel);
  router_.add(steer("pause", "pauseExecution", "Start no more steps; running ones finish."), *this,
              &ExecutionApi::pause);
  router_.add(steer("resume", "resumeExecution", "Go on after a pause."), *this,
              &ExecutionApi::resume);
  router_.add(steer("retry", "retryExecution", "Go on from what failed."), *this,
              &ExecutionApi::retry);
  auto bulk = steer("", "steerExecutions", "Cancel, pause, resume or retry many.");
  bulk.path = "/executions/bulk";
  bulk.description =
      "At most 500 a call, the oldest first; `more` says that there are others. Only those that "
      "the "
      "action fits match a filter: not what is over, where it is a cancel.";
  router_.add(bulk, *this, &ExecutionApi::bulk);
  auto fork = steer("fork", "forkExecution",
                    "A new execution that keeps all results but those from one step on.");
  fork.status = 202;
  router_.add(fork, *this, &ExecutionApi::fork);
  router_.add(steer("signal", "signalExecution", "Hand an event to the steps that wait for it."),
              *this, &ExecutionApi::signal);
  router_.add(steer("steps/{node_id}/resolve", "resolveStep",
                    "Say whether what an uncertain step had sent did happen."),
              *this, &ExecutionApi::resolve);
}

void ExecutionApi::add_events() {
  router_.add({.method = "POST",
               .path = "/projects/{project_id}/events",
               .id = "publishEvent",
               .tag = "executions",
               .summary = "Hand an event to every execution of the project that waits for it.",
               .scope = "executions:write",
               .body_limit = 1 << 20},
              *this, &ExecutionApi::publish);
}

Task<Result<PublishAnswer>> ExecutionApi::publish(api::Request<PublishRequest> request) {
  return service_.publish(request.caller, {request.path("project_id")}, std::move(request.body));
}

void ExecutionApi::add_approvals() {
  router_.add({.method = "GET",
               .path = "/approvals",
               .id = "listApprovals",
               .tag = "approvals",
               .summary = "Approvals, the newest first.",
               .scope = "executions:read"},
              *this, &ExecutionApi::approvals);
  router_.add({.method = "GET",
               .path = "/approvals/{approval_id}",
               .id = "getApproval",
               .tag = "approvals",
               .summary = "One approval.",
               .scope = "executions:read"},
              *this, &ExecutionApi::approval);
  router_.add({.method = "POST",
               .path = "/approvals/{approval_id}/decide",
               .id = "decideApproval",
               .tag = "approvals",
               .summary = "Approve or reject.",
               .scope = "executions:write"},
              *this, &ExecutionApi::decide);
}

Task<Result<api::Page<Execution>>> ExecutionApi::list(
    api::Request<Nothing, ExecutionQuery> request) {
  return service_.list(std::move(request.caller), std::move(request.query));
}

Task<Result<Execution>> ExecutionApi::get(api::Request<> request) {
  return service_.get(request.caller, id_of(request));
}

Task<Result<StepList>> ExecutionApi::steps(api::Request<Nothing, StepQuery> request) {
  return service_.steps(request.caller, id_of(request),
                        std::string(request.query.within.value_or("")));
}

Task<Result<api::RawResponse>> ExecutionApi::events(api::Request<> request) {
  const Topic topic{Topic::Kind::Execution, request.path("execution_id")};
  Admission admission(router_, service_, topic,
                      [token = std::string(api::token_of(*request.raw))] { return token; });
  QD_CO_CHECK(co_await admission.check());
  co_return api::RawResponse{stream_events(feeds_, clock_, std::move(admission), topic,
                                           number(request.raw->header("Last-Event-ID")))};
}

Task<Result<Execution>> ExecutionApi::cancel(api::Request<CancelRequest> request) {
  return service_.cancel(request.caller, id_of(request),
                         std::string(request.body.reason.value_or("")));
}

Task<Result<Execution>> ExecutionApi::pause(api::Request<> request) {
  return service_.pause(request.caller, id_of(request));
}

Task<Result<Execution>> ExecutionApi::resume(api::Request<> request) {
  return service_.resume(request.caller, id_of(request));
}

Task<Result<Execution>> ExecutionApi::retry(api::Request<> request) {
  return service_.retry(request.caller, id_of(request));
}

Task<Result<Json>> ExecutionApi::event_value(api::Request<> request) {
  return service_.event_value(request.caller, id_of(request), number(request.path("seq")),
                              request.path("member"));
}

Task<Result<BulkAnswer>> ExecutionApi::bulk(api::Request<BulkRequest> request) {
  return service_.bulk(std::move(request.caller), std::move(request.body));
}

Task<Result<Execution>> ExecutionApi::fork(api::Request<ForkRequest> request) {
  return service_.fork(request.caller, id_of(request), std::move(request.body));
}

Task<Result<SignalAnswer>> ExecutionApi::signal(api::Request<SignalRequest> request) {
  return service_.signal(request.caller, id_of(request), std::move(request.body));
}

Task<Result<Execution>> ExecutionApi::resolve(api::Request<ResolveRequest> request) {
  return service_.resolve(request.caller, id_of(request), request.path("node_id"),
                          std::move(request.body));
}

Task<Result<api::Page<engine::Approval>>> ExecutionApi::approvals(
    api::Request<Nothing, ApprovalQuery> request) {
  return service_.approvals(std::move(request.caller), std::move(request.query));
}

Task<Result<engine::Approval>> ExecutionApi::approval(api::Request<> request) {
  return service_.approval(request.caller, {request.path("approval_id")});
}

Task<Result<engine::Approval>> ExecutionApi::decide(api::Request<DecideRequest> request) {
  return service_.decide(request.caller, {request.path("approval_id")}, std::move(request.body));
}

}  // namespace qd::executions
