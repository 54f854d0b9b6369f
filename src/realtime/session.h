// One WebSocket connection: authenticates first, then follows topics. A client that does not keep
// up is closed by the socket's bounded queue, and comes back with `after`.
#pragma once

#include <map>
#include <memory>

#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/steady_timer.hpp>

#include "executions/service.h"
#include "platform/api/router.h"
#include "realtime/messages.h"

namespace qd::realtime {

/// How many topics one connection may follow.
inline constexpr std::size_t kMaxTopics = 100;
/// How long a connection may stay without saying who it is.
inline constexpr std::chrono::seconds kAuthTimeout{10};

/// Lives on one I/O thread, for as long as `run`.
class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(api::Router& router, executions::ExecutionService& executions,
          std::shared_ptr<http::WebSocket> socket)
      : router_(router), executions_(executions), socket_(std::move(socket)) {}

  /// Until the peer closes; every topic is left by then.
  Task<void> run();

 private:
  struct Topic {
    boost::asio::cancellation_signal cancel;
    std::int64_t after = 0;
    bool is_over = false;
  };

  Task<bool> authenticate();
  Task<void> obey(const Message& message);
  Task<void> subscribe(std::string name, std::int64_t after);
  void unsubscribe(const std::string& name);
  Task<void> follow(std::string name, std::shared_ptr<Topic> topic);
  Task<bool> pass_on(const std::string& name, Topic& topic);
  Task<void> leave_all();
  void say(Reply reply);
  void complain(const Error& error, std::optional<std::string> topic = {});

  api::Router& router_;
  executions::ExecutionService& executions_;
  std::shared_ptr<http::WebSocket> socket_;
  api::Caller caller_;
  std::map<std::string, std::shared_ptr<Topic>> topics_;
  /// Followers that still run; `drained_` is woken by the last.
  int followers_ = 0;
  std::shared_ptr<boost::asio::steady_timer> drained_;
};

}  // namespace qd::realtime
