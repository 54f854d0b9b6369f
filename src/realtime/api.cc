#include "realtime/api.h"

namespace qd::realtime {

void RealtimeApi::add_routes() {
  parts_.router.add_websocket(
      "/api/v1/ws", [this](const http::Request&, std::shared_ptr<http::WebSocket> socket) {
        return serve(std::move(socket));
      });
}

Task<void> RealtimeApi::serve(std::shared_ptr<http::WebSocket> socket) {
  const auto session = std::make_shared<Session>(parts_, std::move(socket));
  co_await session->run();
}

}  // namespace qd::realtime
