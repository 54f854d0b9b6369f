// Files that are part of the program (the web interface), already compressed. A path is looked up
// as a whole among the known ones, so there is no directory to climb out of.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "platform/embedded_file.h"
#include "platform/http/server.h"

namespace qd::http {

/// One file in up to three encodings; empty where there is none. Its bytes outlive everything.
struct Asset {
  /// As requested: `/assets/index-5f3a.js`.
  std::string path;
  std::string_view type;
  /// Without quotes; the same bytes have the same one.
  std::string etag;
  std::string_view identity;
  std::string_view gzip = {};
  std::string_view brotli = {};
};

/// Groups `a.js`, `a.js.gz` and `a.js.br` into one asset each (see cmake/embed_web.cmake).
[[nodiscard]] std::vector<Asset> make_assets(std::span<const EmbeddedFile> files);
/// By the file's extension; `application/octet-stream` for unknown ones.
[[nodiscard]] std::string_view media_type(std::string_view path);
/// `%41` -> `A`; nothing when a percent sign is not followed by two hex digits.
[[nodiscard]] std::optional<std::string> percent_decode(std::string_view text);

/// Immutable, thread-safe. Files below `/assets/` have their hash in their name and are cached for
/// good; the others are asked for again each time, and answered 304 when they are the same.
class StaticFiles {
 public:
  explicit StaticFiles(std::vector<Asset> assets);

  /// The file for a GET or HEAD, or nothing. A folder (`/docs`) is its `index.html`; another path
  /// whose last part has no dot is a place inside the single-page application and gets
  /// `/index.html`.
  [[nodiscard]] std::optional<Response> serve(const Request& request) const;

 private:
  [[nodiscard]] const Asset* find(std::string_view path) const;

  std::map<std::string, Asset, std::less<>> assets_;
};

}  // namespace qd::http
