// What goes over the WebSocket.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/records.h"
#include "json/described.h"

namespace qd::realtime {

enum class Command { Auth, Subscribe, Unsubscribe, Ping };
BOOST_DESCRIBE_ENUM(Command, Auth, Subscribe, Unsubscribe, Ping)

/// From the client.
struct Message {
  Command type = Command::Ping;
  /// Of auth, which must come first: an access token or an API key.
  std::optional<Text<1, 8'192>> token;
  /// Of subscribe and unsubscribe: `execution:<id>`.
  std::optional<std::vector<Text<1, 200>>> topics;
  /// Of subscribe: the last sequence number that the client has; events after it are sent. 0 unless
  /// said: all of them.
  std::optional<Whole<0, 1'000'000'000'000>> after;
};
BOOST_DESCRIBE_STRUCT(Message, (), (type, token, topics, after))

/// One event of a topic.
struct Notice {
  std::string topic;
  std::int64_t seq = 0;
  engine::EventType type = engine::EventType::Started;
  Timestamp at;
  std::string node_id;
  JsonObject data;
};
BOOST_DESCRIBE_STRUCT(Notice, (), (topic, seq, type, at, node_id, data))

/// Everything else that the server says: `ready`, `subscribed`, `ended` (no more will come of this
/// topic), `unsubscribed`, `pong`, `error`.
struct Reply {
  std::string type;
  std::optional<std::string> topic;
  std::optional<std::string> code;
  std::optional<std::string> message;
};
BOOST_DESCRIBE_STRUCT(Reply, (), (type, topic, code, message))

}  // namespace qd::realtime
