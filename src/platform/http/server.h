// HTTP/1.1 in: bounded, slowloris-safe, drained on stop. It knows bytes and headers; what a route
// means is decided by its Handler.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include "base/time.h"
#include "platform/http/client.h"

namespace qd::http {

struct Request {
  std::string method;
  /// Percent-encoded path without the query: `/api/v1/projects/`.
  std::string path;
  std::string query;
  Headers headers;
  std::string body;
  std::string remote_address;
  /// From `X-Request-Id` when it is well-formed (1..128 of [A-Za-z0-9._-]), else made.
  std::string request_id;
  bool tls = false;
  [[nodiscard]] std::string_view header(std::string_view name) const;
};

/// Writes a body piece by piece (SSE). Each write waits for the peer: a slow reader slows the
/// writer.
class BodyWriter {
 public:
  virtual ~BodyWriter() = default;
  /// False once the peer is gone or the server stops.
  virtual Task<bool> write(std::string_view bytes) = 0;
};

struct Response {
  int status = 200;
  Headers headers;
  std::string body;
  /// When set, the body is written by this function instead: chunked, or as it is when `headers`
  /// name a Content-Length. Cancelled when the peer goes away or the server stops.
  std::function<Task<void>(BodyWriter&)> stream = {};
  /// The endpoint's path template, for logs and metrics. Must outlive the server.
  std::string_view route = {};
};

/// One WebSocket connection, text messages of at most 64 KiB in. Its session must keep a `receive`
/// waiting: pings and the peer's close are answered only then.
class WebSocket {
 public:
  virtual ~WebSocket() = default;
  /// The next message, or nothing when the peer closed, broke the rules, or the server stops.
  virtual Task<std::optional<std::string>> receive() = 0;
  /// Puts a message in the outgoing queue, which may hold 1 MiB or one longer message; false where
  /// it does not fit, or the socket closes. Callable from any thread.
  virtual bool send(std::shared_ptr<const std::string> message) = 0;
  bool send(std::string message) {
    return send(std::make_shared<const std::string>(std::move(message)));
  }
  /// Suspends until little waits in the queue; false when the peer took too little of it for
  /// `patience`, or the socket closes. On the session's thread.
  virtual Task<bool> drained(milliseconds patience) = 0;
  /// For a peer that does not keep up: throws away what waits, says `farewell` if the peer still
  /// reads, and closes with 1013. Callable from any thread.
  virtual void drop(std::string farewell) = 0;
  virtual void close(std::string_view reason) = 0;
};

/// What answers requests. Called on an I/O thread; must not block. Owned by main, outlives the
/// server.
class Handler {
 public:
  virtual ~Handler() = default;
  virtual Task<Response> handle(Request request) = 0;
  /// The largest body that this route takes, asked once the headers are read.
  [[nodiscard]] virtual std::size_t body_limit(std::string_view method,
                                               std::string_view path) const = 0;
  /// A WebSocket session for an upgrade request of this path, or nothing (then: 404).
  [[nodiscard]] virtual bool accepts_websocket(std::string_view path) const = 0;
  virtual Task<void> websocket(Request request, std::shared_ptr<WebSocket> socket) = 0;
};

/// A finished request, as logs and metrics want it. Borrowed: valid during the call only.
struct Exchange {
  std::string_view method;
  std::string_view path;
  /// Empty when no endpoint was found.
  std::string_view route;
  std::string_view remote_address;
  std::string_view request_id;
  int status = 0;
  /// Of the body, as written.
  std::uint64_t bytes = 0;
  std::chrono::microseconds duration{0};
};

/// Told of every finished request, on its I/O thread: must be quick and must not throw.
class Observer {
 public:
  virtual ~Observer() = default;
  virtual void on_exchange(const Exchange& exchange) = 0;
};

struct ServerOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 8000;  // 0: any free port
  int threads = 2;
  milliseconds header_timeout{10'000};
  milliseconds body_timeout{30'000};
  milliseconds idle_timeout{75'000};
  milliseconds drain_timeout{20'000};
  std::size_t max_header_bytes = 16 << 10;
  std::size_t max_connections = 20'000;
  /// PEM files; TLS when both are set. Read again when they change.
  std::string tls_certificate = {};
  std::string tls_key = {};
  milliseconds tls_check_interval{1'000};
  /// Origins (`https://app.example`) whose pages may call with credentials; `*` lets any page call
  /// without. Their pages may open WebSockets too, beside those of the server's own host.
  std::vector<std::string> cors_origins = {};
  /// CIDR ranges of proxies whose X-Forwarded-For and X-Forwarded-Proto are believed.
  std::vector<std::string> trusted_proxies = {};
  /// Empty: nobody is told. Owned by main, outlive the server.
  std::vector<Observer*> observers = {};
};

class Server {
 public:
  virtual ~Server() = default;
  /// Binds and starts its threads; throws std::runtime_error naming the address when it can't.
  virtual void start() = 0;
  [[nodiscard]] virtual std::uint16_t port() const = 0;
  /// Stops accepting, lets requests in flight finish until the drain timeout, closes WebSockets,
  /// joins the threads. Tolerates being called twice.
  virtual void stop() = 0;
};

std::unique_ptr<Server> make_server(const ServerOptions& options, Handler& handler);

}  // namespace qd::http
