#include "realtime/session.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "platform/log/log.h"

namespace qd::realtime {
namespace {

namespace asio = boost::asio;

constexpr std::string_view kExecution = "execution:";
constexpr std::int64_t kBatch = 500;
/// A follower looks at least this often whether its caller may still see the execution.
constexpr std::chrono::minutes kLook{1};

Result<Message> read(const std::string& text) {
  QD_TRY(const auto value, json::parse(text));
  return json::from_json<Message>(value);
}

}  // namespace

void Session::say(Reply reply) {
  socket_->send(json::to_text(reply));
}

void Session::complain(const Error& error, std::optional<std::string> topic) {
  auto message = error.message;
  for (const auto& fault : error.faults) message += "; " + fault.path + ": " + fault.message;
  say({.type = "error",
       .topic = std::move(topic),
       .code = error.code,
       .message = std::move(message)});
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
  auto caller = co_await router_.authenticate(*message->token);
  if (!caller) {
    complain(caller.error());
    co_return false;
  }
  caller_ = *std::move(caller);
  say({.type = "ready"});
  co_return true;
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
  switch (message.type) {
    case Command::Ping:
      say({.type = "pong"});
      co_return;
    case Command::Auth:
      complain({.code = "realtime.auth_twice", .message = "this connection knows who you are"});
      co_return;
    case Command::Unsubscribe:
      for (const auto& topic : topics) unsubscribe(topic);
      co_return;
    case Command::Subscribe:
      for (const auto& topic : topics)
        co_await subscribe(topic, message.after ? message.after->value : 0);
  }
}

Task<void> Session::subscribe(std::string name, std::int64_t after) {
  if (topics_.contains(name)) unsubscribe(name);
  if (!name.starts_with(kExecution)) {
    complain({.code = "realtime.topic_not_available", .message = "topics are execution:<id>"},
             name);
    co_return;
  }
  if (topics_.size() >= kMaxTopics) {
    complain({.code = "realtime.too_many_topics", .message = "at most 100 topics a connection"},
             name);
    co_return;
  }
  const auto execution = co_await executions_.glance(caller_, {name.substr(kExecution.size())});
  if (!execution) {
    complain(execution.error(), name);
    co_return;
  }
  auto topic = std::make_shared<Topic>();
  topic->after = after;
  topics_[name] = topic;
  say({.type = "subscribed", .topic = name});
  ++followers_;
  asio::co_spawn(co_await asio::this_coro::executor, follow(name, topic),
                 asio::bind_cancellation_slot(topic->cancel.slot(),
                                              [self = shared_from_this()](std::exception_ptr) {
                                                if (--self->followers_ == 0)
                                                  self->drained_->cancel();
                                              }));
}

void Session::unsubscribe(const std::string& name) {
  const auto found = topics_.find(name);
  if (found == topics_.end()) return;
  found->second->is_over = true;
  found->second->cancel.emit(asio::cancellation_type::terminal);
  topics_.erase(found);
  say({.type = "unsubscribed", .topic = name});
}

Task<void> Session::follow(std::string name, std::shared_ptr<Topic> topic) {
  const ExecutionId id{name.substr(kExecution.size())};
  try {
    while (co_await pass_on(name, *topic))
      co_await executions_.changed(id, topic->after, executions_.now() + kLook);
  } catch (const boost::system::system_error&) {
    co_return;  // unsubscribed, or the connection ends
  } catch (const std::exception& error) {
    log::warn("a topic ended early", {{"topic", name}, {"error", error.what()}});
  }
  if (topic->is_over) co_return;
  say({.type = "ended", .topic = name});
  topics_.erase(name);
}

/// Sends what is new; false once nothing more will come.
Task<bool> Session::pass_on(const std::string& name, Topic& topic) {
  const ExecutionId id{name.substr(kExecution.size())};
  for (;;) {
    const auto events = co_await executions_.events(caller_, id, topic.after, kBatch);
    if (!events || topic.is_over) co_return false;
    if (events->empty()) break;
    for (const auto& event : *events) {
      Notice notice{name, event.seq, event.type, event.at, event.node_id, event.data};
      if (!socket_->send(json::to_text(notice))) co_return false;
    }
    topic.after = events->back().seq;
  }
  const auto execution = co_await executions_.glance(caller_, id);
  co_return execution &&
      !(engine::is_final(execution->status) && execution->revision <= topic.after);
}

Task<void> Session::leave_all() {
  for (const auto& [name, topic] : topics_) {
    topic->is_over = true;
    topic->cancel.emit(asio::cancellation_type::terminal);
  }
  topics_.clear();
  if (followers_ > 0) co_await drained_->async_wait(asio::as_tuple(asio::use_awaitable));
}

}  // namespace qd::realtime
