// What makes an agent valid, and what the engine gets of it.
#pragma once

#include "agents/types.h"
#include "definitions/service.h"

namespace qd::agents {

[[nodiscard]] definitions::DefinitionService make_service(const definitions::Parts& parts);

/// A version's content as the engine runs it, but for what has to be looked up: the tools, and the
/// connection of `provider: auto`.
[[nodiscard]] engine::AgentSpec to_spec(const definitions::Stored& stored,
                                        const definitions::Version& version);
/// The tools that the content names.
[[nodiscard]] std::vector<std::string> tool_names(const Json& content);

}  // namespace qd::agents
