#include "connect/models/registry.h"

#include <array>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "connect/models/anthropic_request.h"
#include "connect/models/openai_request.h"
#include "connect/models/script.h"

namespace qd::connect::models {
namespace {

constexpr std::array<std::string_view, 4> kNames{"openai", "openai_compatible", "anthropic",
                                                 "scripted"};

template <class Settings>
std::vector<Fault> faults_of(const JsonObject& settings) {
  const auto read = json::from_json<Settings>(settings, json::Unknown::Ignore);
  return read ? std::vector<Fault>{} : read.error().faults;
}

}  // namespace

std::span<const std::string_view> provider_names() {
  return kNames;
}

std::vector<Fault> validate_settings(std::string_view provider, const JsonObject& settings) {
  if (provider == "scripted") return validate_script(settings);
  if (provider == "anthropic") return faults_of<AnthropicSettings>(settings);
  if (provider == "openai" || provider == "openai_compatible")
    return faults_of<OpenAiSettings>(settings);
  return {};
}

Registry::Registry(http::Client& client, const Clock& clock)
    : openai_(client, clock), anthropic_(client, clock) {}

Provider* Registry::find(std::string_view name) {
  if (name == "openai" || name == "openai_compatible") return &openai_;
  if (name == "anthropic") return &anthropic_;
  if (name == "scripted") return &scripted_;
  return nullptr;
}

Task<Result<ModelAnswer>> Registry::complete(ModelRequest request, Connection connection,
                                             Timestamp deadline) {
  auto* provider = find(connection.provider);
  if (!provider)
    co_return fail(ErrorKind::Invalid, "provider.unknown",
                   fmt::format("there is no model provider '{}'; there are: {}",
                               connection.provider, fmt::join(provider_names(), ", ")));
  auto answer = co_await provider->complete(std::move(request), std::move(connection), deadline);
  co_return answer;
}

}  // namespace qd::connect::models
