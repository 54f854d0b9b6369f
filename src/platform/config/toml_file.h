// A TOML file as flat names: `[log] level = "info"` is `log.level`.
#pragma once

#include <map>
#include <string>

#include "base/error.h"

namespace qd::config {

struct FileValue {
  /// The items of an array, comma separated.
  std::string text;
  int line = 0;
};
using FileValues = std::map<std::string, FileValue, std::less<>>;

/// Blocking. Fails (kind Invalid) with `config.file` and the place when it is not there or no TOML,
/// and with `config.value` for every value that no setting can be (a date, a fraction, nested
/// arrays).
[[nodiscard]] Result<FileValues> read_toml(const std::string& path);

}  // namespace qd::config
