// The one form in which e-mails and names are compared and searched: lower case, by Unicode's
// simple mapping.
#pragma once

#include <string>
#include <string_view>

namespace qd::identity {

/// `text` must be UTF-8.
[[nodiscard]] std::string fold_case(std::string_view text);
/// A pattern for `LIKE ... ESCAPE '\'` that finds `needle` anywhere in folded text.
[[nodiscard]] std::string containing(std::string_view needle);
/// A pattern for `LIKE ... ESCAPE '\'` that finds what begins with `prefix`, letter for letter.
[[nodiscard]] std::string beginning_with(std::string_view prefix);

}  // namespace qd::identity
