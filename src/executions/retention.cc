#include "executions/retention.h"

#include "platform/log/log.h"

namespace qd::executions {
namespace {

constexpr std::int64_t kProjectsAtOnce = 500;
constexpr std::int64_t kDoomedAtOnce = 200;
constexpr std::int64_t kBlobsAtOnce = kRowsAtOnce / kRowsOfBlob;
/// A node that died while it pruned is succeeded after this.
constexpr std::chrono::minutes kLease{1};

#define QD_DOOMED(condition, limit)                                                              \
  "SELECT id, created_at, revision, (SELECT COUNT(*) FROM execution_blobs WHERE execution_id = " \
  "executions.id) FROM executions WHERE project_id = $1 AND (created_at, id) > ($2, $3) AND "    \
  "finished_at IS NOT NULL AND " condition " ORDER BY created_at, id LIMIT " limit
constexpr db::Sql kAged{"retention.aged", QD_DOOMED("created_at < $4 AND finished_at < $4", "$5")};
constexpr db::Sql kSurplus{"retention.surplus", QD_DOOMED("(created_at, id) <= ($4, $5)", "$6")};
/// The newest that is one too many.
constexpr db::Sql kFirstTooMany{
    "retention.first_too_many",
    "SELECT id, created_at, revision, 0 FROM executions WHERE project_id = $1 AND finished_at IS "
    "NOT NULL ORDER BY created_at DESC, id DESC LIMIT 1 OFFSET $2"};
constexpr db::Sql kRemove{"retention.remove",
                          "DELETE FROM executions WHERE id = $1 AND finished_at IS NOT NULL"};
/// Nobody takes it up any more; see journal.claim.
constexpr db::Sql kSeal{
    "retention.seal", "UPDATE executions SET fence = -1 WHERE id = $1 AND finished_at IS NOT NULL"};
constexpr db::Sql kRemoveBlobs{
    "retention.remove_blobs",
    "DELETE FROM execution_blobs WHERE execution_id = $1 AND (seq, member) IN (SELECT seq, member "
    "FROM execution_blobs WHERE execution_id = $1 ORDER BY seq DESC, member DESC LIMIT $2)"};
constexpr db::Sql kRemoveEvents{
    "retention.remove_events", "DELETE FROM execution_events WHERE execution_id = $1 AND seq > $2"};
constexpr db::Sql kHoldLease{
    "retention.lease",
    "INSERT INTO service_leases (name, owner, until) VALUES ('retention', $1, $2) ON CONFLICT "
    "(name) DO UPDATE SET owner = excluded.owner, until = excluded.until WHERE "
    "service_leases.owner = excluded.owner OR service_leases.until <= $3"};

/// What is left of one whose rows are too many: its newest go first, so that what a reader still
/// sees is a beginning.
std::optional<Doomed> remove_part(db::Transaction& tx, Doomed one) {
  if (tx.execute(kSeal, one.id) == 0) return std::nullopt;
  if (one.blobs > 0) {
    tx.execute(kRemoveBlobs, one.id, kBlobsAtOnce);
    one.blobs = std::max<std::int64_t>(one.blobs - kBlobsAtOnce, 0);
  } else {
    one.revision -= kRowsAtOnce;
    tx.execute(kRemoveEvents, one.id, one.revision);
  }
  return one;
}

}  // namespace

Removed remove_some(db::Transaction& tx, std::span<const Doomed> doomed) {
  Removed removed;
  std::int64_t room = kRowsAtOnce;
  for (const auto& one : doomed) {
    room -= 1 + one.revision + one.blobs * kRowsOfBlob;
    if (room < 0 && removed.settled > 0) break;
    if (room < 0) {
      removed.rest = remove_part(tx, one);
      removed.settled = removed.rest ? 0 : 1;
      break;
    }
    removed.gone += tx.execute(kRemove, one.id);
    ++removed.settled;
  }
  return removed;
}

Retention::Retention(db::Database& database, Clock& clock, RetentionOptions options,
                     metrics::Registry* metrics)
    : database_(database), clock_(clock), options_(std::move(options)) {
  if (metrics)
    pruned_ = metrics->counter("qd_executions_pruned_total",
                               "Executions removed because they were kept long enough.");
}

Task<void> Retention::run() {
  for (;;) {
    co_await clock_.sleep_until(clock_.now() + options_.interval);
    try {
      co_await prune();
    } catch (const std::runtime_error& error) {
      log::warn("old executions were not removed", {{"error", error.what()}});
    }
  }
}

Task<std::int64_t> Retention::prune() {
  const auto& fallback = options_.fallback;
  const bool has_fallback =
      fallback.max_age.value_or(milliseconds(0)).count() > 0 || fallback.max_count.value_or(0) > 0;
  const auto which = has_fallback ? projects::Which::All : projects::Which::ThoseThatSay;
  std::int64_t gone = 0;
  is_ours_ = true;
  std::string after;
  for (;;) {
    const auto page = co_await database_.read([&](db::Snapshot& view) {
      return projects::retentions(view, which, after, kProjectsAtOnce);
    });
    for (const auto& one : page) gone += co_await prune_project(one);
    if (std::ssize(page) < kProjectsAtOnce || !is_ours_) co_return gone;
    after = page.back().project.value;
  }
}

Task<std::int64_t> Retention::prune_project(projects::ProjectRetention one) {
  const auto& fallback = options_.fallback;
  const auto max_age = one.retention.max_age ? one.retention.max_age : fallback.max_age;
  const auto max_count = one.retention.max_count ? one.retention.max_count : fallback.max_count;
  std::int64_t gone = 0;
  if (max_age && max_age->count() > 0)
    gone += co_await prune_scope({one.project, Limit::Age, clock_.now() - *max_age});
  if (!max_count || *max_count == 0) co_return gone;
  auto scope = co_await surplus(one.project, *max_count);
  if (scope) gone += co_await prune_scope(*std::move(scope));
  co_return gone;
}

Task<std::optional<Retention::Scope>> Retention::surplus(ProjectId project,
                                                         std::int64_t max_count) {
  const auto newest = co_await database_.read(
      [&](db::Snapshot& view) { return view.first<Doomed>(kFirstTooMany, project, max_count); });
  if (!newest) co_return std::nullopt;
  co_return Scope{project, Limit::Count, newest->created_at, newest->id};
}

Task<std::int64_t> Retention::prune_scope(Scope scope) {
  std::int64_t gone = 0;
  Doomed last;
  while (is_ours_) {
    auto page = co_await database_.read([&](db::Snapshot& view) {
      return scope.limit == Limit::Age
                 ? view.all<Doomed>(kAged, scope.project, last.created_at, last.id, scope.until,
                                    kDoomedAtOnce)
                 : view.all<Doomed>(kSurplus, scope.project, last.created_at, last.id, scope.until,
                                    scope.last_id, kDoomedAtOnce);
    });
    if (page.empty()) break;
    last = page.back();
    gone += co_await remove(std::move(page));
  }
  co_return gone;
}

Task<std::int64_t> Retention::remove(std::vector<Doomed> doomed) {
  std::int64_t gone = 0;
  std::size_t next = 0;
  while (next < doomed.size()) {
    const std::span<const Doomed> rest(doomed.begin() + static_cast<std::ptrdiff_t>(next),
                                       doomed.end());
    const auto removed =
        co_await database_.write([&](db::Transaction& tx) -> std::optional<Removed> {
          if (!hold_lease(tx)) return std::nullopt;
          return remove_some(tx, rest);
        });
    is_ours_ = removed.has_value();
    if (!removed) break;
    next += removed->settled;
    if (removed->rest) doomed[next] = *removed->rest;
    gone += removed->gone;
    if (pruned_) pruned_->add(static_cast<double>(removed->gone));
    co_await clock_.sleep_until(clock_.now() + options_.pause);
  }
  co_return gone;
}

bool Retention::hold_lease(db::Transaction& tx) const {
  const auto now = clock_.now();
  return tx.execute(kHoldLease, options_.node, now + kLease, now) == 1;
}

}  // namespace qd::executions
