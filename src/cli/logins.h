// Which servers the user has signed in to, and with which API key: a file that only its owner may
// read. A key is kept with the address that it belongs to and is never sent to another.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include <boost/describe.hpp>

#include "base/error.h"

namespace qd::cli {

struct SavedLogin {
  std::string email;
  std::string api_key;
  /// To end the key when signing out.
  std::string key_id;
  /// What commands use that name no project; set by `qd projects use`.
  std::optional<std::string> project;
};
BOOST_DESCRIBE_STRUCT(SavedLogin, (), (email, api_key, key_id, project))

struct Logins {
  /// The server that was signed in to last.
  std::string current;
  std::map<std::string, SavedLogin> servers;
};
BOOST_DESCRIBE_STRUCT(Logins, (), (current, servers))

/// Empty where there is no file yet. Malformed `login.unreadable` where it can't be understood.
[[nodiscard]] Result<Logins> load_logins(const std::filesystem::path& folder);
/// Writes the file anew, with mode 0600 in a folder of 0700. Internal `login.not_saved`.
[[nodiscard]] Result<void> save_logins(const std::filesystem::path& folder, const Logins& logins);

/// Without a path's last slash. Invalid `server.url` for what is no http(s) address.
[[nodiscard]] Result<std::string> server_address(std::string text);

}  // namespace qd::cli
