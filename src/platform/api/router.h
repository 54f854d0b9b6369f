// Typed endpoints: one registration line declares method, path, permission, summary and status; the
// handler's own types give parsing, validation, problem+json, OpenAPI and the generated client.
//
//   void ProjectApi::add_routes(api::Router& router) {
//     router.add({.method = "GET", .path = "/projects/{project_id}", .id = "getProject",
//                 .tag = "projects", .summary = "One project.", .scope = "projects:read"},
//                *this, &ProjectApi::get);
//   }
//   Task<Result<Project>> ProjectApi::get(api::Request<> request) {
//     return service_.get(request.caller, {request.path("project_id")});
//   }
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "base/error.h"
#include "base/id.h"
#include "json/described.h"
#include "platform/http/server.h"

namespace qd::api {

enum class UserRole { Viewer, Developer, Admin };
BOOST_DESCRIBE_ENUM(UserRole, Viewer, Developer, Admin)

/// Who asks. Made by the Authenticator; services decide with it.
struct Caller {
  UserId user;
  UserRole role = UserRole::Viewer;
  /// What an API key may do; empty means all that its user may.
  std::vector<std::string> scopes = {};
  /// Set when the caller came with an API key.
  std::string api_key_id = {};
  /// Set when the caller came with an access token.
  std::string session_id = {};
  std::string remote_address = {};
  std::string request_id = {};
  [[nodiscard]] bool is_admin() const { return role == UserRole::Admin; }
};

/// Forbidden `auth.scope` where the caller came with an API key that may not do this.
[[nodiscard]] Result<void> require_scope(const Caller& caller, std::string_view scope);
/// What stands after `Bearer ` or in `X-API-Key`; empty where there is neither.
[[nodiscard]] std::string_view token_of(const http::Request& request);

/// Turns a request's credentials into a caller. Implemented by identity.
class Authenticator {
 public:
  virtual ~Authenticator() = default;
  /// `token` as it stood after `Bearer ` or in `X-API-Key`. Fails with kind Unauthenticated.
  virtual Task<Result<Caller>> authenticate(std::string token) = 0;
};

enum class Access { Public, User, Admin };

struct Nothing {};
BOOST_DESCRIBE_STRUCT(Nothing, (), ())

/// What every request carries beside its body and query.
struct RequestContext {
  Caller caller;
  std::map<std::string, std::string, std::less<>> path_params;
  /// The revision named by `If-Match`, when there was one.
  std::optional<std::int64_t> if_match;
  std::string idempotency_key;
  /// Of a repeatable endpoint: a UUID that is the same for each request with this caller's key.
  /// Empty: there was no key.
  std::string repeat_id;
  const http::Request* raw = nullptr;
  /// A path parameter; present for every `{name}` of the endpoint's path.
  [[nodiscard]] const std::string& path(std::string_view name) const {
    return path_params.find(name)->second;
  }
};

template <class Body = Nothing, class Query = Nothing>
struct Request : RequestContext {
  Body body;
  Query query;
};

/// One page of a list. `total` is exact up to 10,000; above that `total_capped` is true.
template <class T>
struct Page {
  std::vector<T> items;
  std::optional<std::string> next_cursor;
  std::int64_t total = 0;
  std::optional<bool> total_capped;
  BOOST_DESCRIBE_CLASS(Page, (), (items, next_cursor, total, total_capped), (), ())
};

/// An answer whose bytes the handler chose: a stream (SSE), a file, a status of its own.
struct RawResponse {
  http::Response response;
};

/// An answer whose status the handler chose among those that its endpoint may have.
template <class T>
struct Replied {
  int status = 200;
  T value;
};
template <class T>
struct RepliedValue {
  using Type = T;
  static constexpr bool kIs = false;
};
template <class T>
struct RepliedValue<Replied<T>> {
  using Type = T;
  static constexpr bool kIs = true;
};

/// A body that the handler reads itself, from `request.raw->body`.
struct RawBody {};

struct Endpoint {
  std::string method;
  /// Below `/api/v1`, unless it starts with `//`: then one slash less is the whole path.
  std::string path;
  /// OpenAPI operationId and the client's function name, unique.
  std::string id;
  std::string tag;
  std::string summary;
  /// What an API key's scopes must contain, `area:read` or `area:write`; empty only for Public.
  std::string scope = {};
  Access access = Access::User;
  int status = 200;
  std::size_t body_limit = 1 << 20;
  std::string description = {};
  /// The answer shows a secret once: it is not kept for a repeated `Idempotency-Key`.
  bool secret_reply = false;
  /// With the same `repeat_id` it does nothing twice and answers the same: a request whose answer
  /// was lost is done again.
  bool repeatable = false;
  /// What a RawBody handler reads when the body is JSON; for OpenAPI only.
  const json::TypeInfo* documented_body = nullptr;
};

/// What a handler's answer became.
struct Reply {
  int status = 200;
  std::string body = {};
  std::string etag = {};
  std::optional<http::Response> raw = {};
};

/// One endpoint with its types forgotten.
struct Route {
  Endpoint endpoint;
  std::function<Task<Result<Reply>>(RequestContext)> call;
  const json::TypeInfo* body = nullptr;
  const json::TypeInfo* query = nullptr;
  const json::TypeInfo* response = nullptr;
};

class RateLimiter;
class IdempotencyStore;

/// What the router asks of the rest; each may be null. All outlive the router.
struct RouterParts {
  Authenticator* authenticator = nullptr;
  /// By caller, for all that is authenticated.
  RateLimiter* caller_limits = nullptr;
  /// By address, for endpoints that anybody may call.
  RateLimiter* address_limits = nullptr;
  IdempotencyStore* idempotency = nullptr;
  /// Told of each answer with its endpoint; must be quick and thread-safe.
  std::function<void(const Endpoint&, int status, std::chrono::nanoseconds)> observe = {};
  /// Answers what no endpoint matches outside `/api/` (the web UI).
  std::function<Task<http::Response>(http::Request)> fallback = {};
};

/// Finds the endpoint, authenticates, reads, calls, answers. Routes are added before the server
/// starts; afterwards it is read-only and thread-safe. An answer with a member `revision` carries
/// it as its ETag.
class Router : public http::Handler {
 public:
  explicit Router(RouterParts parts);
  ~Router() override;

  /// Out may be Nothing (204 unless the endpoint says otherwise) or RawResponse.
  template <class Api, class Out, class Body, class Query>
  void add(Endpoint endpoint, Api& api, Task<Result<Out>> (Api::*handler)(Request<Body, Query>));

  /// A WebSocket endpoint; `session` owns the connection for as long as it runs.
  void add_websocket(
      std::string path,
      std::function<Task<void>(http::Request, std::shared_ptr<http::WebSocket>)> session);

  [[nodiscard]] const std::vector<std::unique_ptr<Route>>& routes() const { return routes_; }
  /// Authenticates with `token`; for doors that carry it elsewhere than in a header (WebSocket).
  Task<Result<Caller>> authenticate(std::string token);

  Task<http::Response> handle(http::Request request) override;
  [[nodiscard]] std::size_t body_limit(std::string_view method,
                                       std::string_view path) const override;
  [[nodiscard]] bool accepts_websocket(std::string_view path) const override;
  Task<void> websocket(http::Request request, std::shared_ptr<http::WebSocket> socket) override;

 private:
  struct Node;
  struct Match;

  void add_route(Route route);
  [[nodiscard]] Match find(std::string_view method, std::string_view path) const;
  Task<http::Response> answer(const Route& route, http::Request& request, RequestContext context);
  Task<Result<Caller>> identify(const Route& route, const http::Request& request);
  Task<Result<Reply>> call(const Route& route, RequestContext context);

  RouterParts parts_;
  std::vector<std::unique_ptr<Route>> routes_;
  std::unique_ptr<Node> root_;
  std::map<std::string, std::function<Task<void>(http::Request, std::shared_ptr<http::WebSocket>)>,
           std::less<>>
      websockets_;
};

// --- how a typed handler becomes a Route
// ----------------------------------------------------------

/// The body as JSON: an empty one is `{}`; 415 for another content type, 400 for bad JSON.
Result<Json> read_json_body(const http::Request& request);
/// The query as an object, each value in the form that its field of `type` wants.
Result<Json> read_query(const http::Request& request, const json::TypeInfo& type);

template <class T>
Result<void> read_body(const http::Request& request, T& out) {
  if constexpr (std::is_same_v<T, RawBody>) {
    return {};
  } else {
    QD_TRY(const auto value, read_json_body(request));
    QD_TRY(out, json::from_json<T>(value));
    return {};
  }
}

template <class T>
Reply make_reply(T& value, int status) {
  if constexpr (RepliedValue<T>::kIs) {
    return make_reply(value.value, value.status);
  } else if constexpr (std::is_same_v<T, RawResponse>) {
    return {.status = value.response.status, .raw = std::move(value.response)};
  } else if constexpr (std::is_same_v<T, Nothing>) {
    return {.status = status == 200 ? 204 : status};
  } else {
    Reply reply{.status = status, .body = json::to_text(value)};
    if constexpr (requires { value.revision; }) reply.etag = fmt::format("\"{}\"", value.revision);
    return reply;
  }
}

template <class Api, class Out, class Body, class Query>
Task<Result<Reply>> invoke(Api& api, Task<Result<Out>> (Api::*handler)(Request<Body, Query>),
                           int status, RequestContext context) {
  Request<Body, Query> request;
  static_cast<RequestContext&>(request) = std::move(context);
  QD_CO_CHECK(read_body(*request.raw, request.body));
  QD_CO_TRY(const auto query, read_query(*request.raw, json::type_of<Query>()));
  QD_CO_TRY(request.query, json::from_json<Query>(query, json::Unknown::Reject, "/query"));
  auto out = co_await (api.*handler)(std::move(request));
  if (!out) co_return std::unexpected(std::move(out).error());
  co_return make_reply(*out, status);
}

template <class T>
const json::TypeInfo* described() {
  if constexpr (std::is_same_v<T, Nothing> || std::is_same_v<T, RawBody> ||
                std::is_same_v<T, RawResponse>)
    return nullptr;
  else
    return &json::type_of<typename RepliedValue<T>::Type>();
}

template <class Api, class Out, class Body, class Query>
void Router::add(Endpoint endpoint, Api& api,
                 Task<Result<Out>> (Api::*handler)(Request<Body, Query>)) {
  const int status = endpoint.status;
  const auto* body = endpoint.documented_body ? endpoint.documented_body : described<Body>();
  add_route({.endpoint = std::move(endpoint),
             .call =
                 [&api, handler, status](RequestContext context) {
                   return invoke(api, handler, status, std::move(context));
                 },
             .body = body,
             .query = described<Query>(),
             .response = described<Out>()});
}

}  // namespace qd::api
