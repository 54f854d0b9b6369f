#include "cli/system.h"

#include <cstdlib>
#include <iostream>
#include <thread>

#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

namespace qd::cli {
namespace {

std::optional<std::string> variable(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  return value && *value ? std::optional<std::string>(value) : std::nullopt;
}

std::filesystem::path config_folder() {
  if (const auto folder = variable("XDG_CONFIG_HOME"))
    return std::filesystem::path(*folder) / "quarterdeck";
  return std::filesystem::path(variable("HOME").value_or(".")) / ".config" / "quarterdeck";
}

std::string host_name() {
  char name[256] = {};
  return ::gethostname(name, sizeof name - 1) == 0 ? std::string(name)
                                                   : std::string("this machine");
}

Terminal look_at_terminal() {
  const auto type = variable("TERM").value_or("dumb");
  Terminal terminal{.in = ::isatty(STDIN_FILENO) == 1,
                    .out = ::isatty(STDOUT_FILENO) == 1 && type != "dumb",
                    .err = ::isatty(STDERR_FILENO) == 1 && type != "dumb"};
  winsize size{};
  const int screen = terminal.out ? STDOUT_FILENO : STDERR_FILENO;
  if (::ioctl(screen, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
    terminal.width = size.ws_col;
    terminal.height = size.ws_row;
  }
  return terminal;
}

/// Turns the terminal's echo off for as long as it lives.
class Silence {
 public:
  Silence() {
    if (::tcgetattr(STDIN_FILENO, &before_) != 0) return;
    auto quiet = before_;
    quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    changed_ = ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet) == 0;
  }
  Silence(const Silence&) = delete;
  Silence& operator=(const Silence&) = delete;
  ~Silence() {
    if (changed_) ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
  }

 private:
  termios before_{};
  bool changed_ = false;
};

std::optional<std::string> ask_secret(const std::string& question) {
  std::cerr << question << std::flush;
  std::string line;
  {
    const Silence silence;
    if (!std::getline(std::cin, line)) return std::nullopt;
  }
  std::cerr << '\n';
  return line;
}

/// The user asks for the server by name: every address may be reached.
http::Client& client() {
  static const auto made = http::make_client({.allow = {"0.0.0.0/0", "::/0"}});
  return *made;
}

}  // namespace

std::shared_ptr<System> make_system() {
  return std::make_shared<System>(System{
      .out = std::cout,
      .err = std::cerr,
      .in = std::cin,
      .terminal = look_at_terminal(),
      .variable = &variable,
      .config_folder = config_folder(),
      .host_name = host_name(),
      .client = &client,
      .pause = [](milliseconds time) { std::this_thread::sleep_for(time); },
      .ask_secret = &ask_secret,
  });
}

}  // namespace qd::cli
