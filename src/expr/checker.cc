// Gives every name its meaning. Reports all unknown names and wrong calls of one expression at
// once; kinds are checked when it runs, since the shape of JSON is not known ahead.
#include "base/near_name.h"
#include "expr/lexer.h"
#include "expr/program.h"

namespace qd::expr {

namespace {

struct TypeName {
  std::string_view name;
  Kind kind;
};
constexpr TypeName kTypeNames[] = {{"bool", Kind::Bool},      {"int", Kind::Int},
                                   {"uint", Kind::Uint},      {"double", Kind::Double},
                                   {"string", Kind::String},  {"bytes", Kind::Bytes},
                                   {"list", Kind::List},      {"map", Kind::Map},
                                   {"null_type", Kind::Null}, {"type", Kind::Type}};

struct Macro {
  std::string_view name;
  std::uint32_t arguments;
  NodeKind kind;
};
constexpr Macro kMacros[] = {
    {"all", 2, NodeKind::All},
    {"exists", 2, NodeKind::Exists},
    {"exists_one", 2, NodeKind::ExistsOne},
    {"existsOne", 2, NodeKind::ExistsOne},
    {"filter", 2, NodeKind::Filter},
    {"map", 2, NodeKind::Transform},
    {"map", 3, NodeKind::FilterTransform},
};

class Checker {
 public:
  Checker(const Syntax& syntax, std::span<const std::string_view> roots, Program& program)
      : syntax_(syntax), roots_(roots), program_(program) {}

  Result<void> run() {
    program_.root = lower(syntax_.root);
    if (errors_.empty()) return {};
    Error error = std::move(errors_.front());
    if (errors_.size() > 1) {
      error.faults.push_back({"", error.code, error.message});
      for (auto& other : std::span(errors_).subspan(1))
        error.faults.push_back({"", std::move(other.code), std::move(other.message)});
    }
    return std::unexpected(std::move(error));
  }

 private:
  using Children = std::span<const SyntaxId>;

  void report(Position at, std::string_view code, std::string_view message) {
    errors_.push_back(error_at(at, code, message));
  }

  NodeId add(Node node, std::span<const NodeId> children = {}) {
    node.first = static_cast<std::uint32_t>(program_.children.size());
    node.count = static_cast<std::uint32_t>(children.size());
    program_.children.insert(program_.children.end(), children.begin(), children.end());
    program_.nodes.push_back(node);
    return static_cast<NodeId>(program_.nodes.size() - 1);
  }

  std::vector<NodeId> lower_all(Children ids) {
    std::vector<NodeId> out;
    for (const auto id : ids) out.push_back(lower(id));
    return out;
  }

  NodeId lower(SyntaxId id) {
    const auto& node = syntax_.node(id);
    const auto children = syntax_.children_of(node);
    const auto same = [&](NodeKind kind) {
      return add({.kind = kind, .op = node.op, .at = node.at, .name = node.name},
                 lower_all(children));
    };
    switch (node.kind) {
      case SyntaxKind::Literal:
        return add({.at = node.at, .literal = node.literal});
      case SyntaxKind::Identifier:
        return identifier(node, {});
      case SyntaxKind::Select:
        return select(node, NodeKind::Select);
      case SyntaxKind::Index:
        return index(node);
      case SyntaxKind::Call:
        return call(node);
      case SyntaxKind::Method:
        return method(node);
      case SyntaxKind::List:
        return same(NodeKind::List);
      case SyntaxKind::Map:
        return same(NodeKind::Map);
      case SyntaxKind::Not:
        return same(NodeKind::Not);
      case SyntaxKind::Negate:
        return same(NodeKind::Negate);
      case SyntaxKind::And:
        return same(NodeKind::And);
      case SyntaxKind::Or:
        return same(NodeKind::Or);
      case SyntaxKind::Conditional:
        return same(NodeKind::Conditional);
      case SyntaxKind::Binary:
        return same(NodeKind::Binary);
    }
    return 0;
  }

  [[nodiscard]] std::optional<std::uint16_t> local(std::string_view name) const {
    for (std::size_t i = locals_.size(); i > 0; --i)
      if (locals_[i - 1] == name) return static_cast<std::uint16_t>(i - 1);
    return std::nullopt;
  }
  [[nodiscard]] bool is_root(std::string_view name) const {
    return std::ranges::find(roots_, name) != roots_.end();
  }

  /// `member` is what the expression asks of it, where that is known.
  NodeId identifier(const SyntaxNode& node, std::string_view member) {
    if (const auto slot = local(node.name))
      return add({.kind = NodeKind::Local, .slot = *slot, .at = node.at});
    if (is_root(node.name)) {
      program_.references.push_back({.root = std::string(node.name),
                                     .member = std::string(member),
                                     .field = {},
                                     .at = node.at});
      return add({.kind = NodeKind::Root, .at = node.at, .name = node.name});
    }
    const auto* type = std::ranges::find(kTypeNames, node.name, &TypeName::name);
    if (type != std::end(kTypeNames))
      return add({.at = node.at, .literal = Value::type(type->kind)});
    std::vector<std::string_view> known(roots_.begin(), roots_.end());
    known.insert(known.end(), locals_.begin(), locals_.end());
    const auto near = near_name(node.name, known);
    report(node.at, "expression.unknown_name",
           near.empty()
               ? fmt::format("nothing is called '{}' here; known are {}", node.name,
                             fmt::join(known, ", "))
               : fmt::format("nothing is called '{}' here; did you mean '{}'?", node.name, near));
    return add({.at = node.at});
  }

  /// The operand of a member or an index, so that `steps.a` is known to be about `a`.
  NodeId operand(SyntaxId id, std::string_view member) {
    const auto& node = syntax_.node(id);
    return node.kind == SyntaxKind::Identifier ? identifier(node, member) : lower(id);
  }

  NodeId select(const SyntaxNode& node, NodeKind kind) {
    const NodeId children[] = {operand(syntax_.children_of(node)[0], node.name)};
    const Node& owner = program_.nodes[children[0]];
    if (owner.kind == NodeKind::Select && child_kind(owner) == NodeKind::Root)
      program_.references.back().field = node.name;
    return add({.kind = kind, .at = node.at, .name = node.name}, children);
  }

  [[nodiscard]] NodeKind child_kind(const Node& node) const {
    return program_.nodes[program_.children[node.first]].kind;
  }

  NodeId index(const SyntaxNode& node) {
    const auto children = syntax_.children_of(node);
    const auto& key = syntax_.node(children[1]);
    const bool is_name = key.kind == SyntaxKind::Literal && key.literal.is(Kind::String);
    const NodeId lowered[] = {
        operand(children[0], is_name ? key.literal.text() : std::string_view{}),
        lower(children[1])};
    if (is_name && program_.nodes[lowered[0]].kind == NodeKind::Root) {
      const NodeId only[] = {lowered[0]};
      return add({.kind = NodeKind::Select, .at = node.at, .name = key.literal.text()}, only);
    }
    return add({.kind = NodeKind::Index, .at = node.at}, lowered);
  }

  NodeId call(const SyntaxNode& node) {
    const auto arguments = syntax_.children_of(node);
    if (node.name == "has") return has(node, arguments);
    const auto* function = find_function(node.name);
    if (function != nullptr && function->style != CallStyle::Method)
      return finish_call(node, *function, node.name, arguments, lower_all(arguments));
    if (function != nullptr)
      report(node.at, "expression.unknown_function",
             fmt::format("{0} is called on a value: x.{0}(...)", node.name));
    else
      unknown_function(node.at, node.name);
    lower_all(arguments);
    return add({.at = node.at});
  }

  NodeId has(const SyntaxNode& node, Children arguments) {
    if (arguments.size() == 1 && syntax_.node(arguments[0]).kind == SyntaxKind::Select)
      return select(syntax_.node(arguments[0]), NodeKind::Has);
    report(node.at, "expression.wrong_arity", "has takes one member, like has(input.name)");
    lower_all(arguments);
    return add({.at = node.at});
  }

  NodeId method(const SyntaxNode& node) {
    const auto children = syntax_.children_of(node);
    for (const auto& macro : kMacros)
      if (macro.name == node.name && macro.arguments == children.size() - 1)
        return comprehension(node, macro, children);
    const auto& receiver = syntax_.node(children[0]);
    if (receiver.kind == SyntaxKind::Identifier && !local(receiver.name)) {
      const auto qualified = fmt::format("{}.{}", receiver.name, node.name);
      if (const auto* function = find_function(qualified))
        return finish_call(node, *function, qualified, children.subspan(1),
                           lower_all(children.subspan(1)));
      if (!is_root(receiver.name)) {
        unknown_function(receiver.at, qualified);
        lower_all(children.subspan(1));
        return add({.at = node.at});
      }
    }
    return plain_method(node, children);
  }

  NodeId plain_method(const SyntaxNode& node, Children children) {
    const auto* function = find_function(node.name);
    if (function != nullptr && function->style != CallStyle::Global)
      return finish_call(node, *function, node.name, children, lower_all(children));
    const bool is_macro = std::ranges::find(kMacros, node.name, &Macro::name) != std::end(kMacros);
    if (is_macro)
      report(node.at, "expression.wrong_arity",
             fmt::format("{0} takes a variable and an expression: list.{0}(x, ...)", node.name));
    else if (function != nullptr)
      report(node.at, "expression.unknown_function",
             fmt::format("{0} is called as {0}(...)", node.name));
    else
      unknown_function(node.at, node.name);
    // The arguments of a misused macro name variables that do not exist; silence is kinder.
    if (!is_macro) lower_all(children);
    return add({.at = node.at});
  }

  void unknown_function(Position at, std::string_view name) {
    auto known = function_names();
    known.push_back("has");
    for (const auto& macro : kMacros) known.push_back(macro.name);
    const auto near = near_name(name, known);
    report(at, "expression.unknown_function",
           near.empty() ? fmt::format("there is no function '{}'", name)
                        : fmt::format("there is no function '{}'; did you mean '{}'?", name, near));
  }

  NodeId finish_call(const SyntaxNode& node, const Function& function, std::string_view name,
                     Children written, const std::vector<NodeId>& arguments) {
    if (arguments.size() < function.min_arguments || arguments.size() > function.max_arguments) {
      report(node.at, "expression.wrong_arity", arity_message(function, name, node));
      return add({.at = node.at});
    }
    if (function.name == "matches" && !written.empty())
      if (const auto& pattern = syntax_.node(written[1]);
          pattern.kind == SyntaxKind::Literal && pattern.literal.is(Kind::String))
        return matches(node, pattern, arguments);
    return add({.kind = NodeKind::Call, .at = node.at, .function = &function}, arguments);
  }

  static std::string arity_message(const Function& function, std::string_view name,
                                   const SyntaxNode& node) {
    const int receiver =
        node.kind == SyntaxKind::Method && function.style != CallStyle::Global ? 1 : 0;
    const int least = function.min_arguments - receiver;
    const int most = function.max_arguments - receiver;
    const auto given = static_cast<int>(node.count) - (node.kind == SyntaxKind::Method ? 1 : 0);
    const auto takes = function.max_arguments == kAnyNumber ? fmt::format("at least {}", least)
                       : least == most                      ? fmt::to_string(least)
                                                            : fmt::format("{} to {}", least, most);
    return fmt::format("{} takes {} argument{}, not {}", name, takes, most == 1 ? "" : "s", given);
  }

  NodeId matches(const SyntaxNode& node, const SyntaxNode& pattern,
                 const std::vector<NodeId>& arguments) {
    const auto text = pattern.literal.text();
    RE2::Options options(RE2::Quiet);
    options.set_max_mem(1 << 20);
    auto compiled = std::make_unique<RE2>(re2::StringPiece(text.data(), text.size()), options);
    if (!compiled->ok()) {
      report(pattern.at, "expression.argument", "the pattern is not valid: " + compiled->error());
      return add({.at = node.at});
    }
    const auto* kept = program_.patterns.emplace_back(std::move(compiled)).get();
    return add({.kind = NodeKind::Matches, .at = node.at, .pattern = kept},
               std::span(arguments).first(1));
  }

  NodeId comprehension(const SyntaxNode& node, const Macro& macro, Children children) {
    std::vector<NodeId> lowered{lower(children[0])};
    const auto& variable = syntax_.node(children[1]);
    if (variable.kind != SyntaxKind::Identifier) {
      report(variable.at, "expression.syntax",
             fmt::format("the first argument of {} is the name of a variable", node.name));
      return add({.at = node.at});
    }
    const auto slot = static_cast<std::uint16_t>(locals_.size());
    locals_.push_back(variable.name);
    for (const auto body : children.subspan(2)) lowered.push_back(lower(body));
    locals_.pop_back();
    return add({.kind = macro.kind, .slot = slot, .at = node.at}, lowered);
  }

  const Syntax& syntax_;
  std::span<const std::string_view> roots_;
  Program& program_;
  std::vector<std::string_view> locals_;
  std::vector<Error> errors_;
};

}  // namespace

std::span<const std::string_view> workflow_roots() {
  static constexpr std::string_view kRoots[] = {
      "input", "steps", "execution", "workflow", "project", "vars", "item", "index", "error"};
  return kRoots;
}

std::span<const std::string_view> event_roots() {
  static constexpr std::string_view kRoots[] = {"event", "input"};
  return kRoots;
}

Result<void> check(const Syntax& syntax, std::span<const std::string_view> roots,
                   Program& program) {
  return Checker(syntax, roots, program).run();
}

Result<std::shared_ptr<const Program>> build_program(std::string_view source, Position start,
                                                     std::span<const std::string_view> roots) {
  auto program = std::make_shared<Program>();
  program->source = source;
  QD_TRY(const auto syntax, parse(program->source, start, program->texts));
  QD_CHECK(check(syntax, roots, *program));
  return program;
}

}  // namespace qd::expr
