// Bytes as text: hex, base64 (RFC 4648 section 4) and base64url without padding (section 5).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace qd {

[[nodiscard]] std::string to_hex(std::string_view bytes);
[[nodiscard]] std::string to_base64(std::string_view bytes);
[[nodiscard]] std::string to_base64url(std::string_view bytes);
/// Strict: no white space, no foreign letters, correct padding (base64) or none (base64url).
[[nodiscard]] std::optional<std::string> from_base64(std::string_view text);
[[nodiscard]] std::optional<std::string> from_base64url(std::string_view text);
/// Whether `text` is well-formed UTF-8 (no overlong forms, no surrogates).
[[nodiscard]] bool is_utf8(std::string_view text);

}  // namespace qd
