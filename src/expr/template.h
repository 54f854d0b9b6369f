// JSON whose strings may hold `{{ expression }}`. A string that is exactly one `{{ }}` keeps the
// value's type; inside longer text the value is rendered as text (strings as they are, everything
// else as JSON). `{{{{` writes a literal `{{`. Keys of objects are never templates.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "expr/expression.h"

namespace qd::expr {

/// Immutable and cheap to copy; safe to render from several threads at once.
class Template {
 public:
  /// Renders to `value` as it is, whatever its strings hold.
  [[nodiscard]] static Template literal(Json value);

  /// One budget covers the whole template. The error's message starts with the path of the string
  /// that failed, where the template is more than one string.
  [[nodiscard]] Result<Json> render(const Scope& scope, Budget budget = {}) const;
  /// The template as it was written.
  [[nodiscard]] const Json& source() const;
  /// Every use of a root by any of its expressions; `path` is the string's place in the template.
  struct Use {
    std::string path;
    Reference reference;
  };
  [[nodiscard]] const std::vector<Use>& uses() const;
  /// Whether it has no expression, so that rendering is copying.
  [[nodiscard]] bool is_constant() const;

 private:
  struct Body;
  friend struct TemplateCompiler;
  friend Result<Template> compile_template(const Json& value,
                                           const std::vector<std::string>& literal_members,
                                           const Shape* shape);
  explicit Template(std::shared_ptr<const Body> body) : body_(std::move(body)) {}
  std::shared_ptr<const Body> body_;
};

/// Compiles every string of `value`. The error lists every faulty string: its path in `value`
/// (RFC 6901), the code of `compile`, and a message with line and column in that string. Members of
/// the top object that are named in `literal_members` are kept as they are. `shape`, which may be
/// null, is what is known of the roots.
[[nodiscard]] Result<Template> compile_template(
    const Json& value, const std::vector<std::string>& literal_members = {},
    const Shape* shape = nullptr);

/// Whether `text` has a `{{` that opens an expression.
[[nodiscard]] bool has_expression(std::string_view text);

}  // namespace qd::expr
