#include "identity/passwords.h"

#include <fmt/format.h>

#include "platform/crypto/passwords.h"

namespace qd::identity {

Result<void> check_password(std::string_view password, std::string_view path) {
  const auto usable = crypto::check_password_bytes(password);
  if (usable) return {};
  return invalid({{std::string(path), usable.error().code, usable.error().message}});
}

std::string unmatchable_hash(int cost) {
  // The salt is one; the 31 letters of digest are no digest that bcrypt gives.
  return fmt::format("$2b${:02}${}{}", cost, "CCCCCCCCCCCCCCCCCCCCC.",
                     "...............................");
}

}  // namespace qd::identity
