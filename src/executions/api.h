// Routes of executions and approvals.
#pragma once

#include "executions/service.h"

namespace qd::executions {

class ExecutionApi {
 public:
  /// The service outlives it.
  explicit ExecutionApi(ExecutionService& service) : service_(service) {}
  void add_routes(api::Router& router);

 private:
  template <class T>
  using Answer = Task<Result<T>>;
  using Nothing = api::Nothing;

  void add_reading(api::Router& router);
  void add_steering(api::Router& router);
  void add_events(api::Router& router);
  void add_approvals(api::Router& router);

  Answer<api::Page<Execution>> list(api::Request<Nothing, ExecutionQuery> request);
  Answer<Execution> get(api::Request<> request);
  Answer<StepList> steps(api::Request<Nothing, StepQuery> request);
  Answer<api::RawResponse> events(api::Request<> request);
  Answer<Json> event_value(api::Request<> request);
  Answer<Execution> cancel(api::Request<CancelRequest> request);
  Answer<Execution> pause(api::Request<> request);
  Answer<Execution> resume(api::Request<> request);
  Answer<Execution> retry(api::Request<> request);
  Answer<BulkAnswer> bulk(api::Request<BulkRequest> request);
  Answer<Execution> fork(api::Request<ForkRequest> request);
  Answer<SignalAnswer> signal(api::Request<SignalRequest> request);
  Answer<PublishAnswer> publish(api::Request<PublishRequest> request);
  Answer<Execution> resolve(api::Request<ResolveRequest> request);
  Answer<api::Page<engine::Approval>> approvals(api::Request<Nothing, ApprovalQuery> request);
  Answer<engine::Approval> approval(api::Request<> request);
  Answer<engine::Approval> decide(api::Request<DecideRequest> request);

  ExecutionService& service_;
};

}  // namespace qd::executions
