// The connection's coroutine, once for plain sockets and once for TLS; included by those two files.
#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>

#include "platform/http/server_session.h"
#include "platform/http/websocket.h"
#include "platform/log/log.h"

namespace qd::http {

namespace asio = boost::asio;

using TlsStream = asio::ssl::stream<Socket>;

template <class Stream>
class Session final : public Connection, public std::enable_shared_from_this<Session<Stream>> {
 public:
  Session(Stream stream, Worker& worker) : worker_(worker), stream_(std::move(stream)) {}

  static void start(std::shared_ptr<Session> session);

  void expire() override;
  void drain() override;
  void abandon() override;

 private:
  using error_code = boost::system::error_code;
  static constexpr bool kTls = !std::is_same_v<Stream, Socket>;
  static constexpr auto kAsTuple = asio::as_tuple(asio::use_awaitable);

  enum class Phase { Idle, Reading, Handling, Streaming, Writing, Lingering, WebSocket };
  enum class Read { Done, Refused, Gone };
  enum class Framing { Chunked, Raw };
  class PieceWriter;

  Socket& socket() {
    if constexpr (kTls)
      return stream_.next_layer();
    else
      return stream_;
  }
  const ServerOptions& options() const { return worker_.shared.options; }

  Task<void> run();
  Task<bool> shake_hands();
  /// Reads one request and answers it; false when it was the last.
  Task<bool> serve_one();
  void begin_request();

  Task<Read> read_head();
  std::optional<Read> parse_head();
  Task<Read> read_body();
  std::optional<Read> parse_body();
  Read read_failed() const;
  Read refuse(const Refusal& refusal) const;
  /// Judges the header and readies the body.
  Read check_head();
  void find_remote();

  Task<Response> ask_handler();
  Task<void> respond(Response response);
  Task<bool> respond_stream(Response& response);
  bool compose_head(const Response& response);
  void tell_observers(const Response& response);
  void watch_peer();

  Task<void> upgrade();
  bool accepts_origin() const;
  std::optional<Response> refuse_upgrade() const;
  Task<void> run_websocket(std::shared_ptr<WebSocketConnection<Stream>> websocket);

  /// Writes both, in one system call where the socket takes them; false when the peer is gone.
  Task<bool> write(std::string_view head, std::string_view body);
  Task<bool> write_rest(std::array<asio::const_buffer, 2> parts);
  Task<void> close_gently();

  Worker& worker_;
  Stream stream_;
  asio::cancellation_signal cancel_;
  Phase phase_ = Phase::Reading;
  bool timed_out_ = false;
  bool cancelled_ = false;
  std::shared_ptr<WebSocketConnection<Stream>> websocket_;

  boost::beast::flat_buffer in_;
  std::string out_;
  Request request_;
  std::optional<RequestParser> parser_;
  mutable const Refusal* refusal_ = nullptr;
  std::size_t header_bytes_ = 0;
  std::int64_t body_started_ms_ = 0;

  std::string remote_;
  asio::ip::address peer_;
  bool tls_ = kTls;

  // What outlives the request's move into the handler.
  std::string request_id_;
  std::string origin_;
  std::string method_;
  std::string path_;
  std::string client_;
  bool head_request_ = false;
  bool keep_alive_ = true;
  bool last_answer_sent_ = false;
  std::chrono::steady_clock::time_point started_;
  std::uint64_t body_bytes_ = 0;
};

}  // namespace qd::http
