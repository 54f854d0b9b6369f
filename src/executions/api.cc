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

/// 0 where there is none, or it is no number.
std::int64_t last_event_id(const http::Request& request) {
  const auto text = request.header("Last-Event-ID");
  std::int64_t seq = 0;
  std::from_chars(text.data(), text.data() + text.size(), seq);
  return std::max<std::int64_t>(seq, 0);
}

}  // namespace

void ExecutionApi::add_routes() {
  add_reading();
  add_steering();
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
  router_.add(steer("signal", "signalExecution", "Hand an event to the steps that wait for it."),
              *this, &ExecutionApi::signal);
  router_.add(steer("steps/{node_id}/resolve", "resolveStep",
                    "Say whether what an uncertain step had sent did happen."),
              *this, &ExecutionApi::resolve);
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

Task<Result<StepList>> ExecutionApi::steps(api::Request<> request) {
  return service_.steps(request.caller, id_of(request));
}

Task<Result<api::RawResponse>> ExecutionApi::events(api::Request<> request) {
  const Topic topic{Topic::Kind::Execution, request.path("execution_id")};
  Admission admission(router_, service_, topic,
                      [token = std::string(api::token_of(*request.raw))] { return token; });
  QD_CO_CHECK(co_await admission.check());
  co_return api::RawResponse{
      stream_events(feeds_, clock_, std::move(admission), topic, last_event_id(*request.raw))};
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
