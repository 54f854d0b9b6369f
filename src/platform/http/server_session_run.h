// Session, the whole: its life from accept to close. Included by server_session_{plain,tls}.cc.
#pragma once

#include "platform/http/server_session_write.h"

namespace qd::http {

template <class Stream>
void Session<Stream>::start(std::shared_ptr<Session> session) {
  error_code ignored;
  auto& socket = session->socket();
  socket.set_option(asio::ip::tcp::no_delay(true), ignored);
  socket.non_blocking(true, ignored);
  session->peer_ = socket.remote_endpoint(ignored).address();
  session->remote_ = client_address(session->peer_, {}, session->worker_.shared.trusted_proxies);
  auto& worker = session->worker_;
  worker.add(*session);
  auto* self = session.get();
  auto ended = [session = std::move(session)](std::exception_ptr fault) {
    session->worker_.remove(*session);
    if (!fault || session->cancelled_) return;
    try {
      std::rethrow_exception(fault);
    } catch (const std::exception& what) {
      log::error("connection failed", {{"error", what.what()}, {"remote", session->remote_}});
    }
  };
  asio::co_spawn(worker.io, self->run(),
                 asio::bind_cancellation_slot(self->cancel_.slot(), std::move(ended)));
}

template <class Stream>
void Session<Stream>::expire() {
  if (websocket_) return websocket_->abort();
  error_code ignored;
  timed_out_ = true;
  if (phase_ == Phase::Idle || phase_ == Phase::Reading)
    socket().cancel(ignored);
  else
    socket().close(ignored);
}

template <class Stream>
void Session<Stream>::drain() {
  error_code ignored;
  if (websocket_) return websocket_->go_away();
  if (phase_ == Phase::Idle) socket().cancel(ignored);
  if (phase_ != Phase::Streaming) return;
  cancelled_ = true;
  cancel_.emit(asio::cancellation_type::terminal);
}

template <class Stream>
void Session<Stream>::abandon() {
  error_code ignored;
  cancelled_ = true;
  cancel_.emit(asio::cancellation_type::terminal);
  if (websocket_) return websocket_->abort();
  socket().close(ignored);
}

template <class Stream>
Task<void> Session<Stream>::run() {
  deadline_ms = worker_.deadline_in(options().header_timeout);
  bool more = true;
  if constexpr (kTls) more = co_await shake_hands();
  // A connection that never says anything has the header's time, not that of an idle one.
  phase_ = Phase::Idle;
  while (more) {
    more = co_await serve_one();
    phase_ = Phase::Idle;
    deadline_ms = worker_.deadline_in(options().idle_timeout);
  }
  if (cancelled_ || !socket().is_open()) co_return;
  if (last_answer_sent_) co_await close_gently();
  error_code ignored;
  socket().close(ignored);
}

template <class Stream>
Task<bool> Session<Stream>::shake_hands() {
  if constexpr (kTls) {
    const auto [error] = co_await stream_.async_handshake(TlsStream::server, kAsTuple);
    co_return !error;
  } else {
    co_return true;
  }
}

template <class Stream>
Task<bool> Session<Stream>::serve_one() {
  begin_request();
  auto read = co_await read_head();
  if (!options().observers.empty()) started_ = std::chrono::steady_clock::now();
  if (read == Read::Done && parser_->wants_websocket()) {
    co_await upgrade();
    co_return keep_alive_;
  }
  if (read == Read::Done && !parser_->is_done()) read = co_await read_body();
  if (read == Read::Gone) co_return false;
  if (read == Read::Refused) {
    keep_alive_ = false;
    if (request_id_.empty()) worker_.make_request_id(request_id_);
    co_await respond(problem(refusal_->status, refusal_->code, refusal_->detail, request_id_));
    co_return false;
  }
  Response response = co_await ask_handler();
  if (cancelled_) co_return false;
  co_await respond(std::move(response));
  co_return keep_alive_ && !cancelled_;
}

/// Pages of other sites may not open sockets with the visitor's network position behind them.
template <class Stream>
bool Session<Stream>::accepts_origin() const {
  const auto origin = request_.header("Origin");
  if (origin.empty() || worker_.shared.heads.trusts_origin(origin)) return true;
  const auto scheme_end = origin.find("://");
  return scheme_end != origin.npos &&
         same_header_name(origin.substr(scheme_end + 3), request_.header("Host"));
}

/// Why this upgrade is not one to accept, as an answer.
template <class Stream>
std::optional<Response> Session<Stream>::refuse_upgrade() const {
  const auto no = [this](int status, std::string_view code, std::string_view detail) {
    return problem(status, code, detail, request_id_);
  };
  if (!worker_.shared.handler.accepts_websocket(request_.path))
    return no(404, "http.no_websocket", "There is no WebSocket here.");
  if (!accepts_origin())
    return no(403, "http.origin", "Pages of this origin may not open WebSockets here.");
  if (request_.method != "GET" || request_.header("Sec-WebSocket-Key").size() != 24)
    return no(400, "http.upgrade", "A WebSocket opens with GET and a Sec-WebSocket-Key.");
  if (request_.header("Sec-WebSocket-Version") == "13") return std::nullopt;
  auto response =
      no(426, "http.upgrade", "Only version 13 of the WebSocket protocol is spoken here.");
  response.headers.emplace_back("Sec-WebSocket-Version", "13");
  return response;
}

template <class Stream>
Task<void> Session<Stream>::upgrade() {
  if (auto refusal = refuse_upgrade()) {
    // What follows may already be frames.
    keep_alive_ = false;
    co_await respond(*std::move(refusal));
    co_return;
  }
  typename WebSocketConnection<Stream>::Upgrade head{boost::beast::http::verb::get, request_.path,
                                                     11};
  for (const auto& [name, value] : request_.headers) head.insert(name, value);
  keep_alive_ = false;
  phase_ = Phase::WebSocket;
  deadline_ms = kNoDeadline;
  websocket_ = std::make_shared<WebSocketConnection<Stream>>(std::move(stream_), worker_, *this);
  const bool accepted = co_await websocket_->accept(std::move(head), request_id_);
  if (accepted) {
    if (!options().observers.empty()) tell_observers({.status = 101});
    co_await run_websocket(websocket_);
  } else {
    websocket_->release();
  }
}

template <class Stream>
Task<void> Session<Stream>::run_websocket(std::shared_ptr<WebSocketConnection<Stream>> websocket) {
  // What it held for requests is not needed again.
  parser_.reset();
  in_ = {};
  out_ = {};
  Request request = std::exchange(request_, {});
  std::string what;
  if (worker_.is_draining()) websocket->go_away();
  try {
    co_await worker_.shared.handler.websocket(std::move(request), websocket);
  } catch (const std::exception& fault) {
    what = fault.what();
  }
  if (!what.empty() && !cancelled_)
    log::error("websocket session failed", {{"request_id", request_id_}, {"error", what}});
  if (cancelled_)
    websocket->release();
  else
    co_await websocket->finish();
}

}  // namespace qd::http
