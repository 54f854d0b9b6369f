// Names as people type them, into ids.
#pragma once

#include "cli/documents.h"
#include "cli/session.h"

namespace qd::cli {

/// The id of the project's agent, tool or workflow of that name; an id is taken as it is. NotFound
/// `workflow.not_found` (…) with a suggestion.
[[nodiscard]] Result<std::string> find_definition(Session& session, Api& api, DocumentKind kind,
                                                  const std::string& name);

}  // namespace qd::cli
