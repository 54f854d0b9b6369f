#include "engine/model_texts.h"

namespace qd::engine {
namespace {

/// At most one message in this time for each step, unless it says very much.
constexpr milliseconds kGathering{50};
/// Small enough for a notice to another node however it is escaped.
constexpr std::size_t kMaxPiece = 1'000;

/// How much of the text makes a piece: whole characters only.
std::size_t piece_of(std::string_view text) {
  if (text.size() <= kMaxPiece) return text.size();
  auto size = kMaxPiece;
  while (size > 1 && (static_cast<unsigned char>(text[size]) & 0xC0) == 0x80) --size;
  return size;
}

}  // namespace

connect::models::TextSink ModelTexts::sink(ExecutionId id, std::string step, int attempt) const {
  auto stream = std::make_shared<Stream>(
      std::move(id), ModelText{.step = std::move(step), .attempt = attempt, .text = {}});
  return [state = state_, stream](std::string_view text) { take(state, stream, text); };
}

void ModelTexts::take(const std::shared_ptr<State>& state, const std::shared_ptr<Stream>& stream,
                      std::string_view text) {
  auto& piece = stream->piece;
  piece.text += text;
  if (text.empty() || piece.text.size() > kMaxPiece) return send(*state, *stream);
  if (std::exchange(stream->is_waiting, true)) return;
  state->waiting.push_back(stream);
  if (state->waiting.size() > 1) return;
  state->timer.expires_after(kGathering);
  state->timer.async_wait([state](boost::system::error_code error) {
    if (error) return;
    for (const auto& one : std::exchange(state->waiting, {})) {
      one->is_waiting = false;
      send(*state, *one);
    }
  });
}

void ModelTexts::send(State& state, Stream& stream) {
  auto& next = stream.piece;
  const auto text = std::exchange(next.text, {});
  const bool is_wanted = state.watchers.is_text_wanted(stream.execution);
  for (std::string_view rest = text; !rest.empty();) {
    ModelText piece{next.step, next.attempt, next.offset,
                    std::string(rest.substr(0, piece_of(rest)))};
    rest.remove_prefix(piece.text.size());
    next.offset += static_cast<std::int64_t>(piece.text.size());
    if (is_wanted) state.watchers.tell_text(stream.execution, piece);
  }
}

}  // namespace qd::engine
