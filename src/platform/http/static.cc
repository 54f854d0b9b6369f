#include "platform/http/static.h"

#include <charconv>

#include "base/encoding.h"
#include "platform/crypto/digest.h"
#include "platform/http/server_response.h"

namespace qd::http {
namespace {

/// Larger files are written from where they lie instead of being copied.
constexpr std::size_t kCopied = 16 << 10;

struct MediaType {
  std::string_view extension;
  std::string_view type;
};
constexpr std::array kMediaTypes{MediaType{"html", "text/html; charset=utf-8"},
                                 MediaType{"js", "text/javascript; charset=utf-8"},
                                 MediaType{"mjs", "text/javascript; charset=utf-8"},
                                 MediaType{"css", "text/css; charset=utf-8"},
                                 MediaType{"svg", "image/svg+xml"},
                                 MediaType{"json", "application/json"},
                                 MediaType{"webmanifest", "application/manifest+json"},
                                 MediaType{"txt", "text/plain; charset=utf-8"},
                                 MediaType{"xml", "application/xml"},
                                 MediaType{"wasm", "application/wasm"},
                                 MediaType{"png", "image/png"},
                                 MediaType{"jpg", "image/jpeg"},
                                 MediaType{"webp", "image/webp"},
                                 MediaType{"ico", "image/x-icon"},
                                 MediaType{"woff2", "font/woff2"},
                                 MediaType{"woff", "font/woff"}};

std::string_view trim(std::string_view text) {
  const auto start = text.find_first_not_of(" \t");
  if (start == text.npos) return {};
  return text.substr(start, text.find_last_not_of(" \t") - start + 1);
}

std::string_view take_item(std::string_view& list, char separator) {
  const auto end = list.find(separator);
  const auto item = trim(list.substr(0, end));
  list = end == list.npos ? std::string_view{} : list.substr(end + 1);
  return item;
}

/// Whether the weight of an item like `gzip;q=0.0` is nothing.
bool weighs_nothing(std::string_view parameters) {
  const auto weight = trim(parameters);
  if (!weight.starts_with("q=") && !weight.starts_with("Q=")) return false;
  const auto digits = weight.substr(2);
  return digits.starts_with('0') && digits.find_first_of("123456789") == digits.npos;
}

bool accepts_encoding(std::string_view header, std::string_view encoding) {
  bool any = false;
  while (!header.empty()) {
    auto item = take_item(header, ',');
    const auto name = take_item(item, ';');
    if (same_header_name(name, encoding)) return !weighs_nothing(item);
    if (name == "*") any = !weighs_nothing(item);
  }
  return any;
}

bool names_etag(std::string_view if_none_match, std::string_view etag) {
  while (!if_none_match.empty()) {
    auto item = take_item(if_none_match, ',');
    if (item == "*") return true;
    if (item.starts_with("W/")) item.remove_prefix(2);
    if (item == etag) return true;
  }
  return false;
}

struct Variant {
  std::string_view encoding;
  std::string_view bytes;
};

Variant choose(const Asset& asset, std::string_view accept_encoding) {
  if (!asset.brotli.empty() && accepts_encoding(accept_encoding, "br")) return {"br", asset.brotli};
  if (!asset.gzip.empty() && accepts_encoding(accept_encoding, "gzip")) return {"gzip", asset.gzip};
  return {"", asset.identity};
}

Task<void> write_bytes(BodyWriter& writer, std::string_view bytes) {
  co_await writer.write(bytes);
}

Response answer(const Asset& asset, const Request& request) {
  const auto variant = choose(asset, request.header("Accept-Encoding"));
  // Each encoding is a representation of its own (RFC 9110, 8.8.3).
  const auto etag = variant.encoding.empty()
                        ? "\"" + asset.etag + "\""
                        : "\"" + asset.etag + "-" + std::string(variant.encoding) + "\"";
  Response response;
  // The type is said with a 304 too: its headers take the place of those that the browser has kept,
  // and the policy of a page hangs on its type.
  response.headers = {
      {"ETag", etag},
      {"Vary", "Accept-Encoding"},
      {"Content-Type", std::string(asset.type)},
      {"Cache-Control",
       asset.path.starts_with("/assets/") ? "public, max-age=31536000, immutable" : "no-cache"}};
  if (names_etag(request.header("If-None-Match"), etag)) {
    response.status = 304;
    return response;
  }
  if (!variant.encoding.empty())
    response.headers.emplace_back("Content-Encoding", variant.encoding);
  if (variant.bytes.size() <= kCopied) {
    response.body = variant.bytes;
    return response;
  }
  response.headers.emplace_back("Content-Length", std::to_string(variant.bytes.size()));
  response.stream = [bytes = variant.bytes](BodyWriter& writer) {
    return write_bytes(writer, bytes);
  };
  return response;
}

}  // namespace

std::string_view media_type(std::string_view path) {
  const auto dot = path.rfind('.');
  const auto extension = dot == path.npos ? std::string_view{} : path.substr(dot + 1);
  const auto found = std::ranges::find(kMediaTypes, extension, &MediaType::extension);
  return found == kMediaTypes.end() ? "application/octet-stream" : found->type;
}

std::optional<std::string> percent_decode(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    unsigned char byte = 0;
    if (text.size() - i < 3) return std::nullopt;
    const char* digits = text.data() + i + 1;
    const auto [end, error] = std::from_chars(digits, digits + 2, byte, 16);
    if (error != std::errc{} || end != digits + 2) return std::nullopt;
    out += static_cast<char>(byte);
    i += 2;
  }
  return out;
}

std::vector<Asset> make_assets(std::span<const EmbeddedFile> files) {
  std::map<std::string_view, std::string_view> by_name;
  for (const auto& file : files) by_name.emplace(file.name, file.content);
  const auto content = [&](const std::string& name) {
    const auto found = by_name.find(name);
    return found == by_name.end() ? std::string_view{} : found->second;
  };
  std::vector<Asset> assets;
  for (const auto& [name, bytes] : by_name) {
    const bool is_variant = (name.ends_with(".gz") || name.ends_with(".br")) &&
                            by_name.contains(name.substr(0, name.size() - 3));
    if (is_variant) continue;
    const std::string file(name);
    assets.push_back({.path = "/" + file,
                      .type = media_type(name),
                      .etag = to_base64url(crypto::sha256(bytes)).substr(0, 22),
                      .identity = bytes,
                      .gzip = content(file + ".gz"),
                      .brotli = content(file + ".br")});
  }
  return assets;
}

StaticFiles::StaticFiles(std::vector<Asset> assets) {
  for (auto& asset : assets) {
    auto path = asset.path;
    assets_.emplace(std::move(path), std::move(asset));
  }
}

const Asset* StaticFiles::find(std::string_view path) const {
  if (const auto found = assets_.find(path); found != assets_.end()) return &found->second;
  const auto folder_index =
      std::string(path.substr(0, path.find_last_not_of('/') + 1)) + "/index.html";
  if (const auto found = assets_.find(folder_index); found != assets_.end()) return &found->second;
  const auto slash = path.rfind('/');
  if (slash == path.npos || path.substr(slash).contains('.')) return nullptr;
  const auto index = assets_.find("/index.html");
  return index == assets_.end() ? nullptr : &index->second;
}

std::optional<Response> StaticFiles::serve(const Request& request) const {
  if (request.method != "GET" && request.method != "HEAD") return std::nullopt;
  const auto path = percent_decode(request.path);
  const auto* asset = path ? find(*path) : nullptr;
  if (!asset) return std::nullopt;
  return answer(*asset, request);
}

}  // namespace qd::http
