// What makes a tool valid, and what the engine gets of it.
#pragma once

#include "definitions/service.h"
#include "tools/types.h"

namespace qd::tools {

[[nodiscard]] definitions::DefinitionService make_service(const definitions::Parts& parts);

/// The stored tool as the engine calls it: the published version's content.
[[nodiscard]] engine::ToolSpec to_spec(const definitions::Stored& stored, const Json& content);

}  // namespace qd::tools
