// A workflow, compiled once and then never changed: nodes and edges by index, expressions and
// templates parsed, durations in milliseconds. Everything that runs an execution reads this.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/enum_names.h"
#include "base/error.h"
#include "base/id.h"
#include "base/time.h"
#include "expr/expression.h"
#include "expr/template.h"
#include "json/json.h"

namespace qd::engine {

using NodeIndex = std::uint32_t;
using EdgeIndex = std::uint32_t;
/// Which document an execution runs.
struct WorkflowVersion {
  WorkflowId workflow;
  std::int64_t version = 0;
};

/// A port's place in `Node::ports`.
using PortIndex = std::uint16_t;

enum class NodeType {
  Transform,
  Switch,
  Http,
  Llm,
  Agent,
  Tool,
  Code,
  Map,
  Loop,
  Workflow,
  Wait,
  Approval,
  Emit,
  Respond,
  Task,
  Fail
};
BOOST_DESCRIBE_ENUM(NodeType, Transform, Switch, Http, Llm, Agent, Tool, Code, Map, Loop, Workflow,
                    Wait, Approval, Emit, Respond, Task, Fail)
/// Whether the node runs a body of its own, item by item or round by round.
[[nodiscard]] constexpr bool has_body(NodeType type) {
  return type == NodeType::Map || type == NodeType::Loop;
}
/// All: every incoming edge is decided and at least one was taken. Any: the first one taken.
enum class Join { All, Any };
BOOST_DESCRIBE_ENUM(Join, All, Any)
/// What a failed node does to the rest: ends the execution, goes on through its main port as if
/// nothing had happened, or goes on through its port `error`.
enum class OnError { Fail, Continue, Route };
BOOST_DESCRIBE_ENUM(OnError, Fail, Continue, Route)
enum class Effect { Read, Idempotent, Keyed, Once };
BOOST_DESCRIBE_ENUM(Effect, Read, Idempotent, Keyed, Once)
enum class Backoff { Fixed, Linear, Exponential };
BOOST_DESCRIBE_ENUM(Backoff, Fixed, Linear, Exponential)
enum class SwitchMode { First, All };
BOOST_DESCRIBE_ENUM(SwitchMode, First, All)
/// What an item that fails does to its map: fails it, or stands in the list as `{error}`.
enum class OnItemError { Fail, Continue };
BOOST_DESCRIBE_ENUM(OnItemError, Fail, Continue)

struct RetryPolicy {
  int max_attempts = 1;
  Backoff backoff = Backoff::Exponential;
  milliseconds initial_delay{1'000};
  milliseconds max_delay{60'000};
  /// Part of the delay that is random, 0 to 1.
  double jitter = 0.2;
  /// The error codes to retry; empty means every error that says it is retryable.
  std::vector<std::string> on;
};

/// One case of a switch; its name is also the name of its port.
struct SwitchCase {
  std::string name;
  expr::Expression when;
};

/// Whose output may be taken from an earlier run: of the same key in the same project.
struct CachePolicy {
  expr::Template key;
  milliseconds ttl{0};
};

struct Definition;

struct Node {
  std::string id;
  /// For people; the id where none was given.
  std::string name;
  NodeType type = NodeType::Transform;
  /// The node's `with`; rendering gives the step's input. Schemas (`output_schema`, `form`) and
  /// conditions (`cases`, `event.filter`) inside it are kept literally.
  expr::Template with;
  std::optional<expr::Expression> when;
  /// Of a switch, in order.
  std::vector<SwitchCase> cases;
  SwitchMode mode = SwitchMode::First;
  /// Of a wait for an event.
  std::optional<expr::Expression> event_filter;
  /// Of a map or loop: what is run for each item, in each round.
  std::shared_ptr<const Definition> body;
  OnItemError on_item_error = OnItemError::Fail;
  /// Of a loop: whether the round that has just ended was the last.
  std::optional<expr::Expression> until;
  RetryPolicy retry;
  std::optional<milliseconds> timeout;
  OnError on_error = OnError::Fail;
  Join join = Join::All;
  /// Nothing where the author left it to the step kind.
  std::optional<Effect> effect;
  std::optional<CachePolicy> cache;
  /// The node that undoes this one where the execution fails later.
  std::optional<NodeIndex> compensate;
  /// It undoes another and runs for nothing else.
  bool is_compensation = false;
  /// Its output in test runs.
  std::optional<Json> pin;
  /// The ports that edges may leave from; `error` is last, and only with on_error: route.
  std::vector<std::string> ports;
  /// The port that `on_error: continue` takes; nothing for a fail node.
  std::optional<PortIndex> main_port;
  std::vector<EdgeIndex> incoming;
  std::vector<EdgeIndex> outgoing;

  [[nodiscard]] std::optional<PortIndex> find_port(std::string_view port) const;
};

struct Edge {
  NodeIndex from = 0;
  PortIndex port = 0;
  NodeIndex to = 0;
};

/// How many executions of a workflow hold a slot at once.
struct Concurrency {
  std::int64_t limit = 1;
  /// Each of its values counts by itself; nothing: all count together.
  std::optional<expr::Template> key;
};

struct Definition {
  std::string name;
  std::string description;
  /// JSON Schema of the input; null where the workflow declares none.
  Json inputs;
  std::optional<milliseconds> timeout;
  std::optional<Concurrency> concurrency;
  std::vector<Node> nodes;
  std::vector<Edge> edges;
  /// Nothing where the workflow declares none: the execution's output is then null.
  std::optional<expr::Template> outputs;
  /// Every node after all that it depends on.
  std::vector<NodeIndex> order;
  std::unordered_map<std::string, NodeIndex> index;

  [[nodiscard]] std::optional<NodeIndex> find(std::string_view id) const;
};

/// What an execution with this scope counts under; empty where there is no key. Invalid
/// `concurrency.key`, at /concurrency/key, where it can't be rendered or is too long.
[[nodiscard]] Result<std::string> render_key(const Concurrency& concurrency,
                                             const expr::Scope& scope);

/// Compiles a workflow document. The error (kind Invalid) lists every fault that `validate` finds.
[[nodiscard]] Result<std::shared_ptr<const Definition>> compile_definition(const Json& document);

}  // namespace qd::engine
