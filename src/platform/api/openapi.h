// OpenAPI 3.1, printed from the routes themselves.
#pragma once

#include <string>

#include "json/json.h"
#include "platform/api/router.h"

namespace qd::api {

/// The document for all routes but those outside the API (`//…` paths). `version` is the program's.
[[nodiscard]] JsonObject openapi_document(const Router& router, std::string_view version);

}  // namespace qd::api
