// What makes a workflow valid.
#pragma once

#include "definitions/service.h"
#include "engine/engine.h"
#include "workflows/types.h"

namespace qd::workflows {

[[nodiscard]] definitions::DefinitionService make_service(const definitions::Parts& parts);

/// Every problem of a document; of YAML with its places. Content that is no YAML at all is one
/// problem.
[[nodiscard]] Validation validate(const ValidateRequest& request);

/// The document inside a version's content.
[[nodiscard]] Json document_of(const Json& content);

}  // namespace qd::workflows
