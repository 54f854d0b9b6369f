// A workflow document as it is written, before anything is resolved.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/definition.h"
#include "json/described.h"

namespace qd::engine {

struct RetryDocument {
  std::optional<Whole<1, 100>> max_attempts;
  std::optional<Backoff> backoff;
  std::optional<std::string> initial_delay;
  std::optional<std::string> max_delay;
  std::optional<double> jitter;
  std::optional<std::vector<Text<1, 100>>> on;
};
BOOST_DESCRIBE_STRUCT(RetryDocument, (),
                      (max_attempts, backoff, initial_delay, max_delay, jitter, on))

struct CacheDocument {
  std::string key;
  std::string ttl;
};
BOOST_DESCRIBE_STRUCT(CacheDocument, (), (key, ttl))

/// Where the studio draws the node; without meaning for the engine.
struct CanvasPosition {
  double x = 0;
  double y = 0;
};
BOOST_DESCRIBE_STRUCT(CanvasPosition, (), (x, y))

struct NodeDocument {
  std::string id;
  std::string type;
  std::optional<Text<0, 200>> name;
  std::optional<Text<0, 10'000>> description;
  std::optional<JsonObject> with;
  std::optional<std::string> when;
  std::optional<RetryDocument> retry;
  std::optional<std::string> timeout;
  std::optional<OnError> on_error;
  std::optional<Join> join;
  std::optional<Effect> effect;
  std::optional<CanvasPosition> position;
  std::optional<CacheDocument> cache;
  std::optional<std::string> compensate;
  std::optional<Json> pin;
};
BOOST_DESCRIBE_STRUCT(NodeDocument, (),
                      (id, type, name, description, with, when, retry, timeout, on_error, join,
                       effect, position, cache, compensate, pin))

struct EdgeDocument {
  std::string from;
  std::optional<std::string> port;
  std::string to;
};
BOOST_DESCRIBE_STRUCT(EdgeDocument, (), (from, port, to))

struct ConcurrencyDocument {
  Whole<1, 10'000> limit;
  std::optional<Text<1, 1'000>> key;
};
BOOST_DESCRIBE_STRUCT(ConcurrencyDocument, (), (limit, key))

struct WorkflowDocument {
  std::optional<std::string> format;
  std::optional<Text<0, 200>> name;
  std::optional<Text<0, 10'000>> description;
  std::optional<JsonObject> inputs;
  std::optional<std::string> timeout;
  /// NodeDocuments and EdgeDocuments, each read by itself so that one bad one hides no other.
  JsonArray nodes;
  std::optional<JsonArray> edges;
  std::optional<JsonObject> outputs;
  /// A ConcurrencyDocument.
  std::optional<Json> concurrency;
};
BOOST_DESCRIBE_STRUCT(WorkflowDocument, (),
                      (format, name, description, inputs, timeout, nodes, edges, outputs,
                       concurrency))

/// The body of a map or loop.
struct BodyDocument {
  JsonArray nodes;
  std::optional<JsonArray> edges;
  std::optional<JsonObject> outputs;
};
BOOST_DESCRIBE_STRUCT(BodyDocument, (), (nodes, edges, outputs))

}  // namespace qd::engine
