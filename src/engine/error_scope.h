// The scope of a node behind a port `error`: what the caller lends, and the `error` that it sees.
#pragma once

#include "expr/scope.h"

namespace qd::engine {

class ErrorScope final : public expr::Scope {
 public:
  /// `failed_step` is the id of the step whose error is seen; null: none. Both outlive this.
  ErrorScope(const expr::Scope& outer, const std::string* failed_step) : outer_(outer) {
    if (failed_step == nullptr) return;
    const Json* step = outer.member("steps", *failed_step);
    if (step != nullptr && step->is_object()) error_ = step->get_object().if_contains("error");
  }
  [[nodiscard]] const Json* find(std::string_view root) const override {
    return root == "error" ? error_ : outer_.find(root);
  }
  [[nodiscard]] const Json* member(std::string_view root, std::string_view name) const override {
    return root == "error" ? Scope::member(root, name) : outer_.member(root, name);
  }
  [[nodiscard]] Timestamp now() const override { return outer_.now(); }

 private:
  const expr::Scope& outer_;
  const Json* error_ = nullptr;
};

}  // namespace qd::engine
