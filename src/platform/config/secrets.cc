#include "platform/config/secrets.h"

#include <algorithm>
#include <filesystem>
#include <set>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#define TOML_EXCEPTIONS 0
#include <toml++/toml.h>

#include "base/encoding.h"
#include "platform/crypto/digest.h"

namespace qd::config {
namespace {

constexpr std::size_t kKeyBytes = 32;

std::unexpected<Error> refuse(const std::string& path, std::string_view why) {
  return fail(ErrorKind::Invalid, "config.secrets", fmt::format("{}: {}", path, why));
}

std::string random_key() {
  return to_base64(crypto::random_bytes(kKeyBytes));
}

Result<void> make_folder(const std::string& folder) {
  std::error_code error;
  if (std::filesystem::exists(folder, error)) return {};
  std::filesystem::create_directories(folder, error);
  if (!error) std::filesystem::permissions(folder, std::filesystem::perms::owner_all, error);
  if (error) return refuse(folder, error.message());
  return {};
}

/// Written beside, synced and linked into place, so that a crash leaves no half a file and two
/// first starts agree on one.
Result<void> create(const std::string& path) {
  const auto text = fmt::format(
      "# Made on first start. Keep a copy in a safe place: without the master key the stored "
      "credentials are lost.\n"
      "token_key = \"{}\"\nmaster_key = \"{}\"\n",
      random_key(), random_key());
  const auto fresh = fmt::format("{}.{}", path, to_hex(crypto::random_bytes(8)));
  const int file = open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  const bool written =
      file >= 0 && write(file, text.data(), text.size()) == std::ssize(text) && fsync(file) == 0;
  if (file >= 0) close(file);
  const bool linked = written && (link(fresh.c_str(), path.c_str()) == 0 || errno == EEXIST);
  unlink(fresh.c_str());
  if (!linked) return refuse(path, "can't be written");
  return {};
}

/// Whether the whole is one short text again and again, like `secretsecretsecret...`.
bool repeats(std::string_view text) {
  for (std::size_t period = 1; period <= text.size() / 3; ++period)
    if (text.substr(period) == text.substr(0, text.size() - period)) return true;
  return false;
}

Result<Secret> read_key(const toml::table& table, std::string_view name, const std::string& path) {
  const auto text = table[name].value<std::string>();
  if (!text) return refuse(path, fmt::format("{} is missing", name));
  const auto bytes = from_base64(*text);
  if (!bytes || bytes->size() != kKeyBytes)
    return refuse(path, fmt::format("{} must be {} random bytes in base64", name, kKeyBytes));
  if (const auto why = weakness(*bytes))
    return refuse(path, fmt::format("{} is weak: it {}; make a random one", name, *why));
  return Secret(*bytes);
}

}  // namespace

std::optional<std::string> weakness(std::string_view key) {
  if (key.size() < kKeyBytes) return fmt::format("is shorter than {} bytes", kKeyBytes);
  if (repeats(key)) return "is one short text repeated";
  std::string lower(key);
  std::ranges::transform(lower, lower.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 32) : c;
  });
  for (const std::string_view word :
       {"secret", "changeme", "change-me", "change_me", "change-this", "password", "default"})
    if (lower.contains(word)) return "looks like a value from an example";
  // 32 random bytes have fewer different ones less than once in 10^20 times.
  if (std::set<char>(key.begin(), key.end()).size() < 12) return "is hardly random";
  return std::nullopt;
}

Result<Secrets> load_secrets(const std::string& data_folder) {
  const auto path = (std::filesystem::path(data_folder) / "secrets.toml").string();
  struct stat found{};
  if (stat(path.c_str(), &found) != 0) {
    QD_CHECK(make_folder(data_folder));
    QD_CHECK(create(path));
    if (stat(path.c_str(), &found) != 0) return refuse(path, "can't be read");
  }
  if ((found.st_mode & 077) != 0) return refuse(path, "others can read it; run `chmod 600` on it");
  if (found.st_uid != geteuid()) return refuse(path, "belongs to another user");
  const auto parsed = toml::parse_file(path);
  if (!parsed) return refuse(path, "is not TOML");
  QD_TRY(auto token_key, read_key(parsed.table(), "token_key", path));
  QD_TRY(auto master_key, read_key(parsed.table(), "master_key", path));
  return Secrets{std::move(token_key), std::move(master_key)};
}

}  // namespace qd::config
