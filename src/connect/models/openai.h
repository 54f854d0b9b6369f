// OpenAI's Chat Completions, at OpenAI's own address or any other that speaks it: Azure, Ollama,
// vLLM, OpenRouter, Groq, Mistral, DeepSeek, LM Studio, ...
#pragma once

#include "connect/models/provider.h"

namespace qd::connect::models {

class OpenAiProvider final : public Provider {
 public:
  /// Both must outlive it.
  OpenAiProvider(http::Client& client, const Clock& clock) : client_(client), clock_(clock) {}
  Task<Result<ModelAnswer>> complete(ModelRequest request, Connection connection,
                                     Timestamp deadline) override;

 private:
  http::Client& client_;
  const Clock& clock_;
};

}  // namespace qd::connect::models
