#include "cli/logins.h"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/text.h"
#include "json/described.h"

namespace qd::cli {
namespace {

namespace fs = std::filesystem;

fs::path file_in(const fs::path& folder) {
  return folder / "logins.json";
}

std::unexpected<Error> not_saved(const fs::path& path, std::string_view why) {
  return fail(ErrorKind::Internal, "login.not_saved",
              fmt::format("can't write {}: {}", path.string(), why));
}

/// A new file that only its owner may read, whatever the umask says.
Result<void> write_private(const fs::path& path, std::string_view text) {
  ::unlink(path.c_str());
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0) return not_saved(path, std::strerror(errno));
  const auto written = ::write(file, text.data(), text.size());
  const bool whole = written == static_cast<ssize_t>(text.size()) && ::fsync(file) == 0;
  if (::close(file) != 0 || !whole) return not_saved(path, "the disk may be full");
  return {};
}

}  // namespace

Result<Logins> load_logins(const fs::path& folder) {
  const std::ifstream file(file_in(folder));
  if (!file) return Logins{};
  std::ostringstream text;
  text << file.rdbuf();
  const auto unreadable = [&](const Error& error) {
    return fail(ErrorKind::Malformed, "login.unreadable",
                fmt::format("{} is damaged ({}); remove it and sign in again",
                            file_in(folder).string(), error.message));
  };
  const auto value = json::parse(text.str());
  if (!value) return unreadable(value.error());
  auto logins = json::from_json<Logins>(*value, json::Unknown::Ignore);
  if (!logins) return unreadable(logins.error());
  return logins;
}

Result<void> save_logins(const fs::path& folder, const Logins& logins) {
  std::error_code wrong;
  fs::create_directories(folder, wrong);
  if (wrong) return not_saved(folder, wrong.message());
  ::chmod(folder.c_str(), 0700);
  auto fresh = file_in(folder);
  fresh += ".new";
  QD_CHECK(write_private(fresh, pretty(json::to_json(logins)) + "\n"));
  fs::rename(fresh, file_in(folder), wrong);
  if (wrong) return not_saved(file_in(folder), wrong.message());
  return {};
}

Result<std::string> server_address(std::string text) {
  while (text.ends_with('/')) text.pop_back();
  const bool has_scheme = text.starts_with("http://") || text.starts_with("https://");
  if (!has_scheme || text.find("://") + 3 == text.size() ||
      text.find_first_of(" ?#@") != std::string::npos)
    return fail(
        ErrorKind::Invalid, "server.url",
        fmt::format("'{}' is no server's address; it is written http://127.0.0.1:8000", text));
  return text;
}

}  // namespace qd::cli
