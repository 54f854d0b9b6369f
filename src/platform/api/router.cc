#include "platform/api/router.h"

#include <charconv>
#include <stdexcept>

#include <openssl/sha.h>

#include "base/encoding.h"
#include "platform/api/idempotency.h"
#include "platform/api/problem.h"
#include "platform/api/rate_limit.h"

namespace qd::api {
namespace {

constexpr std::size_t kLongestIdempotencyKey = 255;

std::vector<std::string_view> segments_of(std::string_view path) {
  std::vector<std::string_view> segments;
  while (!path.empty()) {
    const auto slash = path.find('/');
    if (slash != 0) segments.push_back(path.substr(0, slash));
    path = slash == std::string_view::npos ? std::string_view() : path.substr(slash + 1);
  }
  return segments;
}

/// Percent-decoded text; nothing when it is no UTF-8 or holds a NUL, which no stored text can.
std::optional<std::string> decode(std::string_view encoded, bool plus_is_space) {
  const auto hex = [](char c) {
    return c >= '0' && c <= '9'                 ? c - '0'
           : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10
                                                : -1;
  };
  std::string text;
  for (std::size_t i = 0; i < encoded.size(); ++i) {
    if (encoded[i] != '%') {
      text += plus_is_space && encoded[i] == '+' ? ' ' : encoded[i];
      continue;
    }
    if (i + 2 >= encoded.size() || hex(encoded[i + 1]) < 0 || hex(encoded[i + 2]) < 0)
      return std::nullopt;
    text += static_cast<char>(hex(encoded[i + 1]) * 16 + hex(encoded[i + 2]));
    i += 2;
  }
  if (text.contains('\0') || !is_utf8(text)) return std::nullopt;
  return text;
}

bool is_json(std::string_view content_type) {
  const auto type = content_type.substr(0, content_type.find(';'));
  return type.starts_with("application/json") || type.ends_with("+json") ||
         type.ends_with("+json ");
}

/// The value of a query parameter in the form that the field wants; the reader refuses the rest.
Json query_value(const json::TypeInfo& type, std::string text) {
  switch (type.kind) {
    case json::Kind::Optional:
      return query_value(type.element(), std::move(text));
    case json::Kind::Array:
      return JsonArray{query_value(type.element(), std::move(text))};
    case json::Kind::Boolean:
      if (text == "true" || text == "false") return text == "true";
      return Json(text);
    case json::Kind::Integer: {
      std::int64_t number = 0;
      const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
      if (error == std::errc{} && end == text.data() + text.size()) return number;
      return Json(text);
    }
    default:
      return Json(text);
  }
}

const json::TypeInfo* field_type(const json::TypeInfo& type, std::string_view name) {
  for (const auto& field : type.fields)
    if (field.name == name) return &field.type();
  return nullptr;
}

/// The revision in `"7"`, `W/"7"` or `7`; a foreign form matches nothing (-1).
std::optional<std::int64_t> if_match_of(const http::Request& request) {
  auto text = request.header("If-Match");
  if (text.empty() || text == "*") return std::nullopt;
  if (text.starts_with("W/")) text.remove_prefix(2);
  if (text.size() >= 2 && text.starts_with('"') && text.ends_with('"'))
    text = text.substr(1, text.size() - 2);
  std::int64_t revision = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), revision);
  return error == std::errc{} && end == text.data() + text.size() ? revision : -1;
}

Result<void> check_scope(const Caller& caller, const Endpoint& endpoint) {
  if (endpoint.access == Access::Admin && !caller.is_admin())
    return fail(ErrorKind::Forbidden, "auth.admin_only", "only an administrator may do this");
  return require_scope(caller, endpoint.scope);
}

Result<void> check_rate(RateLimiter* limiter, std::string_view key) {
  if (!limiter) return {};
  const auto verdict = limiter->take(key, std::chrono::steady_clock::now());
  if (verdict.allowed) return {};
  return std::unexpected(
      Error{.kind = ErrorKind::Limited,
            .code = "rate_limit",
            .message = fmt::format("more than {} requests a minute", limiter->per_minute()),
            .retry_after = verdict.retry_after});
}

std::string digest_of(std::string_view text) {
  std::string digest(SHA256_DIGEST_LENGTH, '\0');
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(),
         reinterpret_cast<unsigned char*>(digest.data()));
  return digest;
}

std::string hash_of(const http::Request& request) {
  return to_hex(
      digest_of(request.method + '\n' + request.path + '?' + request.query + '\n' + request.body));
}

std::string repeat_id(const IdempotencyStore::Key& key, Timestamp first_at) {
  return named_uuid(first_at, digest_of(key.caller + '\n' + key.key));
}

/// Whether the same may go well a moment later.
bool is_passing(const Error& error) {
  return error.kind == ErrorKind::Unavailable || error.kind == ErrorKind::Limited;
}

http::Response respond(Reply reply, const http::Request& request) {
  if (reply.raw) return std::move(*reply.raw);
  http::Response response{.status = reply.status, .body = std::move(reply.body)};
  if (!reply.etag.empty()) {
    response.headers.emplace_back("ETag", reply.etag);
    if (request.method == "GET" && request.header("If-None-Match") == reply.etag) {
      response.status = 304;
      response.body.clear();
    }
  }
  if (!response.body.empty()) response.headers.emplace_back("Content-Type", "application/json");
  return response;
}

}  // namespace

/// A segment of the paths: fixed children by name, at most one for a `{parameter}`.
struct Router::Node {
  std::map<std::string, std::unique_ptr<Node>, std::less<>> children;
  std::unique_ptr<Node> parameter;
  struct Entry {
    const Route* route;
    std::vector<std::string> names;
  };
  std::map<std::string, Entry, std::less<>> methods;
};

struct Router::Match {
  const Route* route = nullptr;
  std::map<std::string, std::string, std::less<>> params;
  /// For 405: what the path does answer.
  std::string allowed;
  bool undecodable = false;
};

std::string_view token_of(const http::Request& request) {
  const auto header = request.header("Authorization");
  constexpr std::string_view scheme = "bearer ";
  const bool bearer =
      header.size() > scheme.size() && std::equal(scheme.begin(), scheme.end(), header.begin(),
                                                  [](char a, char b) { return a == (b | 32); });
  return bearer ? header.substr(scheme.size()) : request.header("X-API-Key");
}

Result<void> require_scope(const Caller& caller, std::string_view scope) {
  if (caller.scopes.empty() || std::ranges::find(caller.scopes, scope) != caller.scopes.end())
    return {};
  return fail(ErrorKind::Forbidden, "auth.scope",
              fmt::format("this API key lacks the scope {}", scope));
}

Router::Router(RouterParts parts) : parts_(std::move(parts)), root_(std::make_unique<Node>()) {}
Router::~Router() = default;

void Router::add_route(Route route) {
  auto& endpoint = route.endpoint;
  if (endpoint.path.starts_with("//"))
    endpoint.path.erase(0, 1);
  else
    endpoint.path.insert(0, "/api/v1");
  if (endpoint.access != Access::Public && endpoint.scope.empty())
    throw std::logic_error(endpoint.id + " declares no scope");
  Node* node = root_.get();
  std::vector<std::string> names;
  for (const auto segment : segments_of(endpoint.path)) {
    const bool is_parameter = segment.starts_with('{');
    if (is_parameter) names.emplace_back(segment.substr(1, segment.size() - 2));
    auto& next = is_parameter ? node->parameter : node->children[std::string(segment)];
    if (!next) next = std::make_unique<Node>();
    node = next.get();
  }
  routes_.push_back(std::make_unique<Route>(std::move(route)));
  const auto* added = routes_.back().get();
  if (!node->methods.try_emplace(added->endpoint.method, Node::Entry{added, std::move(names)})
           .second)
    throw std::logic_error(added->endpoint.id + " takes a path that is already taken");
}

void Router::add_websocket(
    std::string path,
    std::function<Task<void>(http::Request, std::shared_ptr<http::WebSocket>)> session) {
  websockets_.emplace(std::move(path), std::move(session));
}

Router::Match Router::find(std::string_view method, std::string_view path) const {
  const Node* node = root_.get();
  std::vector<std::string_view> values;
  for (const auto segment : segments_of(path)) {
    if (const auto child = node->children.find(segment); child != node->children.end()) {
      node = child->second.get();
    } else if (node->parameter) {
      values.push_back(segment);
      node = node->parameter.get();
    } else {
      return {};
    }
  }
  Match match;
  const auto entry = node->methods.find(method == "HEAD" ? "GET" : method);
  if (entry == node->methods.end()) {
    for (const auto& [allowed, unused] : node->methods)
      match.allowed += (match.allowed.empty() ? "" : ", ") + allowed;
    return match;
  }
  match.route = entry->second.route;
  for (std::size_t i = 0; i < values.size(); ++i) {
    auto value = decode(values[i], false);
    match.undecodable |= !value;
    match.params.emplace(entry->second.names[i], std::move(value).value_or(""));
  }
  return match;
}

Task<http::Response> Router::handle(http::Request request) {
  const auto started = std::chrono::steady_clock::now();
  auto match = find(request.method, request.path);
  if (!match.route) {
    if (!match.allowed.empty() && request.method != "OPTIONS") {
      auto response = problem({.kind = ErrorKind::Malformed,
                               .code = "http.method",
                               .message = "this address answers " + match.allowed},
                              request.request_id);
      response.status = 405;
      response.headers.emplace_back("Allow", match.allowed);
      co_return response;
    }
    if (parts_.fallback && !request.path.starts_with("/api/"))
      co_return co_await parts_.fallback(std::move(request));
    co_return problem(
        {.kind = ErrorKind::NotFound,
         .code = "http.not_found",
         .message = "there is nothing at this address; the API is described at /openapi.json"},
        request.request_id);
  }
  RequestContext context{
      .path_params = std::move(match.params), .if_match = if_match_of(request), .raw = &request};
  if (match.undecodable)
    co_return problem({.kind = ErrorKind::Malformed,
                       .code = "http.path",
                       .message = "the path is not valid percent-encoded UTF-8"},
                      request.request_id);
  auto response = co_await answer(*match.route, request, std::move(context));
  if (parts_.observe)
    parts_.observe(match.route->endpoint, response.status,
                   std::chrono::steady_clock::now() - started);
  co_return response;
}

Task<http::Response> Router::answer(const Route& route, http::Request& request,
                                    RequestContext context) {
  auto caller = co_await identify(route, request);
  if (!caller) co_return problem(caller.error(), request.request_id);
  context.caller = *std::move(caller);
  context.caller.remote_address = request.remote_address;
  context.caller.request_id = request.request_id;
  if (request.method == "POST")
    context.idempotency_key = std::string(request.header("Idempotency-Key"));
  auto reply = co_await call(route, std::move(context));
  if (!reply) co_return problem(reply.error(), request.request_id);
  co_return respond(*std::move(reply), request);
}

Task<Result<Caller>> Router::authenticate(std::string token) {
  if (!parts_.authenticator || token.empty())
    co_return fail(ErrorKind::Unauthenticated, "auth.required",
                   "send an access token or an API key as Authorization: Bearer …");
  co_return co_await parts_.authenticator->authenticate(std::move(token));
}

Task<Result<Caller>> Router::identify(const Route& route, const http::Request& request) {
  if (route.endpoint.access == Access::Public) {
    if (route.endpoint.tag == "auth")
      QD_CO_CHECK(check_rate(parts_.address_limits, request.remote_address));
    co_return Caller{};
  }
  QD_CO_TRY(auto caller, co_await authenticate(std::string(token_of(request))));
  QD_CO_CHECK(check_scope(caller, route.endpoint));
  QD_CO_CHECK(check_rate(parts_.caller_limits, caller.user.value));
  co_return caller;
}

Task<Result<Reply>> Router::call(const Route& route, RequestContext context) {
  if (context.idempotency_key.empty() || !parts_.idempotency ||
      route.endpoint.access == Access::Public)
    co_return co_await route.call(std::move(context));
  if (context.idempotency_key.size() > kLongestIdempotencyKey || !is_utf8(context.idempotency_key))
    co_return fail(ErrorKind::Malformed, "idempotency.key",
                   "Idempotency-Key must be at most 255 bytes of UTF-8");
  const IdempotencyStore::Key key{context.caller.user.value, context.idempotency_key,
                                  hash_of(*context.raw)};
  QD_CO_TRY(auto claim, co_await parts_.idempotency->claim(key));
  if (auto& saved = claim.reply)
    co_return Reply{
        .status = saved->status, .body = std::move(saved->body), .etag = std::move(saved->etag)};
  const bool repeatable = route.endpoint.repeatable;
  if (claim.is_open && !repeatable)
    co_return fail(
        ErrorKind::Conflict, "idempotency.in_progress",
        "the first request with this Idempotency-Key has not been answered; look at what it did "
        "before you try with a new key");
  if (repeatable) context.repeat_id = repeat_id(key, claim.first_at);
  auto reply = co_await route.call(std::move(context));
  if (!reply && repeatable && is_passing(reply.error())) {
    // The key stays as it is: another request with it may be on its way.
  } else if (!reply || reply->raw) {
    co_await parts_.idempotency->release(key);
  } else if (route.endpoint.secret_reply) {
    co_await parts_.idempotency->save(key, {});
  } else {
    co_await parts_.idempotency->save(key, {reply->status, reply->body, reply->etag});
  }
  co_return reply;
}

std::size_t Router::body_limit(std::string_view method, std::string_view path) const {
  const auto match = find(method, path);
  return match.route ? match.route->endpoint.body_limit : std::size_t{1} << 20;
}

bool Router::accepts_websocket(std::string_view path) const {
  return websockets_.contains(path);
}

Task<void> Router::websocket(http::Request request, std::shared_ptr<http::WebSocket> socket) {
  const auto found = websockets_.find(request.path);
  if (found != websockets_.end()) co_await found->second(std::move(request), std::move(socket));
}

Result<Json> read_json_body(const http::Request& request) {
  if (request.body.empty()) return JsonObject{};
  const auto type = request.header("Content-Type");
  if (!type.empty() && !is_json(type))
    return fail(ErrorKind::UnsupportedMedia, "http.content_type",
                "the body must be application/json, not " + std::string(type));
  return json::parse(request.body);
}

Result<Json> read_query(const http::Request& request, const json::TypeInfo& type) {
  JsonObject values;
  std::string_view rest = request.query;
  while (!rest.empty()) {
    const auto pair = rest.substr(0, rest.find('&'));
    rest.remove_prefix(std::min(pair.size() + 1, rest.size()));
    if (pair.empty()) continue;
    const auto equals = pair.find('=');
    auto name = decode(pair.substr(0, equals), true);
    auto text = decode(equals == std::string_view::npos ? "" : pair.substr(equals + 1), true);
    if (!name || !text)
      return fail(ErrorKind::Malformed, "http.query",
                  "the query is not valid percent-encoded UTF-8");
    const auto* field = field_type(type, *name);
    auto value = field ? query_value(*field, std::move(*text)) : Json(*text);
    auto* earlier = values.if_contains(*name);
    if (earlier && earlier->is_array() && value.is_array())
      earlier->get_array().push_back(value.get_array().front());
    else
      values[*name] = std::move(value);
  }
  return values;
}

}  // namespace qd::api
