// YAML as people write workflows, read into JSON. Places are kept, so that a fault found in the
// JSON can be shown on the line that the author wrote.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "expr/expression.h"
#include "json/json.h"

namespace qd::engine {

struct YamlDocument {
  Json value;
  /// Where each value starts, by its RFC 6901 path.
  std::map<std::string, expr::Position, std::less<>> places;

  /// The place of `path`, or of the nearest part of it that exists.
  [[nodiscard]] std::optional<expr::Position> find(std::string_view path) const;
  /// The same faults, each message starting with `line 12, column 5: `.
  [[nodiscard]] std::vector<Fault> locate(std::vector<Fault> faults) const;
};

/// Reads one YAML 1.2 document (core schema: `yes` is text, `0x1f` a number; a JSON text is one
/// too). Refuses (kind Malformed) codes yaml.syntax, yaml.duplicate_key, yaml.key, yaml.tag,
/// yaml.depth (over 64), yaml.too_large (over 1 MiB of text, or over 200,000 values once aliases
/// are followed).
[[nodiscard]] Result<YamlDocument> yaml_to_json(std::string_view text);

}  // namespace qd::engine
