// A value that fits a JSON Schema: what the drill's stand-ins answer, fill into forms and send as
// input where nobody said what.
#pragma once

#include "json/json.h"

namespace qd::engine::drill {

/// The same for the same schema, with every property that it names. A schema's own `const`,
/// `default`, `examples` and `enum` come first. What rests on `pattern`, `$ref` or conditions may
/// not fit.
[[nodiscard]] Json example_of(const Json& schema);

}  // namespace qd::engine::drill
