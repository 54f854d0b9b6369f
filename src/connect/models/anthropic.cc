#include "connect/models/anthropic.h"

#include "connect/models/anthropic_answer.h"
#include "connect/models/anthropic_request.h"

namespace qd::connect::models {

Task<Result<ModelAnswer>> AnthropicProvider::complete(ModelRequest request, Connection connection,
                                                      Timestamp deadline) {
  const ToolNames names(request.tools);
  QD_CO_TRY(auto http_request, anthropic_request(request, connection, names));
  http_request.timeout = time_left(clock_, deadline);
  AnthropicDialect dialect(request, names, connection.api_key);
  const auto delivery = request.on_text ? Delivery::Streamed : Delivery::Whole;
  auto answer = co_await exchange(client_, std::move(http_request), delivery, dialect);
  co_return answer;
}

}  // namespace qd::connect::models
