// The server's side of one WebSocket (RFC 6455), over a plain or a TLS stream. The session's
// coroutine receives; anybody may send: messages wait in a bounded queue that the I/O thread
// empties.
#pragma once

#include <deque>
#include <mutex>
#include <vector>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/websocket.hpp>

#include "platform/http/server_worker.h"

namespace qd::http {

inline constexpr std::size_t kMaxMessageIn = 64 << 10;
inline constexpr std::size_t kMaxWaitingOut = 1 << 20;
/// With less than this the queue counts as drained.
inline constexpr std::size_t kLittleWaitingOut = 64 << 10;
/// How long the peer may take to answer a close.
inline constexpr milliseconds kCloseTimeout{5'000};

template <class Stream>
class WebSocketConnection final : public WebSocket,
                                  public std::enable_shared_from_this<WebSocketConnection<Stream>> {
  using error_code = boost::system::error_code;
  // Without compression: an idle socket then costs about 2 KiB instead of 60.
  using Socket = boost::beast::websocket::stream<Stream, false>;
  using CloseReason = boost::beast::websocket::close_reason;

 public:
  using Upgrade = boost::beast::http::request<boost::beast::http::empty_body>;

  /// `connection` carries the deadline of closing; it outlives the use of this socket, which ends
  /// with `finish`.
  WebSocketConnection(Stream stream, Worker& worker, Connection& connection)
      : worker_(worker), connection_(connection), socket_(std::in_place, std::move(stream)) {}

  /// Answers an upgrade whose header is valid; false when the peer is gone.
  Task<bool> accept(Upgrade upgrade, std::string request_id) {
    namespace websocket = boost::beast::websocket;
    auto limits = websocket::stream_base::timeout::suggested(boost::beast::role_type::server);
    // Half of it without a sign of life sends a ping, all of it ends the connection.
    limits.idle_timeout = worker_.shared.options.idle_timeout;
    limits.keep_alive_pings = true;
    socket_->set_option(limits);
    socket_->set_option(websocket::stream_base::decorator(
        [request_id = std::move(request_id)](websocket::response_type& response) {
          response.set("X-Request-Id", request_id);
          response.erase("Server");
        }));
    socket_->read_message_max(kMaxMessageIn);
    socket_->auto_fragment(false);
    socket_->text(true);
    const auto [error] = co_await socket_->async_accept(upgrade, kAsTuple);
    co_return !error;
  }

  Task<std::optional<std::string>> receive() override {
    if (!socket_ || ended_ || wanted_) co_return std::nullopt;
    std::string message;
    auto buffer = boost::asio::dynamic_buffer(message);
    const auto [error, size] = co_await socket_->async_read(buffer, kAsTuple);
    if (error) {
      // The peer's close has been answered by the read itself; so has a broken rule.
      ended_ = true;
      set_closed();
      co_return std::nullopt;
    }
    if (!socket_->got_text()) {
      begin_close({boost::beast::websocket::close_code::unknown_data, "text messages only"});
      co_return std::nullopt;
    }
    co_return message;
  }

  using WebSocket::send;
  bool send(std::shared_ptr<const std::string> message) override {
    const std::scoped_lock lock(mutex_);
    if (closed_) return false;
    if (waiting_bytes_ > 0 && waiting_bytes_ + message->size() > kMaxWaitingOut) return false;
    push(std::move(message));
    return true;
  }

  Task<bool> drained(milliseconds patience) override {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    for (;;) {
      {
        const std::scoped_lock lock(mutex_);
        if (closed_) co_return false;
        if (waiting_bytes_ < kLittleWaitingOut) co_return true;
      }
      if (std::chrono::steady_clock::now() >= deadline) co_return false;
      boost::asio::steady_timer timer(worker_.io, deadline);
      drain_waiters_.push_back(&timer);
      co_await timer.async_wait(kAsTuple);
      std::erase(drain_waiters_, &timer);
      const auto state = co_await boost::asio::this_coro::cancellation_state;
      if (state.cancelled() != boost::asio::cancellation_type::none)
        throw boost::system::system_error(boost::asio::error::operation_aborted);
    }
  }

  void drop(std::string farewell) override {
    const std::scoped_lock lock(mutex_);
    if (closed_) return;
    for (const auto& message : waiting_) waiting_bytes_ -= message->size();
    waiting_.clear();
    push(std::make_shared<const std::string>(std::move(farewell)));
    request_close({boost::beast::websocket::close_code::try_again_later, "too slow"});
  }

  void close(std::string_view reason) override {
    const std::scoped_lock lock(mutex_);
    if (closed_) return;
    // A close frame has room for 123 bytes of reason.
    const boost::beast::string_view text(reason.data(), std::min<std::size_t>(reason.size(), 123));
    request_close({boost::beast::websocket::close_code::normal, text});
  }

  /// The server stops. I/O thread.
  void go_away() { begin_close({boost::beast::websocket::close_code::going_away, "server stops"}); }

  /// Ends the connection without a word; what waits on it fails. I/O thread.
  void abort() {
    if (!socket_) return;
    error_code ignored;
    boost::beast::get_lowest_layer(*socket_).close(ignored);
  }

  /// Called by the session once its handler is done: closes if nobody did, and lets go of the
  /// socket; whoever still holds this object sends into nothing.
  Task<void> finish() {
    begin_close({boost::beast::websocket::close_code::normal});
    boost::beast::flat_buffer ignored;
    while (!ended_) {
      const auto [error, size] = co_await socket_->async_read(ignored, kAsTuple);
      ended_ = static_cast<bool>(error);
      ignored.clear();
    }
    release();
  }

  /// The last part of `finish`, for a session that was cancelled.
  void release() {
    ended_ = true;
    set_closed();
    abort();
    socket_.reset();
  }

 private:
  static constexpr auto kAsTuple = boost::asio::as_tuple(boost::asio::use_awaitable);

  void set_closed() {
    {
      const std::scoped_lock lock(mutex_);
      closed_ = true;
    }
    wake_drain_waiters();
  }

  /// I/O thread.
  void wake_drain_waiters() {
    for (auto* timer : drain_waiters_) timer->cancel();
  }

  /// Under the lock.
  void push(std::shared_ptr<const std::string> message) {
    waiting_bytes_ += message->size();
    waiting_.push_back(std::move(message));
    if (std::exchange(flushing_, true)) return;
    boost::asio::post(worker_.io, [self = this->shared_from_this()] { self->flush(); });
  }

  /// Under the lock, which holds off `release` and so keeps the worker alive.
  void request_close(const CloseReason& reason) {
    closed_ = true;
    requested_ = reason;
    boost::asio::post(worker_.io,
                      [self = this->shared_from_this(), reason] { self->begin_close(reason); });
  }

  /// Lets what waits go out first, as far as the peer takes it.
  void begin_close(const CloseReason& reason) {
    bool flushing = false;
    {
      const std::scoped_lock lock(mutex_);
      closed_ = true;
      if (ended_ || wanted_) return;
      wanted_ = requested_.value_or(reason);
      flushing = flushing_;
    }
    wake_drain_waiters();
    connection_.deadline_ms = worker_.deadline_in(kCloseTimeout);
    if (!flushing) start_close();
  }

  void start_close() {
    if (!socket_ || std::exchange(closing_, true)) return;
    socket_->async_close(*wanted_, [self = this->shared_from_this()](error_code error) {
      // A waiting receive ends by itself on a clean close only.
      if (error) self->abort();
    });
  }

  void flush() {
    if (!socket_ || closing_) return;
    if (!take_next()) {
      if (wanted_) start_close();
      return;
    }
    socket_->async_write(
        boost::asio::buffer(*writing_),
        [self = this->shared_from_this()](error_code error, std::size_t) { self->wrote(error); });
  }

  bool take_next() {
    const std::scoped_lock lock(mutex_);
    if (waiting_.empty()) {
      flushing_ = false;
      return false;
    }
    writing_ = std::move(waiting_.front());
    waiting_.pop_front();
    return true;
  }

  void wrote(error_code error) {
    {
      const std::scoped_lock lock(mutex_);
      waiting_bytes_ -= writing_->size();
      if (error) closed_ = true;
    }
    writing_.reset();
    wake_drain_waiters();
    if (error)
      abort();
    else
      flush();
  }

  Worker& worker_;
  Connection& connection_;
  // Of the I/O thread.
  std::optional<Socket> socket_;
  std::shared_ptr<const std::string> writing_;
  std::vector<boost::asio::steady_timer*> drain_waiters_;
  std::optional<CloseReason> wanted_;
  bool closing_ = false;
  bool ended_ = false;

  std::mutex mutex_;
  std::deque<std::shared_ptr<const std::string>> waiting_;
  /// Queued or being written.
  std::size_t waiting_bytes_ = 0;
  std::optional<CloseReason> requested_;
  bool flushing_ = false;
  bool closed_ = false;
};

}  // namespace qd::http
