// A workflow file with what it needs from the files beside it: agents, tools, its project.
#pragma once

#include "cli/documents.h"

namespace qd::cli {

/// The one workflow of `path`, its own other documents, and of the .yaml files in the same folder:
/// the project, and the agents, tools and workflows that it and those name. The one comes last.
/// What is not there is expected to be on the server. Invalid `run.workflow` where the file holds
/// none or several.
[[nodiscard]] Result<std::vector<Document>> load_bundle(const std::filesystem::path& path);

}  // namespace qd::cli
