// What a document itself says of the values that its expressions will see: the schema of its input,
// and those of the steps that declare what they give.
#pragma once

#include <map>
#include <string>

#include "engine/definition.h"
#include "expr/shape.h"

namespace qd::engine {

class DocumentShape final : public expr::Shape {
 public:
  /// `outer` is known around a body, and null outside of one; all outlive this.
  DocumentShape(const Json* inputs, const JsonArray& nodes, const DocumentShape* outer)
      : inputs_(inputs), outer_(outer) {
    for (const auto& node : nodes) add(node);
  }
  [[nodiscard]] const Json* schema(std::string_view path) const override {
    if (path == "input") return inputs_;
    const auto found = outputs_.find(path);
    if (found != outputs_.end()) return found->second;
    return outer_ ? outer_->schema(path) : nullptr;
  }

 private:
  /// An agent's answer and a worker's result are held to the step's own schema.
  void add(const Json& node) {
    const auto* id = json::find(node, "id");
    const auto* type = json::find(node, "type");
    const auto* with = json::find(node, "with");
    const bool is_held = type && (*type == Json("agent") || *type == Json("task"));
    const auto* schema = is_held && with ? json::find(*with, "output_schema") : nullptr;
    if (id && id->is_string() && schema && schema->is_object())
      outputs_.emplace("steps." + std::string(id->get_string()) + ".output", schema);
  }

  const Json* inputs_;
  const DocumentShape* outer_;
  std::map<std::string, const Json*, std::less<>> outputs_;
};

}  // namespace qd::engine
