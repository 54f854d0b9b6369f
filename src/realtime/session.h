// One WebSocket connection: says who it is first, then follows topics.
//
// Nothing is taken from a feed before what was taken is on its way to the client, so a connection
// holds at most 64 KiB, one notice, and the page it reads from. A client that takes too little for
// too long is told `realtime.too_slow` and dropped; it comes back with `after`.
#pragma once

#include <map>
#include <memory>

#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/steady_timer.hpp>

#include "executions/admission.h"
#include "executions/feed.h"
#include "platform/api/router.h"
#include "realtime/messages.h"

namespace qd::realtime {

/// How many topics one connection may follow.
inline constexpr std::size_t kMaxTopics = 100;
/// How long a connection may stay without saying who it is.
inline constexpr std::chrono::seconds kAuthTimeout{10};
/// How long a client may take for what waits for it.
inline constexpr milliseconds kPatience{10'000};

/// What connections need; all outlive them.
struct Parts {
  api::Router& router;
  executions::ExecutionService& executions;
  executions::Feeds& feeds;
  Clock& clock;
};

/// Lives on one I/O thread, for as long as `run`.
class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(Parts parts, std::shared_ptr<http::WebSocket> socket)
      : parts_(parts), socket_(std::move(socket)) {}

  /// Until the peer closes; every topic is left by then.
  Task<void> run();

 private:
  struct Subscription {
    executions::Topic topic;
    std::optional<std::int64_t> after;
    boost::asio::cancellation_signal cancel = {};
    bool is_over = false;
  };
  using SubscriptionPtr = std::shared_ptr<Subscription>;

  Task<bool> authenticate();
  Task<void> renew(const Message& message);
  Task<void> obey(const Message& message);
  Task<void> subscribe(std::string name, std::optional<std::int64_t> after);
  void unsubscribe(const std::string& name);
  Task<void> follow(std::string name, SubscriptionPtr subscription);
  Task<Result<void>> pass_on(std::string name, SubscriptionPtr subscription);
  Task<bool> send(const std::string& name, const executions::Notice& notice);
  void give_up(const std::string& name, const Error& error);
  Task<void> leave_all();
  void say(Reply reply);
  void complain(const Error& error, std::optional<std::string> topic = {});

  const Parts parts_;
  std::shared_ptr<http::WebSocket> socket_;
  std::string token_;
  UserId user_;
  std::map<std::string, SubscriptionPtr> subscriptions_;
  /// Followers that still run; `drained_` is woken by the last.
  int followers_ = 0;
  std::shared_ptr<boost::asio::steady_timer> drained_;
};

}  // namespace qd::realtime
