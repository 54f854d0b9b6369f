// What each node type takes in `with`, and which node types exist. A field that is not in these
// tables is refused, so that nothing an author writes is silently ignored.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "engine/definition.h"
#include "engine/definition_faults.h"

namespace qd::engine {

/// What a field holds. Wherever text is not marked literal, a string with `{{ }}` is taken in place
/// of any other shape, since only rendering shows what it is.
enum class FieldShape {
  Any,
  Text,
  /// Text that names something and is no template.
  Name,
  Object,
  List,
  Number,
  Whole,
  /// `true` or `false`.
  Flag,
  /// `first` or `all`.
  Mode,
  /// `fail` or `continue`.
  ItemError,
  Language,
  /// A program; kept literally.
  Source,
  /// An expression without braces.
  Condition,
  /// Nodes and edges of their own.
  Body,
  HttpMethod,
  Duration,
  Moment,
  /// A JSON Schema; kept literally.
  Schema,
  Cases,
  Event,
  Approvers,
};

enum class Need { Optional, Required };

struct FieldRule {
  std::string_view name;
  FieldShape shape = FieldShape::Any;
  Need need = Need::Optional;
};

struct NodeRule {
  NodeType type;
  std::span<const FieldRule> fields;
  /// Ports before those of cases and `error`.
  std::span<const std::string_view> ports;
  /// Fields of which exactly one must be there.
  std::span<const std::string_view> one_of;
};

[[nodiscard]] const NodeRule& node_rule(NodeType type);

/// Checks a node's `with` against its rule. `subject` names the node in messages.
void check_fields(const NodeRule& rule, const JsonObject& with, const std::string& path,
                  const std::string& subject, FaultList& faults);

/// The members of `with` that are kept literally, for compile_template.
[[nodiscard]] std::vector<std::string> literal_fields(const NodeRule& rule);

}  // namespace qd::engine
