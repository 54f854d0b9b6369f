// What texts of some settings must look like.
#pragma once

#include <string>
#include <string_view>

#include "platform/config/config.h"

namespace qd::config {

[[nodiscard]] bool has_form(const std::string& text, Form form);
/// As in "must be {…}".
[[nodiscard]] std::string_view form_name(Form form);

}  // namespace qd::config
