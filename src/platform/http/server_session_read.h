// Session, the way in: bytes to a judged request. Included by server_session_{plain,tls}.cc.
#pragma once

#include "platform/http/server_session_impl.h"

namespace qd::http {

inline constexpr std::size_t kReadSize = 2 << 10;
inline constexpr std::size_t kBodyReadSize = 64 << 10;
/// Buffers larger than this are given back between requests.
inline constexpr std::size_t kKeptBuffer = 16 << 10;
/// A body or an answer that moves at least this fast never runs out of time.
inline constexpr std::int64_t kSlowestBytesPerMs = 4;

inline bool is_request_id(std::string_view text) {
  return !text.empty() && text.size() <= 128 && std::ranges::all_of(text, [](unsigned char c) {
    return std::isalnum(c) || c == '.' || c == '_' || c == '-';
  });
}

template <class Stream>
void Session<Stream>::begin_request() {
  request_ = {};
  parser_.emplace(request_);
  parser_->header_limit(static_cast<std::uint32_t>(options().max_header_bytes));
  refusal_ = nullptr;
  header_bytes_ = 0;
  body_bytes_ = 0;
  head_request_ = false;
  keep_alive_ = false;
  request_id_.clear();
  origin_.clear();
  method_.clear();
  path_.clear();
  client_ = remote_;
  if (in_.size() == 0 && in_.capacity() > kKeptBuffer) in_ = {};
  if (out_.capacity() > kKeptBuffer) out_ = {};
}

template <class Stream>
auto Session<Stream>::read_head() -> Task<Read> {
  for (;;) {
    if (const auto result = parse_head()) co_return *result;
    if (phase_ == Phase::Idle && worker_.is_draining()) co_return Read::Gone;
    auto [error, size] = co_await stream_.async_read_some(in_.prepare(kReadSize), kAsTuple);
    if (timed_out_ || error) co_return read_failed();
    in_.commit(size);
  }
}

/// What the bytes at hand amount to; nothing when more are needed.
template <class Stream>
auto Session<Stream>::parse_head() -> std::optional<Read> {
  if (!parser_->got_some()) {
    // An empty line before a request is an old client's mistake (RFC 9112, 2.2).
    while (in_.size() >= 2 && std::memcmp(in_.data().data(), "\r\n", 2) == 0) in_.consume(2);
  }
  if (in_.size() == 0) return std::nullopt;
  if (phase_ == Phase::Idle) {
    phase_ = Phase::Reading;
    deadline_ms = worker_.deadline_in(options().header_timeout);
  }
  error_code error;
  const auto used = parser_->put(in_.data(), error);
  in_.consume(used);
  header_bytes_ += used;
  // The parser bounds each step; dripped fields are bounded here.
  if (header_bytes_ + (parser_->is_header_done() ? 0 : in_.size()) > options().max_header_bytes)
    return refuse(kHeaderTooLarge);
  if (parser_->is_header_done() && !error) return check_head();
  if (error && error != boost::beast::http::error::need_more)
    return refuse(parser_->refusal_for(error));
  return std::nullopt;
}

template <class Stream>
auto Session<Stream>::read_failed() const -> Read {
  if (timed_out_ && phase_ == Phase::Reading && parser_->got_some()) return refuse(kTimedOut);
  return Read::Gone;
}

template <class Stream>
auto Session<Stream>::refuse(const Refusal& refusal) const -> Read {
  refusal_ = &refusal;
  return Read::Refused;
}

template <class Stream>
auto Session<Stream>::check_head() -> Read {
  const auto given_id = request_.header("X-Request-Id");
  if (is_request_id(given_id))
    request_id_ = given_id;
  else
    worker_.make_request_id(request_id_);
  request_.request_id = request_id_;
  head_request_ = request_.method == "HEAD";
  if (!options().cors_origins.empty()) origin_ = request_.header("Origin");
  find_remote();
  if (!options().observers.empty()) {
    method_ = request_.method;
    path_ = request_.path;
    client_ = request_.remote_address;
  }
  if (const auto* refusal = parser_->check_header()) return refuse(*refusal);
  keep_alive_ = parser_->keep_alive();
  if (parser_->is_done()) return Read::Done;
  const auto limit = worker_.shared.handler.body_limit(request_.method, request_.path);
  parser_->body_limit(limit);
  if (parser_->content_length().value_or(0) > limit) return refuse(kBodyTooLarge);
  parser_->eager(true);
  return Read::Done;
}

template <class Stream>
void Session<Stream>::find_remote() {
  request_.tls = kTls;
  const auto& trusted = worker_.shared.trusted_proxies;
  if (trusted.empty() || !trusted.contains(peer_)) {
    request_.remote_address = remote_;
    return;
  }
  std::string forwarded;
  for (const auto& [name, value] : request_.headers)
    if (same_header_name(name, "X-Forwarded-For"))
      forwarded += (forwarded.empty() ? "" : ",") + value;
  request_.remote_address = client_address(peer_, forwarded, trusted);
  if (request_.header("X-Forwarded-Proto") == "https") request_.tls = true;
}

template <class Stream>
auto Session<Stream>::read_body() -> Task<Read> {
  phase_ = Phase::Reading;
  body_started_ms_ = worker_.now_ms();
  if (parser_->expects_continue() && parser_->version() == 11 && in_.size() == 0) {
    const bool alive = co_await write("HTTP/1.1 100 Continue\r\n\r\n", {});
    if (!alive) co_return Read::Gone;
    phase_ = Phase::Reading;
  }
  for (;;) {
    if (const auto result = parse_body()) co_return *result;
    deadline_ms = worker_.deadline_in(options().body_timeout) - worker_.now_ms() +
                  body_started_ms_ +
                  static_cast<std::int64_t>(request_.body.size()) / kSlowestBytesPerMs;
    const auto left = parser_->content_length_remaining().value_or(kReadSize * 8);
    const auto want = std::clamp<std::size_t>(left, kReadSize, kBodyReadSize);
    auto [error, size] = co_await stream_.async_read_some(in_.prepare(want), kAsTuple);
    if (timed_out_ || error) co_return read_failed();
    in_.commit(size);
  }
}

template <class Stream>
auto Session<Stream>::parse_body() -> std::optional<Read> {
  if (in_.size() == 0) return std::nullopt;
  error_code error;
  in_.consume(parser_->put(in_.data(), error));
  if (error && error != boost::beast::http::error::need_more)
    return refuse(parser_->refusal_for(error));
  if (parser_->is_done()) return Read::Done;
  // Only chunk headers and trailers wait in the buffer; nobody needs long ones.
  if (in_.size() > options().max_header_bytes) return refuse(kMalformed);
  return std::nullopt;
}

}  // namespace qd::http
