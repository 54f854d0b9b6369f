// The faults of a workflow file at their places in it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "cli/text.h"

namespace qd::cli {

struct Finding {
  std::string file;
  /// Both count from 1; 0 where the place is not known.
  int line = 0;
  int column = 0;
  std::string path;
  std::string code;
  std::string message;
};

/// Of every workflow among the text's documents, in order of their lines. A text that is no YAML is
/// one finding; a document that is none of ours is an error.
[[nodiscard]] Result<std::vector<Finding>> lint_text(std::string_view text,
                                                     const std::string& file);

/// `triage.yaml:12:5: error: node 'a': … [edge.unknown_node]`, then the line with a mark below.
[[nodiscard]] std::string show(const Finding& finding, std::string_view text, const Style& style);
[[nodiscard]] Json to_json(const Finding& finding);

}  // namespace qd::cli
