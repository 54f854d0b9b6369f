// What must hold of the planner whatever the workflow and however its steps finish: random graphs,
// random fates of nodes, random orders of completion.
#include <set>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "engine/planner.h"
#include "json/json.h"

namespace qd::engine {
namespace {

/// What a node does when it is started, the same in every run of one workflow.
struct Fate {
  StepStatus status = StepStatus::Completed;
  std::vector<std::string> ports;
};

struct World {
  std::shared_ptr<const Definition> definition;
  std::vector<Fate> fates;
};

class EmptyScope final : public expr::Scope {
 public:
  [[nodiscard]] const Json* find(std::string_view) const override { return nullptr; }
  [[nodiscard]] Timestamp now() const override { return {}; }
};

enum class Failures { None, Some };

JsonObject any_node(int index, Failures failures) {
  JsonObject node{{"id", fmt::format("n{}", index)}};
  if (*rc::gen::inRange(0, 3) == 0) {
    node["type"] = "switch";
    node["with"] = {
        {"mode", "all"},
        {"cases", {{{"name", "left"}, {"when", "true"}}, {{"name", "right"}, {"when", "true"}}}}};
  } else {
    node["type"] = "transform";
    node["with"] = {{"set", JsonObject()}};
  }
  if (*rc::gen::inRange(0, 3) == 0) node["join"] = "any";
  if (*rc::gen::inRange(0, 6) == 0) node["when"] = *rc::gen::element("true", "false", "input.nope");
  // Without on_error: fail nothing can end the execution early.
  const auto on_error = failures == Failures::Some
                            ? *rc::gen::element<std::string>("fail", "continue", "route")
                            : *rc::gen::element<std::string>("continue", "route");
  node["on_error"] = on_error;
  return node;
}

Json any_document(Failures failures) {
  const int count = *rc::gen::inRange(1, 14);
  JsonArray nodes;
  JsonArray edges;
  for (int i = 0; i < count; ++i) nodes.push_back(any_node(i, failures));
  for (int to = 1; to < count; ++to)
    for (int from = 0; from < to; ++from) {
      if (*rc::gen::inRange(0, 3) != 0) continue;
      const auto& source = nodes[static_cast<std::size_t>(from)].get_object();
      std::vector<std::string> ports{"out"};
      if (source.at("type") == "switch") ports = {"left", "right", "default"};
      if (source.at("on_error") == "route") ports.emplace_back("error");
      edges.push_back({{"from", fmt::format("n{}", from)},
                       {"to", fmt::format("n{}", to)},
                       {"port", *rc::gen::elementOf(ports)}});
    }
  return {{"nodes", std::move(nodes)}, {"edges", std::move(edges)}};
}

const std::vector<std::vector<std::string>> kPortChoices{
    {"left"}, {"right"}, {"default"}, {"left", "right"}};

World any_world(Failures failures) {
  auto compiled = compile_definition(any_document(failures));
  if (!compiled) throw std::runtime_error(compiled.error().faults.at(0).message);
  World world{*std::move(compiled), {}};
  for (const auto& node : world.definition->nodes) {
    Fate fate;
    if (*rc::gen::inRange(0, 4) == 0) fate.status = StepStatus::Failed;
    if (fate.status == StepStatus::Completed && node.type == NodeType::Switch)
      fate.ports = *rc::gen::elementOf(kPortChoices);
    world.fates.push_back(std::move(fate));
  }
  return world;
}

/// One execution, finished step by step in an order that rapidcheck chooses.
struct Execution {
  const World& world;
  Planner planner{world.definition};
  std::vector<NodeIndex> waiting = {};
  std::multiset<NodeIndex> decided_or_started = {};
  std::vector<Finish> finishes = {};
  std::vector<StepOutcome> journal = {};

  void take(const std::vector<Action>& actions) {
    RC_ASSERT(finishes.empty() || actions.empty());
    for (const auto& action : actions) {
      RC_ASSERT(finishes.empty());
      if (const auto* start = std::get_if<StartStep>(&action)) {
        check_join(start->node);
        waiting.push_back(start->node);
        decided_or_started.insert(start->node);
      } else if (const auto* skip = std::get_if<SkipStep>(&action)) {
        decided_or_started.insert(skip->node);
        journal.push_back({.node = skip->node, .status = StepStatus::Skipped});
      } else if (const auto* failed = std::get_if<FailStep>(&action)) {
        decided_or_started.insert(failed->node);
        journal.push_back(
            {.node = failed->node, .status = StepStatus::Failed, .error = failed->error});
      } else {
        finishes.push_back(std::get<Finish>(action));
      }
    }
  }

  /// A started node has a taken way to it, and join all has no undecided one.
  void check_join(NodeIndex node) const {
    const auto& incoming = world.definition->nodes[node].incoming;
    bool is_reached = incoming.empty();
    for (const auto edge : incoming) {
      const auto from = world.definition->edges[edge].from;
      if (world.definition->nodes[node].join == Join::All)
        RC_ASSERT(is_decided(planner.status(from)));
      const auto status = planner.status(from);
      is_reached = is_reached || status == StepStatus::Completed || status == StepStatus::Failed;
    }
    RC_ASSERT(is_reached);
  }

  void finish_one() {
    const auto place = *rc::gen::inRange<std::size_t>(0, waiting.size());
    const auto node = waiting[place];
    waiting.erase(waiting.begin() + static_cast<std::ptrdiff_t>(place));
    const auto& fate = world.fates[node];
    StepOutcome outcome{.node = node, .status = fate.status, .ports = fate.ports};
    if (fate.status == StepStatus::Failed) outcome.error = StepError{.code = "boom"};
    journal.push_back(outcome);
    auto actions = planner.record(outcome, EmptyScope());
    RC_ASSERT(actions.has_value());
    take(*actions);
  }

  /// Forgets everything but the journal, as after a crash.
  void crash() {
    planner = Planner(world.definition);
    auto recorded = journal;
    for (const auto node : waiting)
      recorded.push_back({.node = node, .status = StepStatus::Running});
    std::ranges::reverse(recorded);
    take(planner.resume(recorded, EmptyScope()));
    RC_ASSERT(planner.running().size() == waiting.size());
  }

  std::vector<StepStatus> run() {
    take(planner.start(EmptyScope()));
    while (finishes.empty() && !waiting.empty()) finish_one();
    return statuses();
  }

  std::vector<StepStatus> run_with_crashes() {
    take(planner.start(EmptyScope()));
    while (finishes.empty() && !waiting.empty()) {
      if (*rc::gen::inRange(0, 3) == 0) crash();
      finish_one();
    }
    return statuses();
  }

  [[nodiscard]] std::vector<StepStatus> statuses() const {
    std::vector<StepStatus> out;
    for (NodeIndex i = 0; i < world.definition->nodes.size(); ++i) out.push_back(planner.status(i));
    return out;
  }
};

RC_GTEST_PROP(PlannerProperties, EveryOrderOfCompletionReachesTheSameFinalState, ()) {
  const auto world = any_world(Failures::None);
  Execution first{world};
  Execution second{world};

  const auto one = first.run();
  const auto other = second.run();

  RC_ASSERT(one == other);
  RC_ASSERT(first.finishes.size() == 1u);
  RC_ASSERT(second.finishes.size() == 1u);
  RC_ASSERT(first.finishes[0].status == FinalStatus::Completed);
}

RC_GTEST_PROP(PlannerProperties, NothingIsLeftWaitingAndNothingHappensTwice, ()) {
  const auto world = any_world(Failures::None);
  Execution execution{world};

  const auto statuses = execution.run();

  RC_ASSERT(std::ranges::all_of(statuses, is_decided));
  for (NodeIndex i = 0; i < statuses.size(); ++i)
    RC_ASSERT(execution.decided_or_started.count(i) == 1u);
}

RC_GTEST_PROP(PlannerProperties, AFailureThatEndsOneOrderEndsEveryOrder, ()) {
  const auto world = any_world(Failures::Some);
  Execution first{world};
  Execution second{world};

  first.run();
  second.run();

  RC_ASSERT(first.finishes.size() == 1u);
  RC_ASSERT(second.finishes.size() == 1u);
  RC_ASSERT(first.finishes[0].status == second.finishes[0].status);
}

RC_GTEST_PROP(PlannerProperties, CrashesChangeNothing, ()) {
  const auto world = any_world(Failures::None);
  Execution undisturbed{world};
  Execution disturbed{world};

  RC_ASSERT(undisturbed.run() == disturbed.run_with_crashes());
  RC_ASSERT(disturbed.finishes.size() == 1u);
  for (NodeIndex i = 0; i < world.fates.size(); ++i)
    RC_ASSERT(disturbed.decided_or_started.count(i) == 1u);
}

}  // namespace
}  // namespace qd::engine
