#include "expr/checker.h"

#include "base/near_name.h"
#include "expr/lexer.h"
#include "expr/schema_type.h"

namespace qd::expr {

namespace {

struct TypeName {
  std::string_view name;
  Kind kind;
};
constexpr TypeName kTypeNames[] = {{"bool", Kind::Bool},
                                   {"int", Kind::Int},
                                   {"uint", Kind::Uint},
                                   {"double", Kind::Double},
                                   {"string", Kind::String},
                                   {"bytes", Kind::Bytes},
                                   {"list", Kind::List},
                                   {"map", Kind::Map},
                                   {"null_type", Kind::Null},
                                   {"type", Kind::Type},
                                   {"optional_type", Kind::Optional},
                                   {"google.protobuf.Timestamp", Kind::Timestamp},
                                   {"google.protobuf.Duration", Kind::Duration},
                                   {"net.IP", Kind::Ip},
                                   {"net.CIDR", Kind::Cidr}};

constexpr std::string_view kComparison =
    "(number, number) -> bool; (string, string) -> bool; (bytes, bytes) -> bool;"
    "(bool, bool) -> bool; (timestamp, timestamp) -> bool; (duration, duration) -> bool";
constexpr std::string_view kNumbers =
    "(int, int) -> int; (uint, uint) -> uint; (double, double) -> double";

struct OperatorRule {
  Operator op;
  std::string_view symbol;
  std::string_view signatures;
};
constexpr std::string_view kEquality =
    "(A, A) -> bool; (number, number) -> bool; (A, null) -> bool; (null, A) -> bool;"
    "(list(A), list(B)) -> bool; (map(A, B), map(C, D)) -> bool;"
    "(optional_type(A), optional_type(B)) -> bool";
constexpr OperatorRule kOperators[] = {
    {Operator::Equal, "==", kEquality},
    {Operator::NotEqual, "!=", kEquality},
    {Operator::Less, "<", kComparison},
    {Operator::LessOrEqual, "<=", kComparison},
    {Operator::Greater, ">", kComparison},
    {Operator::GreaterOrEqual, ">=", kComparison},
    {Operator::In, "in",
     "(A, list(A)) -> bool; (A, map(A, B)) -> bool;"
     "(number, list(number)) -> bool; (number, map(number, B)) -> bool"},
    {Operator::Add, "+",
     "(int, int) -> int; (uint, uint) -> uint; (double, double) -> double;"
     "(string, string) -> string; (bytes, bytes) -> bytes; (list(A), list(A)) -> list(A);"
     "(timestamp, duration) -> timestamp; (duration, timestamp) -> timestamp;"
     "(duration, duration) -> duration"},
    {Operator::Subtract, "-",
     "(int, int) -> int; (uint, uint) -> uint; (double, double) -> double;"
     "(timestamp, timestamp) -> duration; (timestamp, duration) -> timestamp;"
     "(duration, duration) -> duration"},
    {Operator::Multiply, "*", kNumbers},
    {Operator::Divide, "/", kNumbers},
    {Operator::Modulo, "%", "(int, int) -> int; (uint, uint) -> uint"}};

constexpr std::string_view kIndex =
    "(list(A), number) -> A; (map(A, B), A) -> B; (map(number, B), number) -> B;"
    "(optional_type(list(A)), number) -> optional_type(A);"
    "(optional_type(map(A, B)), A) -> optional_type(B)";
constexpr std::string_view kOptionalIndex =
    "(list(A), number) -> optional_type(A); (map(A, B), A) -> optional_type(B);"
    "(map(number, B), number) -> optional_type(B);"
    "(optional_type(list(A)), number) -> optional_type(A);"
    "(optional_type(map(A, B)), A) -> optional_type(B)";

}  // namespace

Result<void> Checker::run() {
  program_.numbers = environment_.numbers;
  program_.root = lower(syntax_.root);
  program_.type = print(types_.settle(node_types_[program_.root]));
  if (errors_.empty()) return {};
  Error error = std::move(errors_.front());
  if (errors_.size() > 1) {
    error.faults.push_back({"", error.code, error.message});
    for (auto& other : std::span(errors_).subspan(1))
      error.faults.push_back({"", std::move(other.code), std::move(other.message)});
  }
  return std::unexpected(std::move(error));
}

NodeId Checker::refuse(Position at, std::string_view code, std::string_view message) {
  if (environment_.checking == Checking::On) {
    errors_.push_back(error_at(at, code, message));
    return add({.at = at}, types_.dyn());
  }
  auto& failure =
      program_.failures.emplace_back(Failure{.code = program_.texts.emplace_back(code),
                                             .message = program_.texts.emplace_back(message),
                                             .at = at});
  return add({.at = at, .literal = Value::error(&failure)}, types_.dyn());
}

void Checker::type_fault(Position at, std::string_view message) {
  if (environment_.checking == Checking::On)
    errors_.push_back(error_at(at, "expression.type", message));
}

NodeId Checker::add(Node node, TypeRef type, std::span<const NodeId> children) {
  node.first = static_cast<std::uint32_t>(program_.children.size());
  node.count = static_cast<std::uint32_t>(children.size());
  program_.children.insert(program_.children.end(), children.begin(), children.end());
  program_.nodes.push_back(node);
  node_types_.push_back(type);
  return static_cast<NodeId>(program_.nodes.size() - 1);
}

Checker::Nodes Checker::lower_all(Children ids) {
  Nodes out;
  for (const auto id : ids) out.push_back(lower(id));
  return out;
}

NodeId Checker::lower_as(const SyntaxNode& node, NodeKind kind, TypeRef type) {
  return add({.kind = kind, .at = node.at}, type, lower_all(syntax_.children_of(node)));
}

NodeId Checker::lower(SyntaxId id) {
  const auto& node = syntax_.node(id);
  switch (node.kind) {
    case SyntaxKind::Literal:
      return add({.at = node.at, .literal = node.literal}, literal_type(node.literal));
    case SyntaxKind::Identifier:
    case SyntaxKind::AbsoluteIdentifier:
      return identifier(node, {});
    case SyntaxKind::Select:
      return select(node, NodeKind::Select);
    case SyntaxKind::OptionalSelect:
      return select(node, NodeKind::OptionalSelect);
    case SyntaxKind::Index:
      return index(node, NodeKind::Index);
    case SyntaxKind::OptionalIndex:
      return index(node, NodeKind::OptionalIndex);
    case SyntaxKind::OptionalEntry:
      return lower_as(node, NodeKind::OptionalEntry, types_.dyn());
    case SyntaxKind::Call:
      return call(node);
    case SyntaxKind::Method:
      return method(node);
    case SyntaxKind::List:
      return list(node);
    case SyntaxKind::Map:
      return map(node);
    case SyntaxKind::Not:
      return operation(node, NodeKind::Not, "!", "(bool) -> bool");
    case SyntaxKind::Negate:
      return operation(node, NodeKind::Negate, "-",
                       "(int) -> int; (double) -> double; (duration) -> duration");
    case SyntaxKind::And:
      return join(node, NodeKind::And);
    case SyntaxKind::Or:
      return join(node, NodeKind::Or);
    case SyntaxKind::Conditional:
      return conditional(node);
    case SyntaxKind::Binary:
      break;
  }
  const auto* rule = std::ranges::find(kOperators, node.op, &OperatorRule::op);
  return operation(node, NodeKind::Binary, rule->symbol, rule->signatures);
}

std::optional<std::uint32_t> Checker::local(std::string_view name) const {
  for (std::size_t i = locals_.size(); i > 0; --i)
    if (locals_[i - 1].name == name) return static_cast<std::uint32_t>(i - 1);
  return std::nullopt;
}

TypeRef Checker::place(const std::string& path) {
  if (environment_.shape == nullptr) return types_.dyn();
  if (const auto* schema = environment_.shape->schema(path)) return type_of_schema(types_, *schema);
  constexpr int kDeepest = 2;
  return std::ranges::count(path, '.') < kDeepest ? types_.place(path) : types_.dyn();
}

/// A variable, a root or a type of exactly that name.
std::optional<NodeId> Checker::named(const std::string& name, const SyntaxNode& node,
                                     std::string_view member) {
  const auto variable = std::ranges::find(environment_.variables, name, &Variable::name);
  const bool is_variable = variable != environment_.variables.end();
  if (is_variable && variable->value)
    return add({.at = node.at, .literal = *variable->value}, types_.read(variable->type));
  if (is_variable || std::ranges::find(environment_.roots, name) != environment_.roots.end()) {
    program_.references.push_back(
        {.root = name, .member = std::string(member), .field = {}, .at = node.at});
    return add({.kind = NodeKind::Root, .at = node.at, .name = program_.texts.emplace_back(name)},
               is_variable ? types_.read(variable->type) : place(name));
  }
  const auto* type = std::ranges::find(kTypeNames, name, &TypeName::name);
  if (type == std::end(kTypeNames)) return std::nullopt;
  return add({.at = node.at, .literal = Value::type(type->kind)}, types_.simple(TypeKind::Type));
}

std::optional<std::string> Checker::dotted(const SyntaxNode& node) const {
  if (node.kind == SyntaxKind::Identifier && local(node.name)) return std::nullopt;
  if (node.kind == SyntaxKind::Identifier) return std::string(node.name);
  if (node.kind == SyntaxKind::AbsoluteIdentifier) return "." + std::string(node.name);
  if (node.kind != SyntaxKind::Select) return std::nullopt;
  auto owner = dotted(syntax_.node(syntax_.children_of(node)[0]));
  if (owner) *owner += "." + std::string(node.name);
  return owner;
}

std::optional<NodeId> Checker::qualified_name(const SyntaxNode& node, std::string_view member) {
  const auto name = dotted(node);
  if (!name) return std::nullopt;
  if (name->starts_with('.')) return named(name->substr(1), node, member);
  for (auto container = environment_.container; !container.empty();) {
    if (const auto found = named(container + "." + *name, node, member)) return found;
    container.resize(container.contains('.') ? container.rfind('.') : 0);
  }
  return named(*name, node, member);
}

/// `member` is what the expression asks of it, where that is known.
NodeId Checker::identifier(const SyntaxNode& node, std::string_view member) {
  if (node.kind == SyntaxKind::Identifier)
    if (const auto slot = local(node.name))
      return add({.kind = NodeKind::Local, .slot = *slot, .at = node.at}, locals_[*slot].type);
  if (const auto found = qualified_name(node, member)) return *found;
  return unknown_name(node);
}

NodeId Checker::unknown_name(const SyntaxNode& node) {
  std::vector<std::string_view> known(environment_.roots.begin(), environment_.roots.end());
  for (const auto& variable : environment_.variables) known.push_back(variable.name);
  for (const auto& variable : locals_) known.push_back(variable.name);
  const auto near = near_name(node.name, known);
  return refuse(node.at, "expression.unknown_name",
                near.empty() ? fmt::format("nothing is called '{}' here; known are {}", node.name,
                                           fmt::join(known, ", "))
                             : fmt::format("nothing is called '{}' here; did you mean '{}'?",
                                           node.name, near));
}

/// The operand of a member or an index, so that `steps.a` is known to be about `a`.
NodeId Checker::operand(SyntaxId id, std::string_view member) {
  const auto& node = syntax_.node(id);
  const bool is_name =
      node.kind == SyntaxKind::Identifier || node.kind == SyntaxKind::AbsoluteIdentifier;
  return is_name ? identifier(node, member) : lower(id);
}

NodeId Checker::select(const SyntaxNode& node, NodeKind kind) {
  if (kind == NodeKind::Select)
    if (const auto found = qualified_name(node, {})) return *found;
  const NodeId children[] = {operand(syntax_.children_of(node)[0], node.name)};
  const Node& owner = program_.nodes[children[0]];
  if (owner.kind == NodeKind::Select &&
      program_.nodes[program_.children[owner.first]].kind == NodeKind::Root)
    program_.references.back().field = node.name;
  const auto* type = member_type(type_of(children[0]), node, kind);
  return add({.kind = kind, .at = node.at, .name = node.name},
             kind == NodeKind::Has ? types_.simple(TypeKind::Bool) : type, children);
}

NodeId Checker::index(const SyntaxNode& node, NodeKind kind) {
  const bool is_plain = kind == NodeKind::Index;
  const auto children = syntax_.children_of(node);
  const auto& key = syntax_.node(children[1]);
  const bool is_name = key.kind == SyntaxKind::Literal && key.literal.is(Kind::String);
  const Nodes lowered{operand(children[0], is_name ? key.literal.text() : std::string_view{}),
                      lower(children[1])};
  if (!is_name || program_.nodes[lowered[0]].kind != NodeKind::Root) {
    const auto* type =
        result_type(node.at, is_plain ? "[]" : "[?]", is_plain ? kIndex : kOptionalIndex, lowered);
    return add({.kind = kind, .at = node.at}, type, lowered);
  }
  // `steps['a']` is `steps.a`.
  auto member = node;
  member.name = key.literal.text();
  const auto select_kind = is_plain ? NodeKind::Select : NodeKind::OptionalSelect;
  const auto* type = member_type(type_of(lowered[0]), member, select_kind);
  return add({.kind = select_kind, .at = node.at, .name = member.name}, type,
             std::span(lowered).first(1));
}

std::span<const std::string_view> workflow_roots() {
  static constexpr std::string_view kRoots[] = {
      "input", "steps", "execution", "workflow", "project", "vars", "item", "index", "error"};
  return kRoots;
}

std::span<const std::string_view> event_roots() {
  static constexpr std::string_view kRoots[] = {"event", "input"};
  return kRoots;
}

Result<void> check(const Syntax& syntax, const Environment& environment, Program& program) {
  return Checker(syntax, environment, program).run();
}

Result<std::shared_ptr<const Program>> build_program(std::string_view source, Position start,
                                                     const Environment& environment) {
  auto program = std::make_shared<Program>();
  program->source = source;
  QD_TRY(const auto syntax, parse(program->source, start, program->texts));
  QD_CHECK(check(syntax, environment, *program));
  return program;
}

}  // namespace qd::expr
