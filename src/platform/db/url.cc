#include "platform/db/url.h"

#include <stdexcept>

#include <boost/url.hpp>

namespace qd::db {

StoreUrl parse_store_url(std::string_view url) {
  constexpr std::string_view kSqlite = "sqlite:";
  if (url.starts_with(kSqlite)) {
    const auto path = url.substr(kSqlite.size());
    if (path.empty())
      throw std::runtime_error("the database URL \"sqlite:\" names no file; write sqlite:PATH");
    return {.store = StoreUrl::Store::Sqlite, .target = std::string(path)};
  }
  if (url.starts_with("postgres://") || url.starts_with("postgresql://"))
    return {.store = StoreUrl::Store::Postgres, .target = std::string(url)};
  throw std::runtime_error("the database URL \"" + without_password(url) +
                           "\" is neither sqlite:PATH nor postgres://USER@HOST/DATABASE");
}

std::string without_password(std::string_view url) {
  auto parsed = boost::urls::parse_uri(url);
  // libpq takes URLs that no parser does (several hosts); what can't be read isn't shown.
  if (parsed.has_error()) return std::string(url.substr(0, url.find(':'))) + ":...";
  boost::urls::url shown(*parsed);
  if (shown.has_password()) shown.set_password("***");
  if (const auto found = shown.params().find("password"); found != shown.params().end())
    shown.params().set("password", "***");
  return std::string(shown.buffer());
}

}  // namespace qd::db
