// Finished executions go when their project has kept them long enough, or has too many. They go in
// small transactions with pauses between them, so that whoever else writes hardly waits; one that
// is not over never goes. On several nodes only one prunes at a time, under a lease. What a stopped
// server left is pruned by the next round.
#pragma once

#include <span>

#include "platform/metrics/metrics.h"
#include "projects/retention.h"

namespace qd::executions {

struct RetentionOptions {
  /// Of projects that say nothing.
  projects::Retention fallback = {};
  /// Between rounds, and between transactions.
  milliseconds interval{60'000};
  milliseconds pause{20};
  /// This node, among those on the same database.
  std::string node = "node";
};

/// An execution that is to go.
struct Doomed {
  std::string id;
  Timestamp created_at;
  /// About how many events it has.
  std::int64_t revision = 0;
  std::int64_t blobs = 0;
};
BOOST_DESCRIBE_STRUCT(Doomed, (), (id, created_at, revision, blobs))

/// How many rows a transaction removes, about. A large value counts as many rows.
inline constexpr std::int64_t kRowsAtOnce = 2'000;
inline constexpr std::int64_t kRowsOfBlob = 100;

struct Removed {
  /// How many of the doomed are dealt with: gone, or no longer over.
  std::size_t settled = 0;
  std::int64_t gone = 0;
  /// What is left of the next one, whose rows are too many for one transaction.
  std::optional<Doomed> rest;
};
/// Removes the first of them, as many as fit.
[[nodiscard]] Removed remove_some(db::Transaction& tx, std::span<const Doomed> doomed);

class Retention {
 public:
  /// All outlive it; the registry may be null.
  Retention(db::Database& database, Clock& clock, RetentionOptions options,
            metrics::Registry* metrics);

  /// Round after round, until the surrounding task is cancelled.
  Task<void> run();
  /// One round; how many executions went. None while another node prunes.
  Task<std::int64_t> prune();

 private:
  enum class Limit { Age, Count };
  struct Scope {
    ProjectId project;
    Limit limit;
    /// Of age: what ended before this goes. Of count: what began up to this, and its id.
    Timestamp until;
    std::string last_id = {};
  };

  Task<std::int64_t> prune_project(projects::ProjectRetention one);
  Task<std::optional<Scope>> surplus(ProjectId project, std::int64_t max_count);
  Task<std::int64_t> prune_scope(Scope scope);
  Task<std::int64_t> remove(std::vector<Doomed> doomed);
  bool hold_lease(db::Transaction& tx) const;

  db::Database& database_;
  Clock& clock_;
  RetentionOptions options_;
  std::optional<metrics::Counter> pruned_;
  bool is_ours_ = true;
};

}  // namespace qd::executions
