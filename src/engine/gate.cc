#include "engine/gate.h"

#include <array>

#include <boost/url/encode.hpp>
#include <boost/url/rfc/unreserved_chars.hpp>
#include <fmt/format.h>

#include "base/encoding.h"
#include "connect/models/errors.h"
#include "connect/models/prices.h"

namespace qd::engine {
namespace {

namespace models = connect::models;

constexpr std::array<std::string_view, 7> kNeverSent{"http.invalid_url",
                                                     "http.invalid_method",
                                                     "http.invalid_header",
                                                     "http.blocked_address",
                                                     "http.resolve",
                                                     "http.connect",
                                                     "http.tls"};

std::string basic_token(const Credential& credential) {
  return to_base64(credential.username + ":" + std::string(credential.secret.reveal()));
}

void add_query(std::string& url, std::string_view name, std::string_view value) {
  const auto encoded = [](std::string_view text) {
    return boost::urls::encode(text, boost::urls::unreserved_chars);
  };
  const auto fragment = url.find('#');
  const auto tail = fragment == std::string::npos ? std::string() : url.substr(fragment);
  url.resize(std::min(url.size(), fragment));
  url += (url.contains('?') ? "&" : "?") + encoded(name) + "=" + encoded(value) + tail;
}

void join(http::ClientRequest& request, const Credential& credential) {
  const std::string secret(credential.secret.reveal());
  switch (credential.kind) {
    case CredentialKind::Bearer:
      request.headers.emplace_back("Authorization", "Bearer " + secret);
      return;
    case CredentialKind::Basic:
      request.headers.emplace_back("Authorization", "Basic " + basic_token(credential));
      return;
    case CredentialKind::Header:
      request.headers.emplace_back(credential.name, secret);
      return;
    case CredentialKind::Query:
      add_query(request.url, credential.name, secret);
      return;
  }
}

}  // namespace

Gate::Gate(http::Client& client, Catalog& catalog, const Clock& clock, GateOptions options)
    : client_(client), catalog_(catalog), options_(std::move(options)), models_(client, clock) {}

Task<Result<http::ClientResponse>> Gate::send(ProjectId project, http::ClientRequest request,
                                              std::string credential) {
  if (!credential.empty()) {
    QD_CO_TRY(const auto found,
              co_await catalog_.credential(std::move(project), std::move(credential)));
    join(request, found);
  }
  co_return co_await client_.send(std::move(request));
}

Task<Result<models::Connection>> Gate::open(ProjectId project, ModelConnection connection) {
  const bool is_anthropic = connection.provider == "anthropic";
  const auto& access = is_anthropic ? options_.anthropic : options_.openai;
  models::Connection opened{
      .provider = connection.provider,
      .base_url = connection.base_url.empty() ? access.base_url : connection.base_url,
      .api_key = {},
      .headers = {},
      .api_version = {},
      .settings = connection.settings};
  if (!connection.credential.empty()) {
    QD_CO_TRY(auto credential,
              co_await catalog_.credential(std::move(project), connection.credential));
    opened.api_key = std::move(credential.secret);
  } else if (connection.base_url.empty()) {
    // The server's key goes to the server's address and nowhere else.
    opened.api_key = access.api_key;
  }
  co_return opened;
}

Task<Result<ModelReply>> Gate::ask(ProjectId project, models::ModelRequest request,
                                   ModelConnection connection, Timestamp deadline) {
  if (request.model.empty() || request.model == "auto") request.model = connection.model;
  const auto model = request.model;
  const auto on_text = request.on_text;
  QD_CO_TRY(auto opened, co_await open(std::move(project), std::move(connection)));
  QD_CO_TRY(auto answer,
            co_await models_.complete(std::move(request), std::move(opened), deadline));
  if (on_text) on_text({});
  const double cost = models::cost_usd(model, answer.usage).value_or(0);
  co_return ModelReply{std::move(answer), cost};
}

StepFailed to_failure(const Error& error) {
  StepFailed failed{.error = {.code = error.code,
                              .message = error.message,
                              .retryable = models::is_retryable(error.code),
                              .details = {}}};
  if (!error.faults.empty()) {
    JsonArray faults;
    for (const auto& fault : error.faults)
      faults.push_back(
          JsonObject{{"path", fault.path}, {"code", fault.code}, {"message", fault.message}});
    failed.error.details = JsonObject{{"faults", std::move(faults)}};
  }
  if (error.retry_after.count() > 0) failed.retry_after = error.retry_after;
  return failed;
}

bool may_have_arrived(const Error& error) {
  const bool is_transport = error.code == models::kTimeout || error.code.starts_with("http.");
  return is_transport && std::ranges::find(kNeverSent, error.code) == kNeverSent.end();
}

}  // namespace qd::engine
