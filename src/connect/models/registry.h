// Every provider there is, by name.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "connect/models/anthropic.h"
#include "connect/models/openai.h"
#include "connect/models/provider.h"
#include "connect/models/scripted.h"

namespace qd::connect::models {

/// `openai`, `openai_compatible` (the same), `anthropic`, `scripted`.
[[nodiscard]] std::span<const std::string_view> provider_names();

/// What is wrong with an agent's or a connection's settings for that provider, with paths into the
/// settings (`/script/0/match`). Members that no provider knows are the caller's to judge.
[[nodiscard]] std::vector<Fault> validate_settings(std::string_view provider,
                                                   const JsonObject& settings);

/// Passes a call on to the provider that the connection names; `provider.unknown` when there is
/// none.
class Registry final : public Provider {
 public:
  /// Both must outlive it.
  Registry(http::Client& client, const Clock& clock);
  Task<Result<ModelAnswer>> complete(ModelRequest request, Connection connection,
                                     Timestamp deadline) override;
  /// Null when there is none of that name.
  [[nodiscard]] Provider* find(std::string_view name);

 private:
  OpenAiProvider openai_;
  AnthropicProvider anthropic_;
  ScriptedProvider scripted_;
};

}  // namespace qd::connect::models
