#include "engine/large_values.h"

#include "engine/value_size.h"

namespace qd::engine::large_values {
namespace {

constexpr std::string_view kMark = "$large";

constexpr db::Sql kInsert{
    "execution_blob.insert",
    "INSERT INTO execution_blobs (execution_id, seq, member, data) VALUES ($1, $2, $3, $4)"};
constexpr db::Sql kFind{"execution_blob.find",
                        "SELECT data FROM execution_blobs WHERE execution_id = $1 AND seq = $2 AND "
                        "member = $3"};

Json stand_in(std::size_t size) {
  return JsonObject{{kMark, JsonObject{{"size", size}}}};
}

void join(db::Snapshot& view, const ExecutionId& id, std::int64_t seq, std::string_view member,
          Json& value) {
  if (!is_stand_in(value)) return;
  if (auto whole = find(view, id.value, seq, member)) value = *std::move(whole);
}

}  // namespace

std::string row_text(const Json& value) {
  auto text = json::print(value);
  return text.size() <= kLongestInRow ? text : json::print(stand_in(text.size()));
}

void store_input(db::Transaction& tx, const Execution& execution) {
  const auto text = json::print(execution.input);
  if (text.size() > kLongestInRow) tx.post(kInsert, execution.id, kRow, "input", text);
}

std::string store(db::Transaction& tx, const ExecutionId& id, const Event& event) {
  auto whole = event.text.empty() ? text_for_row(event.data) : event.text;
  if (!whole.empty()) return whole;
  JsonObject kept;
  for (const auto& [name, value] : event.data) {
    const auto text = json::print(value);
    const bool is_long = text.size() > kLongestInRow;
    if (is_long) tx.post(kInsert, id, event.seq, name, text);
    kept[name] = is_long ? stand_in(text.size()) : value;
  }
  return json::print(kept);
}

bool is_stand_in(const Json& value) {
  return value.is_object() && value.get_object().size() == 1 && value.get_object().contains(kMark);
}

std::optional<Json> find(db::Snapshot& view, std::string_view execution, std::int64_t seq,
                         std::string_view member) {
  return view.value<Json>(kFind, execution, seq, member);
}

void join(db::Snapshot& view, Execution& execution) {
  join(view, execution.id, kRow, "input", execution.input);
  // The event that ended it is the last.
  join(view, execution.id, execution.revision, "output", execution.output);
}

void join(db::Snapshot& view, const ExecutionId& id, std::vector<Event>& events) {
  for (auto& event : events)
    for (auto& member : event.data) join(view, id, event.seq, member.key(), member.value());
}

}  // namespace qd::engine::large_values
