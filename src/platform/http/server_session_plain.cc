#include "platform/http/server_session_run.h"

namespace qd::http {

void serve_plain(Socket socket, Worker& worker) {
  Session<Socket>::start(std::make_shared<Session<Socket>>(std::move(socket), worker));
}

}  // namespace qd::http
