// What the expressions of a document refer to: steps that exist and come before, and members that
// there are.
#include "engine/definition_compiler.h"

namespace qd::engine {

namespace {

using Names = std::span<const std::string_view>;

constexpr std::string_view kStepFields[] = {"status", "output", "error", "attempts"};
constexpr std::string_view kExecutionFields[] = {"id", "started_at", "trigger", "attempt"};
constexpr std::string_view kWorkflowFields[] = {"id", "name", "version"};
constexpr std::string_view kProjectFields[] = {"id", "name"};

/// The members of a root that has a fixed set of them.
Names members_of(std::string_view root) {
  if (root == "execution") return kExecutionFields;
  if (root == "workflow") return kWorkflowFields;
  if (root == "project") return kProjectFields;
  return {};
}

std::string place(const expr::Reference& reference) {
  return fmt::format("line {}, column {}", reference.at.line, reference.at.column);
}

/// A set of bits for each node, one for every step that any expression names.
class Ancestors {
 public:
  Ancestors(const Definition& definition, std::size_t columns)
      : words_((columns + 63) / 64), bits_(definition.nodes.size() * words_) {}
  [[nodiscard]] bool has(NodeIndex node, std::size_t column) const {
    return (bits_[node * words_ + column / 64] >> (column % 64) & 1) != 0;
  }
  void add(NodeIndex node, std::size_t column) {
    bits_[node * words_ + column / 64] |= std::uint64_t{1} << (column % 64);
  }
  void inherit(NodeIndex to, NodeIndex from) {
    for (std::size_t i = 0; i < words_; ++i) bits_[to * words_ + i] |= bits_[from * words_ + i];
  }

 private:
  std::size_t words_;
  std::vector<std::uint64_t> bits_;
};

}  // namespace

void DefinitionCompiler::check_references() {
  // Without an order nothing is known about what comes before what.
  const bool is_sorted = definition_.order.size() == definition_.nodes.size();
  const auto sees_error = nodes_that_see_an_error();
  for (NodeIndex i = 0; i < notes_.size(); ++i)
    for (const auto& use : notes_[i].uses) {
      // What a body uses was checked there, but for the steps around it.
      if (!use.subject.empty()) continue;
      check_use(use, notes_[i].subject);
      if (is_sorted && use.reference.root == "error" && sees_error[i] == 0)
        faults_.add(use.path, "expression.unknown_name",
                    fmt::format("{}: {}: 'error' is known only behind a port error",
                                notes_[i].subject, place(use.reference)));
    }
  for (const auto& use : output_uses_) {
    check_use(use, "outputs");
    if (use.reference.root == "error")
      faults_.add(use.path, "expression.unknown_name",
                  fmt::format("outputs: {}: 'error' is known only behind a port error",
                              place(use.reference)));
    static_cast<void>(check_step(use, "outputs"));
  }
  check_step_uses();
}

void DefinitionCompiler::check_step_uses() {
  struct StepUse {
    NodeIndex by;
    NodeIndex step;
    const Use* use;
  };
  std::vector<StepUse> uses;
  std::unordered_map<NodeIndex, std::size_t> columns;
  for (NodeIndex i = 0; i < notes_.size(); ++i)
    for (const auto& use : notes_[i].uses)
      if (const auto step = check_step(use, subject_of(use, i))) {
        uses.push_back({i, *step, &use});
        columns.try_emplace(*step, columns.size());
      }
  if (uses.empty() || definition_.order.size() != definition_.nodes.size()) return;
  Ancestors ancestors(definition_, columns.size());
  for (const auto node : definition_.order)
    for (const auto edge : definition_.nodes[node].incoming) {
      const auto from = definition_.edges[edge].from;
      ancestors.inherit(node, from);
      if (const auto column = columns.find(from); column != columns.end())
        ancestors.add(node, column->second);
    }
  // What undoes a node comes after it.
  for (NodeIndex node = 0; node < definition_.nodes.size(); ++node)
    if (const auto undo = definition_.nodes[node].compensate) {
      ancestors.inherit(*undo, node);
      if (const auto column = columns.find(node); column != columns.end())
        ancestors.add(*undo, column->second);
    }
  for (const auto& [by, step, use] : uses)
    if (!ancestors.has(by, columns.at(step)))
      faults_.add(
          use->path, "expression.step_not_upstream",
          fmt::format("{}: {}: step '{}' does not come before this node", subject_of(*use, by),
                      place(use->reference), definition_.nodes[step].id));
}

const std::string& DefinitionCompiler::subject_of(const Use& use, NodeIndex node) const {
  return use.subject.empty() ? notes_[node].subject : use.subject;
}

void DefinitionCompiler::check_use(const Use& use, std::string_view subject) {
  const auto& [root, member, field, at] = use.reference;
  if (!is_body() && (root == "item" || root == "index"))
    return faults_.add(use.path, "expression.unknown_name",
                       fmt::format("{}: {}: '{}' is known only in the body of a map or loop",
                                   subject, place(use.reference), root));
  const auto known = members_of(root);
  if (known.empty() || member.empty() || std::ranges::find(known, member) != known.end()) return;
  faults_.add(use.path, "expression.unknown_name",
              fmt::format("{}: {}: '{}' has no member '{}'; it has {}", subject,
                          place(use.reference), root, member, fmt::join(known, ", ")));
}

std::optional<NodeIndex> DefinitionCompiler::check_step(const Use& use, std::string_view subject) {
  const auto& [root, member, field, at] = use.reference;
  if (root != "steps") return std::nullopt;
  if (member.empty()) {
    faults_.add(use.path, "expression.step_not_named",
                fmt::format("{}: {}: name the step, as in steps.<id>.output", subject,
                            place(use.reference)));
    return std::nullopt;
  }
  const auto step = definition_.find(member);
  const Names fields = kStepFields;
  if (step && !field.empty() && std::ranges::find(fields, field) == fields.end())
    faults_.add(use.path, "expression.unknown_name",
                fmt::format("{}: {}: a step has {}, not '{}'; what it made is in output", subject,
                            place(use.reference), fmt::join(fields, ", "), field));
  if (!step && is_body()) {
    outer_uses_.push_back({use.path, use.reference, std::string(subject)});
  } else if (!step) {
    faults_.add(use.path, "expression.unknown_step",
                fmt::format("{}: {}: there is no step '{}'{}", subject, place(use.reference),
                            member, faults_.suggest(member, ids())));
  }
  return step;
}

std::vector<char> DefinitionCompiler::nodes_that_see_an_error() const {
  std::vector<char> sees(definition_.nodes.size(), 0);
  for (const auto node : definition_.order)
    for (const auto edge : definition_.nodes[node].incoming) {
      const auto& [from, port, to] = definition_.edges[edge];
      if (sees[from] != 0 || definition_.nodes[from].ports[port] == "error") sees[node] = 1;
    }
  return sees;
}

}  // namespace qd::engine
