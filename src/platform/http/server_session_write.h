// Session, the way out: the handler's answer to bytes. Included by server_session_{plain,tls}.cc.
#pragma once

#include "platform/http/server_session_read.h"

namespace qd::http {

/// Bodies up to this size are copied behind their head: one buffer, one TLS record.
inline constexpr std::size_t kCopiedBody = 8 << 10;
inline constexpr milliseconds kLingerTimeout{2'000};
/// What is read and thrown away after the last answer, so that the peer gets to see it.
inline constexpr std::size_t kLingerBytes = 1 << 20;

template <class Stream>
class Session<Stream>::PieceWriter final : public BodyWriter {
 public:
  PieceWriter(Session& session, Framing framing) : session_(session), framing_(framing) {}

  Task<bool> write(std::string_view bytes) override {
    if (session_.cancelled_ || session_.head_request_) co_return false;
    if (bytes.empty()) co_return true;
    session_.body_bytes_ += bytes.size();
    if (framing_ == Framing::Raw) co_return co_await session_.write(bytes, {});
    auto& out = session_.out_;
    out.clear();
    fmt::format_to(std::back_inserter(out), "{:x}\r\n", bytes.size());
    if (bytes.size() > kCopiedBody) {
      // Too large to copy; its line end then costs a write of its own.
      const bool headed = co_await session_.write(out, bytes);
      if (!headed) co_return false;
      co_return co_await session_.write("\r\n", {});
    }
    out.append(bytes).append("\r\n");
    co_return co_await session_.write(out, {});
  }

 private:
  Session& session_;
  Framing framing_;
};

/// The handler's answer, or what is said when it broke.
template <class Stream>
Task<Response> Session<Stream>::ask_handler() {
  phase_ = Phase::Handling;
  deadline_ms = kNoDeadline;
  if (auto answer = worker_.shared.heads.preflight(request_)) co_return *std::move(answer);
  std::string what;
  try {
    co_return co_await worker_.shared.handler.handle(std::move(request_));
  } catch (const std::exception& fault) {
    what = fault.what();
  } catch (...) {
    what = "not a std::exception";
  }
  if (!cancelled_)
    log::error("request handler failed", {{"request_id", request_id_}, {"error", what}});
  co_return problem(500, "internal", "Something broke; the log has it under this request id.",
                    request_id_);
}

template <class Stream>
bool Session<Stream>::compose_head(const Response& response) {
  const HeadContext context{.date = worker_.date(),
                            .request_id = request_id_,
                            .origin = origin_,
                            .version = parser_->version(),
                            .keep_alive = keep_alive_,
                            .head_request = head_request_};
  out_.clear();
  try {
    worker_.shared.heads.append(out_, response, context);
    return true;
  } catch (const std::logic_error& fault) {
    log::error("response refused", {{"request_id", request_id_}, {"error", fault.what()}});
    return false;
  }
}

template <class Stream>
Task<void> Session<Stream>::respond(Response response) {
  if (worker_.is_draining()) keep_alive_ = false;
  // Without a length or chunks, the end of the connection is the end of the body.
  if (response.stream && parser_->version() == 10 &&
      find_header(response.headers, "Content-Length").empty())
    keep_alive_ = false;
  if (!compose_head(response)) {
    response = problem(500, "internal", "Something broke; the log has it under this request id.",
                       request_id_);
    compose_head(response);
  }
  if (response.stream) {
    const bool complete = co_await respond_stream(response);
    if (!complete) keep_alive_ = false;
  } else {
    std::string_view body = response.body;
    if (head_request_ || is_bodiless(response.status)) body = {};
    body_bytes_ = body.size();
    if (body.size() <= kCopiedBody) {
      out_.append(body);
      body = {};
    }
    const bool alive = co_await write(out_, body);
    if (!alive) keep_alive_ = false;
  }
  last_answer_sent_ = !keep_alive_;
  if (!options().observers.empty()) tell_observers(response);
}

/// Whether the body is whole and the connection can go on.
template <class Stream>
Task<bool> Session<Stream>::respond_stream(Response& response) {
  const bool alive = co_await write(out_, {});
  if (!alive || head_request_ || is_bodiless(response.status)) co_return alive;
  const auto said = find_header(response.headers, "Content-Length");
  const bool chunked = said.empty() && parser_->version() == 11;
  PieceWriter writer(*this, chunked ? Framing::Chunked : Framing::Raw);
  phase_ = Phase::Streaming;
  deadline_ms = kNoDeadline;
  watch_peer();
  std::string what;
  try {
    if (worker_.is_draining()) co_return false;
    co_await response.stream(writer);
  } catch (const std::exception& fault) {
    what = fault.what();
  }
  // Not ending the chunks is how a broken body is told from a whole one.
  if (cancelled_) co_return false;
  if (!what.empty()) {
    log::error("response stream failed", {{"request_id", request_id_}, {"error", what}});
    co_return false;
  }
  if (!chunked) co_return said.empty() || said == std::to_string(body_bytes_);
  co_return co_await write("0\r\n\r\n", {});
}

/// Ends the stream when the peer goes: it may have nothing to write for a long time.
template <class Stream>
void Session<Stream>::watch_peer() {
  auto seen = [weak = this->weak_from_this()](error_code error) {
    const auto self = weak.lock();
    if (!self || error || self->phase_ != Phase::Streaming) return;
    char byte;
    error_code peeked;
    self->socket().receive(asio::buffer(&byte, 1), asio::socket_base::message_peek, peeked);
    if (!peeked || peeked == asio::error::would_block) return;
    self->cancelled_ = true;
    self->cancel_.emit(asio::cancellation_type::terminal);
  };
  socket().async_wait(asio::socket_base::wait_read, std::move(seen));
}

template <class Stream>
void Session<Stream>::tell_observers(const Response& response) {
  const auto spent = std::chrono::steady_clock::now() - started_;
  const Exchange exchange{.method = method_,
                          .path = path_,
                          .route = response.route,
                          .remote_address = client_,
                          .request_id = request_id_,
                          .status = response.status,
                          .bytes = body_bytes_,
                          .duration = std::chrono::duration_cast<std::chrono::microseconds>(spent)};
  for (auto* observer : options().observers) observer->on_exchange(exchange);
}

template <class Stream>
Task<bool> Session<Stream>::write(std::string_view head, std::string_view body) {
  std::array parts{asio::buffer(head), asio::buffer(body)};
  if constexpr (!kTls) {
    // The socket nearly always takes an answer at once; only what is left waits.
    error_code error;
    auto written = stream_.write_some(parts, error);
    if (error && error != asio::error::would_block) co_return false;
    if (written == head.size() + body.size()) co_return true;
    for (auto& part : parts) {
      const auto taken = std::min(part.size(), written);
      part += taken;
      written -= taken;
    }
  }
  co_return co_await write_rest(parts);
}

template <class Stream>
Task<bool> Session<Stream>::write_rest(std::array<asio::const_buffer, 2> parts) {
  const auto phase = std::exchange(phase_, Phase::Writing);
  const auto started_ms = worker_.now_ms();
  std::int64_t total = 0;
  for (auto& part : parts) {
    while (part.size() > 0) {
      deadline_ms = worker_.deadline_in(options().body_timeout) - worker_.now_ms() + started_ms +
                    total / kSlowestBytesPerMs;
      auto [error, size] = co_await stream_.async_write_some(part, kAsTuple);
      if (error) co_return false;
      part += size;
      total += static_cast<std::int64_t>(size);
    }
  }
  deadline_ms = kNoDeadline;
  phase_ = phase;
  co_return true;
}

/// Says that we are done and reads on for a while: closing with unread bytes would reset the
/// connection, and the peer might lose the answer.
template <class Stream>
Task<void> Session<Stream>::close_gently() {
  phase_ = Phase::Lingering;
  deadline_ms = worker_.deadline_in(kLingerTimeout);
  if constexpr (kTls) {
    auto [error] = co_await stream_.async_shutdown(kAsTuple);
    (void)error;
  }
  error_code ignored;
  socket().shutdown(asio::socket_base::shutdown_send, ignored);
  std::size_t thrown_away = 0;
  while (thrown_away < kLingerBytes) {
    in_.clear();
    auto [error, size] = co_await socket().async_read_some(in_.prepare(kReadSize * 4), kAsTuple);
    if (error) break;
    thrown_away += size;
  }
}

}  // namespace qd::http
