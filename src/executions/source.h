// Where the notices of one topic are stored, and how they are read: the journal of an execution, or
// the changes in a project.
#pragma once

#include "executions/change_store.h"
#include "executions/topic.h"

namespace qd::executions {

/// How far a topic has been read. What is before `until` was there to be seen, unless it is neither
/// before `settled` nor visible yet. Of an execution the two mean the same.
struct Standing {
  std::int64_t settled = 0;
  std::int64_t until = 0;
};

struct Page {
  std::vector<NoticePtr> notices;
  /// Where the next page begins; nothing where this was the last.
  std::optional<store::Place> rest;
};

struct News {
  std::vector<NoticePtr> notices;
  /// There were more than asked for: these are left out, and read page by page by who wants them.
  bool is_too_much = false;
  Standing standing;
  /// Nothing more will come.
  bool is_over = false;
};

/// `begin` and `news` are called by one coroutine, one after the other; `page` by anybody.
class Source {
 public:
  virtual ~Source() = default;
  /// Where the topic stands; `notices` is empty.
  virtual Task<News> begin() = 0;
  /// What came since the last call of `begin` or this.
  virtual Task<News> news(std::int64_t limit) = 0;
  /// What is stored after `place` and before `standing.until`.
  virtual Task<Page> page(store::Place place, Standing standing, std::int64_t limit) = 0;
};

[[nodiscard]] std::unique_ptr<Source> make_source(db::Database& database, const Topic& topic);

}  // namespace qd::executions
