// Routes of executions and approvals.
#pragma once

#include "executions/feed.h"
#include "executions/service.h"

namespace qd::executions {

class ExecutionApi {
 public:
  /// All outlive it.
  ExecutionApi(api::Router& router, ExecutionService& service, Feeds& feeds, Clock& clock)
      : router_(router), service_(service), feeds_(feeds), clock_(clock) {}
  void add_routes();

 private:
  template <class T>
  using Answer = Task<Result<T>>;
  using Nothing = api::Nothing;

  void add_reading();
  void add_steering();
  void add_events();
  void add_approvals();

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

  api::Router& router_;
  ExecutionService& service_;
  Feeds& feeds_;
  Clock& clock_;
};

}  // namespace qd::executions
