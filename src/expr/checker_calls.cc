#include "base/near_name.h"
#include "expr/checker.h"

namespace qd::expr {

namespace {

std::string arity_message(const Function& function, std::string_view name, const SyntaxNode& node) {
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

}  // namespace

NodeId Checker::call(const SyntaxNode& node) {
  const auto arguments = syntax_.children_of(node);
  if (node.name == "has" && environment_.macros == Macros::On) return has(node, arguments);
  const auto* function = find_function(node.name);
  if (function != nullptr && function->style != CallStyle::Method)
    return finish_call(node, *function, node.name, arguments);
  if (const auto found = declared(node, node.name, arguments)) return *found;
  lower_all(arguments);
  if (function == nullptr) return unknown_function(node.at, node.name);
  return refuse(node.at, "expression.unknown_function",
                fmt::format("{0} is called on a value: x.{0}(...)", node.name));
}

NodeId Checker::has(const SyntaxNode& node, Children arguments) {
  if (arguments.size() == 1 && syntax_.node(arguments[0]).kind == SyntaxKind::Select)
    return select(syntax_.node(arguments[0]), NodeKind::Has);
  lower_all(arguments);
  return refuse(node.at, "expression.wrong_arity", "has takes one member, like has(input.name)");
}

/// Whether a variable, a root or a type has that name, so that a method may be called on it.
bool Checker::is_value(std::string_view name) const {
  const auto in_container = [&](const Variable& variable) {
    return variable.name.ends_with(name) && (variable.name.size() == name.size() ||
                                             variable.name.ends_with("." + std::string(name)));
  };
  return std::ranges::find(environment_.roots, name) != environment_.roots.end() ||
         std::ranges::any_of(environment_.variables, in_container);
}

/// A function that the environment declares; it has a type and no code.
std::optional<NodeId> Checker::declared(const SyntaxNode& node, std::string_view name,
                                        Children arguments) {
  std::string signatures;
  for (const auto& function : environment_.functions)
    if (function.name == name) signatures += (signatures.empty() ? "" : ";") + function.signature;
  if (signatures.empty()) return std::nullopt;
  const auto* type = result_type(node.at, name, signatures, lower_all(arguments));
  auto& failure = program_.failures.emplace_back(Failure{
      .code = "expression.unknown_function", .message = "the function has no code", .at = node.at});
  return add({.at = node.at, .literal = Value::error(&failure)}, type);
}

NodeId Checker::method(const SyntaxNode& node) {
  if (environment_.macros == Macros::On)
    if (const auto found = macro(node)) return *found;
  const auto children = syntax_.children_of(node);
  const auto& receiver = syntax_.node(children[0]);
  if (receiver.kind == SyntaxKind::Identifier && !local(receiver.name))
    if (const auto found = namespaced(node, receiver)) return *found;
  return plain_method(node, children);
}

/// `math.abs(x)`: a function whose name has a dot.
std::optional<NodeId> Checker::namespaced(const SyntaxNode& node, const SyntaxNode& receiver) {
  const auto arguments = syntax_.children_of(node).subspan(1);
  const auto name = fmt::format("{}.{}", receiver.name, node.name);
  if (const auto* function = find_function(name))
    return finish_call(node, *function, name, arguments);
  if (const auto found = declared(node, name, arguments)) return found;
  if (is_value(receiver.name)) return std::nullopt;
  lower_all(arguments);
  return unknown_function(receiver.at, name);
}

NodeId Checker::plain_method(const SyntaxNode& node, Children children) {
  const auto* function = find_function(node.name);
  if (function != nullptr && function->style != CallStyle::Global)
    return finish_call(node, *function, node.name, children);
  const auto macros = macro_names();
  const bool is_macro =
      environment_.macros == Macros::On && std::ranges::find(macros, node.name) != macros.end();
  // The arguments of a misused macro name variables that do not exist; silence is kinder.
  if (is_macro)
    return refuse(
        node.at, "expression.wrong_arity",
        fmt::format("{0} takes a variable and an expression: list.{0}(x, ...)", node.name));
  if (const auto found = declared(node, node.name, children)) return *found;
  lower_all(children);
  if (function == nullptr) return unknown_function(node.at, node.name);
  return refuse(node.at, "expression.unknown_function",
                fmt::format("{0} is called as {0}(...)", node.name));
}

NodeId Checker::unknown_function(Position at, std::string_view name) {
  auto known = function_names();
  known.push_back("has");
  const auto macros = macro_names();
  known.insert(known.end(), macros.begin(), macros.end());
  const auto near = near_name(name, known);
  return refuse(at, "expression.unknown_function",
                near.empty()
                    ? fmt::format("there is no function '{}'", name)
                    : fmt::format("there is no function '{}'; did you mean '{}'?", name, near));
}

NodeId Checker::finish_call(const SyntaxNode& node, const Function& function, std::string_view name,
                            Children written) {
  const auto arguments = lower_all(written);
  if (arguments.size() < function.min_arguments || arguments.size() > function.max_arguments)
    return refuse(node.at, "expression.wrong_arity", arity_message(function, name, node));
  const auto* type = result_type(node.at, name, function.signatures, arguments);
  if (function.name == "matches")
    if (const auto& pattern = syntax_.node(written[1]);
        pattern.kind == SyntaxKind::Literal && pattern.literal.is(Kind::String))
      return matches(node, pattern, arguments);
  // What stands for a missing value is evaluated only where one is missing.
  const auto kind = function.run != nullptr ? NodeKind::Call
                    : function.name == "or" ? NodeKind::OptionalOr
                                            : NodeKind::OptionalOrValue;
  return add({.kind = kind, .at = node.at, .function = &function}, type, arguments);
}

NodeId Checker::matches(const SyntaxNode& node, const SyntaxNode& pattern, const Nodes& arguments) {
  const auto text = pattern.literal.text();
  RE2::Options options(RE2::Quiet);
  options.set_max_mem(1 << 20);
  auto compiled = std::make_unique<RE2>(re2::StringPiece(text.data(), text.size()), options);
  if (!compiled->ok())
    return refuse(pattern.at, "expression.argument",
                  "the pattern is not valid: " + compiled->error());
  const auto* kept = program_.patterns.emplace_back(std::move(compiled)).get();
  return add({.kind = NodeKind::Matches, .at = node.at, .pattern = kept},
             types_.simple(TypeKind::Bool), std::span(arguments).first(1));
}

}  // namespace qd::expr
