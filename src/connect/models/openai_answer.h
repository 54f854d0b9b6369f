// Chat Completions answers: whole, in chunks, and refusals, with the freedom that imitators take.
#pragma once

#include <map>

#include "connect/models/exchange.h"
#include "connect/models/tool_names.h"

namespace qd::connect::models {

class OpenAiDialect final : public Dialect {
 public:
  /// All three must outlive it.
  OpenAiDialect(const ModelRequest& request, const ToolNames& names, const Secret& key)
      : request_(request), names_(names), key_(key) {}

  Result<ModelAnswer> read(const Json& body) override;
  void take(const SseEvent& event) override;
  Result<ModelAnswer> end() override;
  Error refusal(const http::ClientResponse& response, const Json& body) override;
  [[nodiscard]] std::string_view request_id_header() const override { return "x-request-id"; }

 private:
  /// A tool call as far as it came.
  struct Fragment {
    std::string id;
    std::string name;
    std::string arguments;
  };

  void take_chunk(const Json& chunk);
  void take_delta(const Json& delta);
  void take_call(const Json& fragment, std::size_t position);
  std::size_t index_of(const Json& fragment, std::size_t position) const;
  [[nodiscard]] std::vector<ToolCall> calls_of(const Json& message) const;

  const ModelRequest& request_;
  const ToolNames& names_;
  const Secret& key_;

  // What the stream said so far, in the shape of a whole answer's members.
  std::string text_;
  std::string refused_text_;
  std::string thought_;
  std::map<std::size_t, Fragment> calls_;
  std::string finish_;
  std::string model_;
  std::string tier_;
  Json usage_;
  bool is_done_ = false;
  std::optional<Error> failure_;
};

}  // namespace qd::connect::models
