// The route of the WebSocket.
#pragma once

#include "realtime/session.h"

namespace qd::realtime {

class RealtimeApi {
 public:
  /// Both outlive it.
  RealtimeApi(api::Router& router, executions::ExecutionService& executions)
      : router_(router), executions_(executions) {}
  void add_routes();

 private:
  Task<void> serve(std::shared_ptr<http::WebSocket> socket);

  api::Router& router_;
  executions::ExecutionService& executions_;
};

}  // namespace qd::realtime
