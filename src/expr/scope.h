// What an expression may see: the named roots of one evaluation and its time. Values are lent,
// never copied, so that an execution with megabytes of step outputs costs an expression nothing.
#pragma once

#include <string_view>

#include "base/time.h"
#include "json/json.h"

namespace qd::expr {

/// Implemented by whoever evaluates. What it returns must stay valid and unchanged until the
/// evaluation returns.
class Scope {
 public:
  virtual ~Scope() = default;
  /// The value of a root (`input`, `steps`, `execution`, `workflow`, `project`, `vars`, `item`,
  /// `index`, `error`), or null when this evaluation has none.
  [[nodiscard]] virtual const Json* find(std::string_view root) const = 0;
  /// `root.name`, or null when there is none. Override where a root is not held as one JSON object
  /// (an engine that keeps `steps` in a table); `find` may then return null for that root, and an
  /// expression that uses the root as a whole fails with `expression.no_such_key`.
  [[nodiscard]] virtual const Json* member(std::string_view root, std::string_view name) const {
    const Json* whole = find(root);
    if (whole == nullptr || !whole->is_object()) return nullptr;
    return whole->get_object().if_contains(name);
  }
  /// What `now()` answers: the recorded time of the step, never the wall clock.
  [[nodiscard]] virtual Timestamp now() const = 0;
};

/// A scope over one JSON object whose members are the roots.
class ObjectScope final : public Scope {
 public:
  explicit ObjectScope(JsonObject roots, Timestamp now = {})
      : roots_(std::move(roots)), now_(now) {}
  [[nodiscard]] const Json* find(std::string_view root) const override {
    return roots_.if_contains(root);
  }
  [[nodiscard]] Timestamp now() const override { return now_; }

 private:
  JsonObject roots_;
  Timestamp now_;
};

}  // namespace qd::expr
