#include "realtime/session.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "platform/log/log.h"

namespace qd::realtime {
namespace {

namespace asio = boost::asio;

/// How long a wait for notices lasts; then it begins again.
constexpr std::chrono::hours kLook{1};

Result<Message> read(const std::string& text) {
  QD_TRY(const auto value, json::parse(text));
  return json::from_json<Message>(value);
}

std::string to_text(const Error& error, std::optional<std::string> topic) {
  auto message = error.message;
  for (const auto& fault : error.faults) message += "; " + fault.path + ": " + fault.message;
  return json::to_text(Reply{.type = "error",
                             .topic = std::move(topic),
                             .code = error.code,
                             .message = std::move(message)});
}

Error too_slow() {
  return {.code = "realtime.too_slow",
          .message = "you do not read what is sent; come back with `after`"};
}

}  // namespace

// --- the connection
// -----------------------------------------------------------------------------

void Session::say(Reply reply) {
  if (!socket_->send(json::to_text(reply))) socket_->drop(to_text(too_slow(), std::nullopt));
}

void Session::complain(const Error& error, std::optional<std::string> topic) {
  if (!socket_->send(to_text(error, std::move(topic))))
    socket_->drop(to_text(too_slow(), std::nullopt));
}

Task<bool> Session::authenticate() {
  // Whoever stays silent is closed by the timer, which ends the wait for his message.
  asio::steady_timer silence(co_await asio::this_coro::executor, kAuthTimeout);
  silence.async_wait([socket = socket_](boost::system::error_code error) {
    if (!error) socket->close("say who you are: {\"type\":\"auth\",\"token\":…}");
  });
  const auto text = co_await socket_->receive();
  silence.cancel();
  if (!text) co_return false;
  const auto message = read(*text);
  if (!message || message->type != Command::Auth || !message->token) {
    complain({.code = "realtime.auth_first",
              .message = "the first message is {\"type\":\"auth\",\"token\":…}"});
    co_return false;
  }
  const auto caller = co_await parts_.router.authenticate(*message->token);
  if (!caller) {
    complain(caller.error());
    co_return false;
  }
  user_ = caller->user;
  token_ = *message->token;
  say({.type = "ready"});
  co_return true;
}

/// A newer token, before the one that is known runs out.
Task<void> Session::renew(const Message& message) {
  const auto caller = co_await parts_.router.authenticate(message.token.value_or(""));
  if (!caller) {
    complain(caller.error());
  } else if (caller->user != user_) {
    complain({.code = "realtime.other_user", .message = "this connection is another user's"});
  } else {
    token_ = *message.token;
    say({.type = "ready"});
  }
}

Task<void> Session::run() {
  drained_ = std::make_shared<asio::steady_timer>(co_await asio::this_coro::executor,
                                                  asio::steady_timer::time_point::max());
  if (co_await authenticate()) {
    while (const auto text = co_await socket_->receive()) {
      const auto message = read(*text);
      if (message)
        co_await obey(*message);
      else
        complain(message.error());
    }
  }
  socket_->close("");
  co_await leave_all();
}

Task<void> Session::obey(const Message& message) {
  const auto topics = message.topics.value_or(std::vector<Text<1, 200>>{});
  std::optional<std::int64_t> after;
  if (message.after) after = message.after->value;
  switch (message.type) {
    case Command::Ping:
      say({.type = "pong"});
      co_return;
    case Command::Auth:
      co_await renew(message);
      co_return;
    case Command::Unsubscribe:
      for (const auto& topic : topics) unsubscribe(topic);
      co_return;
    case Command::Subscribe:
      for (const auto& topic : topics) co_await subscribe(topic, after);
  }
}

Task<void> Session::leave_all() {
  for (const auto& [name, subscription] : subscriptions_) {
    subscription->is_over = true;
    subscription->cancel.emit(asio::cancellation_type::terminal);
  }
  subscriptions_.clear();
  if (followers_ > 0) co_await drained_->async_wait(asio::as_tuple(asio::use_awaitable));
}

// --- topics
// -------------------------------------------------------------------------------------

Task<void> Session::subscribe(std::string name, std::optional<std::int64_t> after) {
  if (subscriptions_.contains(name)) unsubscribe(name);
  const auto topic = executions::parse_topic(name);
  if (!topic) {
    complain(
        {.code = "realtime.unknown_topic", .message = "topics are execution:<id> and project:<id>"},
        name);
    co_return;
  }
  if (subscriptions_.size() >= kMaxTopics) {
    complain({.code = "realtime.too_many_topics", .message = "at most 100 topics a connection"},
             name);
    co_return;
  }
  const bool is_execution = topic->kind == executions::Topic::Kind::Execution;
  if (is_execution && !after) after = 0;
  const auto subscription = std::make_shared<Subscription>(*topic, after);
  subscriptions_[name] = subscription;
  ++followers_;
  asio::co_spawn(co_await asio::this_coro::executor, follow(name, subscription),
                 asio::bind_cancellation_slot(subscription->cancel.slot(),
                                              [self = shared_from_this()](std::exception_ptr) {
                                                if (--self->followers_ == 0)
                                                  self->drained_->cancel();
                                              }));
}

void Session::unsubscribe(const std::string& name) {
  const auto found = subscriptions_.find(name);
  if (found == subscriptions_.end()) return;
  found->second->is_over = true;
  found->second->cancel.emit(asio::cancellation_type::terminal);
  subscriptions_.erase(found);
  say({.type = "unsubscribed", .topic = name});
}

Task<void> Session::follow(std::string name, SubscriptionPtr subscription) {
  std::optional<Error> error;
  try {
    // Not inside of co_spawn: a refusal that needs no database would end this before it has begun.
    const auto executor = co_await asio::this_coro::executor;
    co_await asio::post(executor, asio::use_awaitable);
    const auto passed = co_await pass_on(name, subscription);
    if (!passed) error = passed.error();
  } catch (const boost::system::system_error&) {
    co_return;  // unsubscribed, or the connection ends
  } catch (const std::exception& fault) {
    log::warn("a topic ended early", {{"topic", name}, {"error", fault.what()}});
    error = Error{.code = "internal", .message = "the topic can't be read; subscribe again"};
  }
  if (subscription->is_over) co_return;
  subscriptions_.erase(name);
  if (error)
    give_up(name, *error);
  else
    say({.type = "ended", .topic = name});
}

/// Until the topic is over, the client unsubscribes, or may not follow any more.
Task<Result<void>> Session::pass_on(std::string name, SubscriptionPtr subscription) {
  executions::Admission admission(parts_.router, parts_.executions, subscription->topic,
                                  [this] { return token_; });
  QD_CO_CHECK(co_await admission.check());
  const auto follower = parts_.feeds.follow(subscription->topic, subscription->after,
                                            co_await asio::this_coro::executor);
  QD_CO_TRY(const auto position, co_await follower->open());
  if (subscription->is_over) co_return Result<void>();
  say({.type = "subscribed", .topic = name, .seq = position});
  for (;;) {
    const auto batch = co_await follower->next(parts_.clock, parts_.clock.now() + kLook);
    if (batch.is_over) co_return Result<void>();
    if (batch.notices.empty()) continue;
    QD_CO_CHECK(co_await admission.check());
    for (const auto& notice : batch.notices) {
      const bool sent = co_await send(name, *notice);
      if (!sent || subscription->is_over) co_return Result<void>();
    }
  }
}

/// Once there is room for it. False where the connection is lost; a slow client loses it here.
Task<bool> Session::send(const std::string& name, const executions::Notice& notice) {
  const bool has_room = co_await socket_->drained(kPatience);
  if (has_room && socket_->send(fmt::format(R"({{"topic":"{}",{})", name,
                                            std::string_view(notice.json).substr(1))))
    co_return true;
  socket_->drop(to_text(too_slow(), name));
  co_return false;
}

/// Tells why nothing more comes. Who is not known any more has nothing to ask for on this
/// connection.
void Session::give_up(const std::string& name, const Error& error) {
  complain(error, name);
  if (error.kind == ErrorKind::Unauthenticated) socket_->close(error.code);
}

}  // namespace qd::realtime
