// What goes over the WebSocket, but for the notices themselves (executions/notice.h).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "json/described.h"

namespace qd::realtime {

enum class Command { Auth, Subscribe, Unsubscribe, Ping };
BOOST_DESCRIBE_ENUM(Command, Auth, Subscribe, Unsubscribe, Ping)

/// From the client.
struct Message {
  Command type = Command::Ping;
  /// Of auth, which must come first: an access token or an API key. Later: a newer one of the same
  /// user.
  std::optional<Text<1, 8'192>> token;
  /// Of subscribe and unsubscribe: `execution:<id>`, `project:<id>`.
  std::optional<std::vector<Text<1, 200>>> topics;
  /// Of subscribe: the last `seq` that the client has of these topics; what came after it is sent.
  /// Unless said: all of an execution, of a project what comes from now on.
  std::optional<Whole<0, 9'000'000'000'000'000>> after;
};
BOOST_DESCRIBE_STRUCT(Message, (), (type, token, topics, after))

/// What the server says beside notices: `ready`, `subscribed`, `ended` (no more will come of this
/// topic), `unsubscribed`, `pong`, `error`.
struct Reply {
  std::string type;
  std::optional<std::string> topic = {};
  /// Of subscribed: where the client goes on if no notice comes.
  std::optional<std::int64_t> seq = {};
  std::optional<std::string> code = {};
  std::optional<std::string> message = {};
};
BOOST_DESCRIBE_STRUCT(Reply, (), (type, topic, seq, code, message))

}  // namespace qd::realtime
