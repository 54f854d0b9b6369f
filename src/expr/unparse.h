// A syntax tree as source again, with no more brackets than it needs. Parsing that gives the same
// tree.
#pragma once

#include <string>

#include "expr/syntax.h"

namespace qd::expr {

[[nodiscard]] std::string unparse(const Syntax& syntax);

}  // namespace qd::expr
