// Messages answers: whole, as events, and refusals.
#pragma once

#include <map>
#include <optional>

#include "connect/models/exchange.h"
#include "connect/models/tool_names.h"

namespace qd::connect::models {

class AnthropicDialect final : public Dialect {
 public:
  /// All three must outlive it.
  AnthropicDialect(const ModelRequest& request, const ToolNames& names, const Secret& key)
      : request_(request), names_(names), key_(key) {}

  Result<ModelAnswer> read(const Json& body) override;
  void take(const SseEvent& event) override;
  Result<ModelAnswer> end() override;
  Error refusal(const http::ClientResponse& response, const Json& body) override;
  [[nodiscard]] std::string_view request_id_header() const override { return "request-id"; }

 private:
  void take_event(const Json& event);
  void start_block(const Json& event);
  void take_delta(const Json& event);
  void take_usage(const Json& usage);

  const ModelRequest& request_;
  const ToolNames& names_;
  const Secret& key_;

  // The message as far as the stream told it, in the shape of a whole answer.
  JsonObject message_;
  JsonObject usage_;
  std::map<std::int64_t, JsonObject> blocks_;
  /// The text of each tool_use block's input.
  std::map<std::int64_t, std::string> inputs_;
  bool is_done_ = false;
  std::optional<Error> failure_;
};

}  // namespace qd::connect::models
