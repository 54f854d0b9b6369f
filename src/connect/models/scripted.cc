#include "connect/models/scripted.h"

#include "connect/models/script.h"

namespace qd::connect::models {
namespace {

/// Word by word, so that what shows a stream has one to show.
void stream(std::string_view text, const TextSink& sink) {
  while (!text.empty()) {
    const auto space = text.find(' ');
    const auto piece = text.substr(0, space == std::string_view::npos ? space : space + 1);
    sink(piece);
    text.remove_prefix(piece.size());
  }
}

}  // namespace

Task<Result<ModelAnswer>> ScriptedProvider::complete(ModelRequest request, Connection connection,
                                                     Timestamp) {
  QD_CO_TRY(const auto script, Script::read(connection.settings));
  auto answer = script.answer(request);
  if (answer && request.on_text) stream(answer->text, request.on_text);
  co_return answer;
}

}  // namespace qd::connect::models
