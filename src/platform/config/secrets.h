// The keys that this installation lives on. Made on first start, in a file that only its owner can
// read; whoever loses the master key loses the stored credentials.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/secret.h"

namespace qd::config {

struct Secrets {
  /// Signs access tokens; 32 bytes.
  Secret token_key;
  /// Encrypts stored credentials; 32 bytes.
  Secret master_key;
};

/// Why these bytes are no key to rest on (too short, known from examples, one text repeated, hardly
/// random), or nothing. The answer holds no part of them.
[[nodiscard]] std::optional<std::string> weakness(std::string_view key);

/// Reads `secrets.toml` in the data folder, or makes it (mode 0600, in a folder of 0700 where that
/// is missing too). Refuses a file that others can read or that belongs to another user, keys of
/// the wrong length, and weak ones. Blocking. Two processes that start at once agree on one file.
[[nodiscard]] Result<Secrets> load_secrets(const std::string& data_folder);

}  // namespace qd::config
