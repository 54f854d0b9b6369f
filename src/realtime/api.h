// The route of the WebSocket.
#pragma once

#include "realtime/session.h"

namespace qd::realtime {

class RealtimeApi {
 public:
  explicit RealtimeApi(Parts parts) : parts_(parts) {}
  void add_routes();

 private:
  Task<void> serve(std::shared_ptr<http::WebSocket> socket);

  const Parts parts_;
};

}  // namespace qd::realtime
