// One I/O thread with the connections it owns. Every connection lives on one worker from accept to
// end, so nothing of it needs a lock; one ticking timer per worker bounds them all, so a request
// arms no timer of its own: it stores a number.
#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/intrusive/list.hpp>

#include "platform/http/server_remote.h"
#include "platform/http/server_response.h"

namespace qd::http {

/// What a worker knows of a connection. Touched on the worker's thread only.
class Connection : public boost::intrusive::list_base_hook<> {
 public:
  static constexpr std::int64_t kNoDeadline = INT64_MAX;

  virtual ~Connection() = default;
  /// The deadline passed; it is already taken away.
  virtual void expire() = 0;
  /// The server stops: end when what is in flight is done.
  virtual void drain() = 0;
  /// The drain time is over: end now.
  virtual void abandon() = 0;

  /// On `Worker::now_ms`'s scale.
  std::int64_t deadline_ms = kNoDeadline;
};

/// What all workers of a server share. Constant once the server runs, but for the counter.
struct Shared {
  Shared(const ServerOptions& server_options, Handler& server_handler)
      : options(server_options),
        handler(server_handler),
        heads(server_options),
        trusted_proxies(server_options.trusted_proxies) {}

  void connection_ended();
  /// Whether the last connection ended within `length`.
  [[nodiscard]] bool wait_for_quiet(milliseconds length);

  const ServerOptions options;
  Handler& handler;
  const ResponseHeads heads;
  const AddressRanges trusted_proxies;
  std::atomic<std::size_t> connections = 0;

 private:
  std::mutex mutex_;
  std::condition_variable quiet_;
};

class Worker {
 public:
  Worker(Shared& shared, int index);

  void start();
  /// Stops the loop and joins; what is still suspended stays suspended.
  void join();

  /// Takes a connection in; until `remove` it is swept and drained. The worker's thread only, as
  /// everything below.
  void add(Connection& connection);
  void remove(Connection& connection);
  void drain();
  void abandon();

  [[nodiscard]] bool is_draining() const { return draining_; }
  /// A monotonic time, as fresh as the last tick.
  [[nodiscard]] std::int64_t now_ms() const { return now_ms_; }
  /// A deadline at least `length` from now.
  [[nodiscard]] std::int64_t deadline_in(milliseconds length) const {
    return now_ms_ + (length + tick_).count();
  }
  /// For the Date header, as fresh as the last tick.
  [[nodiscard]] std::string_view date() const { return date_; }
  /// An id that no other request of this process has.
  void make_request_id(std::string& into);

  Shared& shared;
  boost::asio::io_context io{1};

 private:
  void tick();
  void arm();
  void read_clocks();

  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> guard_;
  boost::asio::steady_timer timer_;
  boost::intrusive::list<Connection> connections_;
  milliseconds tick_;
  SystemClock clock_;
  std::int64_t date_second_ = 0;
  std::int64_t now_ms_ = 0;
  std::string date_;
  std::string id_prefix_;
  std::uint64_t requests_ = 0;
  bool draining_ = false;
  std::jthread thread_;
};

}  // namespace qd::http
