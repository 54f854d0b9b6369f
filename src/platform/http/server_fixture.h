// For tests: a running server with a scripted handler, and a client that speaks bytes, so that what
// no decent client would send can be sent.
#pragma once

#include <future>

#include <boost/asio.hpp>
#include <boost/asio/ssl.hpp>

#include "platform/http/server.h"

namespace qd::http {

/// Routes by path:
///   /hello   "hello"               /echo    the request's body     /headers  its headers, one a
///   line /slow    waits for `release`   /throw   throws                 /inject   a header with a
///   line break /stream  "one" "two" chunked   /endless streams until stopped  /sized    a stream
///   with a length /ws      a WebSocket that echoes; "flood" makes it send until refused, "bye"
///   makes it close, "yours" hands it to the test
class ScriptedHandler final : public Handler {
 public:
  Task<Response> handle(Request request) override;
  [[nodiscard]] std::size_t body_limit(std::string_view, std::string_view) const override {
    return 1000;
  }
  [[nodiscard]] bool accepts_websocket(std::string_view path) const override {
    return path == "/ws";
  }
  Task<void> websocket(Request request, std::shared_ptr<WebSocket> socket) override;

  /// Lets /slow go on.
  std::promise<void> entered;
  std::atomic<bool> release = false;
  std::atomic<bool> stream_ended = false;
  /// Whether the last "flood" was refused in the end.
  std::atomic<bool> flood_refused = false;
  std::promise<std::shared_ptr<WebSocket>> handed_over;

 private:
  Task<void> wait_for_release();
  Task<void> stream_two(BodyWriter& writer);
  Task<void> stream_endless(BodyWriter& writer);
};

/// Small limits, any free port.
ServerOptions test_options();

class RawClient {
 public:
  explicit RawClient(std::uint16_t port);
  RawClient& send(std::string_view bytes);
  /// Everything until `end` was seen, or the peer closed.
  std::string read_until(std::string_view end);
  /// Everything until the peer closes (empty text when it already did).
  std::string read_all();
  /// One answer with Content-Length or chunks, head and body.
  std::string read_response();
  void close() { socket_.close(); }
  boost::asio::ip::tcp::socket& socket() { return socket_; }

 private:
  bool read_more();

  boost::asio::io_context io_;
  boost::asio::ip::tcp::socket socket_{io_};
  std::string pending_;
};

/// What one connection answers to `bytes`, read to its end.
std::string talk(std::uint16_t port, std::string_view bytes);

}  // namespace qd::http
