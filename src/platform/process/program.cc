#include "platform/process/program.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>

#include <unistd.h>

namespace qd::process {
namespace {

namespace fs = std::filesystem;

bool is_native(const fs::path& file) {
  char magic[4] = {};
  return std::ifstream(file, std::ios::binary).read(magic, sizeof magic) &&
         std::string_view(magic, 4) ==
             "\x7f"
             "ELF";
}

bool others_may(const fs::path& path, fs::perms wanted) {
  std::error_code error;
  return (fs::status(path, error).permissions() & wanted) == wanted && !error;
}

bool others_can_reach(const fs::path& file) {
  if (!others_may(file, fs::perms::others_exec | fs::perms::others_read)) return false;
  for (auto folder = file.parent_path(); folder != folder.root_path();
       folder = folder.parent_path())
    if (!others_may(folder, fs::perms::others_exec)) return false;
  return true;
}

std::optional<Program> usable(const fs::path& candidate) {
  std::error_code error;
  const auto path = fs::canonical(candidate, error);
  if (error || !fs::is_regular_file(path, error) || ::access(path.c_str(), X_OK) != 0 ||
      !is_native(path))
    return std::nullopt;
  if (::geteuid() == 0 && !others_can_reach(path)) return std::nullopt;
  return Program{path.string()};
}

}  // namespace

Result<Program> find_program(std::string_view name) {
  if (name.contains('/')) {
    if (auto found = usable(name)) return *std::move(found);
  } else {
    const char* variable = std::getenv("PATH");
    std::string_view path = variable ? variable : "";
    while (!path.empty()) {
      const auto folder = path.substr(0, path.find(':'));
      path.remove_prefix(std::min(folder.size() + 1, path.size()));
      if (folder.empty()) continue;
      if (auto found = usable(fs::path(folder) / name)) return *std::move(found);
    }
  }
  return fail(ErrorKind::Unavailable, "program.not_found",
              "there is no program '" + std::string(name) + "' that can be run in a sandbox");
}

}  // namespace qd::process
