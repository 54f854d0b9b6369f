// What a command sees of the world: its terminal, its environment, the network, and time. The real
// one is made once in system.cc; tests give their own.
#pragma once

#include <filesystem>
#include <functional>
#include <iosfwd>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"
#include "platform/http/client.h"

namespace qd::cli {

struct Terminal {
  bool in = false;
  bool out = false;
  bool err = false;
  /// In characters.
  int width = 80;
  int height = 24;
};

struct System {
  std::ostream& out;
  std::ostream& err;
  std::istream& in;
  Terminal terminal;
  /// An environment variable; nothing where it is not set or empty.
  std::function<std::optional<std::string>(const std::string& name)> variable;
  /// Where logins are kept: `~/.config/quarterdeck`.
  std::filesystem::path config_folder;
  /// Of this machine, to tell API keys apart.
  std::string host_name;
  /// Made on first use.
  std::function<http::Client&()> client;
  std::function<void(milliseconds)> pause;
  /// Asks on the terminal without echo; nothing at its end.
  std::function<std::optional<std::string>(const std::string& question)> ask_secret;
};

/// The process's own.
[[nodiscard]] std::shared_ptr<System> make_system();

}  // namespace qd::cli
