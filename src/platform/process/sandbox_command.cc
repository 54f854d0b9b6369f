#include "platform/process/sandbox_command.h"

#include <array>
#include <filesystem>

#include <fmt/format.h>
#include <unistd.h>

#include "platform/process/sandbox.h"

namespace qd::process {
namespace {

namespace fs = std::filesystem;
using Words = std::vector<std::string>;

/// Where a program from outside /usr is found inside.
constexpr std::string_view kOwnPlace = "/opt/program";
constexpr const char* kNobody = "65534";
constexpr int kOpenFiles = 256;

void add(Words& words, std::initializer_list<std::string> more) {
  words.insert(words.end(), more);
}

/// Whoever the server is, the program is nobody to the host; when memory is short, the kernel takes
/// it first.
void lower(Words& words, const SandboxTools& tools) {
  add(words, {tools.choom.path, "-n", "1000", "--"});
  if (::geteuid() == 0)
    add(words,
        {tools.setpriv.path, "--reuid", kNobody, "--regid", kNobody, "--clear-groups", "--"});
}

/// Names of the running system's folders of programs and libraries, as links where they are links.
void show_system(Words& words) {
  add(words, {"--ro-bind", "/usr", "/usr"});
  for (const char* name : {"/bin", "/lib", "/lib64"}) {
    std::error_code error;
    if (fs::is_symlink(name, error))
      add(words, {"--symlink", fs::read_symlink(name, error), name});
    else if (fs::is_directory(name, error))
      add(words, {"--ro-bind", name, name});
  }
}

bool is_in_system(const fs::path& path) {
  return path.string().starts_with("/usr/");
}

std::string inside(const Program& program) {
  const fs::path path(program.path);
  return is_in_system(path) ? program.path
                            : fmt::format("{}/bin/{}", kOwnPlace, path.filename().string());
}

/// The file itself and, for a Python, the library beside it (`../lib/python3.11`); nothing else of
/// where it lives.
void show_program(Words& words, const Program& program) {
  const fs::path path(program.path);
  if (is_in_system(path)) return;
  add(words, {"--ro-bind", program.path, inside(program)});
  const auto library = path.parent_path().parent_path() / "lib" / path.filename();
  if (std::error_code error; fs::is_directory(library, error))
    add(words,
        {"--ro-bind", library, fmt::format("{}/lib/{}", kOwnPlace, path.filename().string())});
}

void isolate(Words& words, const SandboxLimits& limits) {
  // No /proc: a program has no need of it, and some containers can't mount one.
  add(words,
      {"--unshare-all", "--unshare-user", "--disable-userns", "--die-with-parent", "--hostname",
       "sandbox", "--cap-drop", "ALL", "--seccomp", std::to_string(kFilterDescriptor),
       "--json-status-fd", std::to_string(kStatusDescriptor)});
  add(words, {"--clearenv", "--setenv", "LANG", "C.UTF-8", "--setenv", "HOME", "/tmp", "--setenv",
              "TMPDIR", "/tmp"});
  for (const char* device : {"/dev/null", "/dev/urandom"})
    add(words, {"--dev-bind", device, device});
  add(words, {"--perms", "0700", "--size", std::to_string(limits.files), "--tmpfs", "/tmp",
              "--chdir", "/tmp"});
}

/// Set inside, where a count of threads is the sandbox's own. The second between the two CPU limits
/// is for a program that wants to say something at the first.
void bound(Words& words, const SandboxTools& tools, const SandboxLimits& limits) {
  add(words, {tools.prlimit.path, fmt::format("--data={}", limits.memory),
              fmt::format("--fsize={}", limits.files),
              fmt::format("--cpu={}:{}", limits.cpu.count(), limits.cpu.count() + 1),
              fmt::format("--nproc={}", limits.threads), fmt::format("--nofile={}", kOpenFiles),
              "--core=0", "--"});
}

}  // namespace

Result<SandboxTools> find_sandbox_tools() {
  SandboxTools tools;
  QD_TRY(tools.bwrap, find_program("bwrap"));
  QD_TRY(tools.choom, find_program("choom"));
  QD_TRY(tools.setpriv, find_program("setpriv"));
  QD_TRY(tools.prlimit, find_program("prlimit"));
  return tools;
}

Words sandbox_command(const SandboxTools& tools, const Program& program, const Words& arguments,
                      const SandboxLimits& limits) {
  Words words;
  lower(words, tools);
  words.push_back(tools.bwrap.path);
  isolate(words, limits);
  show_system(words);
  show_program(words, program);
  add(words, {"--remount-ro", "/", "--"});
  bound(words, tools, limits);
  words.push_back(inside(program));
  words.insert(words.end(), arguments.begin(), arguments.end());
  return words;
}

}  // namespace qd::process
