// What lies outside the engine while it is drilled: it answers calls as it was told, remembers each
// one, and outlives every kill, so that what it counts is what really happened.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/id.h"
#include "engine/definition.h"
#include "json/described.h"

namespace qd::engine::drill {

/// A call as it leaves a step.
struct Call {
  /// Whose: the execution and the step's path in it.
  ExecutionId execution;
  std::string path;
  /// Which of the step's calls: a tool's or agent's name. Empty where the step makes only one.
  std::string name;
  Effect effect = Effect::Read;
  /// The `Idempotency-Key` that went along; empty: none.
  std::string key;
  std::int64_t attempt = 1;
  /// What the answer has to fit; null: nothing.
  Json schema;
  /// What was sent.
  Json request;
};
BOOST_DESCRIBE_STRUCT(Call, (), (execution, path, name, effect, key, attempt, schema, request))

/// A call as it arrived.
struct Seen {
  Call call;
  /// The process that sent it: how many of the run had died before.
  int life = 0;
  /// It was turned away and nothing happened.
  bool is_refused = false;
};

struct Reply {
  bool is_refused = false;
  Json answer;
};
BOOST_DESCRIBE_STRUCT(Reply, (), (is_refused, answer))

struct WorldOptions {
  /// What is answered, by a step's path, its node, or else a call's name.
  JsonObject answers = {};
  /// How many attempts are turned away before one is taken, by path, node or name.
  std::map<std::string, std::int64_t> refusals = {};
};

class World {
 public:
  explicit World(WorldOptions options) : options_(std::move(options)) {}

  /// The answer is what the options say, else an example of the schema, else what was sent.
  Reply take(Call call, int life);
  /// Whether a `once` call of the step arrived and was taken that its journal does not know the
  /// outcome of; `recorded` has those that it knows, by name.
  [[nodiscard]] bool has_more_than(const ExecutionId& execution, const std::string& path,
                                   const std::map<std::string, std::int64_t>& recorded) const;
  /// What an event carries, as the options say by the step's path or the event's name.
  [[nodiscard]] Json payload(const std::string& path, const std::string& event) const;
  /// What arrived since this was last asked.
  [[nodiscard]] std::vector<Seen> take_seen() { return std::exchange(seen_, {}); }

 private:
  [[nodiscard]] const Json* answer_to(const std::string& path, const std::string& name) const;
  [[nodiscard]] bool refuses(const Call& call) const;

  WorldOptions options_;
  std::vector<Seen> seen_;
};

}  // namespace qd::engine::drill
