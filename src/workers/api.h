// Routes of workers.
#pragma once

#include "platform/api/router.h"
#include "workers/service.h"

namespace qd::workers {

class WorkerApi {
 public:
  /// The service outlives it.
  explicit WorkerApi(WorkerService& service) : service_(service) {}
  void add_routes(api::Router& router);

 private:
  qd::Task<Result<TaskList>> poll(api::Request<PollRequest> request);
  qd::Task<Result<TaskAnswer>> complete(api::Request<CompleteRequest> request);
  qd::Task<Result<TaskAnswer>> fail(api::Request<FailRequest> request);
  qd::Task<Result<TaskAnswer>> heartbeat(api::Request<HeartbeatRequest> request);

  WorkerService& service_;
};

}  // namespace qd::workers
