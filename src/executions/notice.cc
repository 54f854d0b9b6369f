#include "executions/notice.h"

namespace qd::executions {
namespace {

NoticePtr make(std::int64_t seq, std::string type, Timestamp at, const std::string& data) {
  auto json = fmt::format(R"({{"seq":{},"at":"{}","type":"{}","data":{}}})", seq, to_rfc3339(at),
                          type, data);
  return std::make_shared<const Notice>(
      Notice{.seq = seq, .type = std::move(type), .json = std::move(json)});
}

}  // namespace

NoticePtr to_notice(const engine::Event& event) {
  return std::make_shared<const Notice>(Notice{
      .seq = event.seq, .type = std::string(enum_name(event.type)), .json = json::to_text(event)});
}

NoticePtr to_notice(const ExecutionChange& change, std::int64_t seq) {
  return make(seq, "execution", change.updated_at, json::to_text(change));
}

NoticePtr to_notice(const ApprovalChange& change, std::int64_t seq) {
  const auto at = change.decided_at.value_or(change.created_at);
  return make(seq, "approval", at, json::to_text(change));
}

NoticePtr to_notice(const engine::ModelText& text, std::int64_t seq, Timestamp at) {
  return std::make_shared<const Notice>(
      Notice{.seq = seq,
             .kind = Notice::Kind::Passing,
             .type = "token",
             .json = fmt::format(R"({{"at":"{}","type":"token","data":{}}})", to_rfc3339(at),
                                 json::to_text(text))});
}

}  // namespace qd::executions
