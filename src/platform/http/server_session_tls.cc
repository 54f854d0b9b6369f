#include <boost/asio/ssl.hpp>
#include <boost/beast/websocket/ssl.hpp>

#include "platform/http/server_session_run.h"

namespace qd::http {

void serve_tls(Socket socket, Worker& worker, asio::ssl::context& context) {
  using Secure = Session<TlsStream>;
  Secure::start(std::make_shared<Secure>(TlsStream(std::move(socket), context), worker));
}

}  // namespace qd::http
