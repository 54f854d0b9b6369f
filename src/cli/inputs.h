// What people write for values on a command line.
#pragma once

#include <string>
#include <vector>

#include "base/error.h"
#include "cli/system.h"
#include "json/json.h"

namespace qd::cli {

/// The input of an execution out of every `--input`, later ones over earlier ones:
///   name=value    one member; the value is JSON where it reads as such, else text
///   name=@file    its content: JSON or YAML by the file's ending, else text
///   @file, @-     the whole input, from a file (or stdin) of JSON or YAML
///   {"a": 1}      the whole input
/// Invalid `input.not_valid`, or what is wrong with a file.
[[nodiscard]] Result<Json> read_input(const std::vector<std::string>& texts, System& system);
/// `name=value` pairs, values as above.
[[nodiscard]] Result<JsonObject> read_assignments(const std::vector<std::string>& texts);
/// JSON where it reads as such, text otherwise.
[[nodiscard]] Json read_value(const std::string& text);

}  // namespace qd::cli
