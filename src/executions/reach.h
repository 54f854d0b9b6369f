// How far the rows of one page reach, in a list that no index has in order.
#pragma once

#include "executions/types.h"
#include "platform/db/list_query.h"

namespace qd::executions::store {

/// The names that hold the words, with their projects: of one project, of those that the user may
/// see, or all.
[[nodiscard]] db::Fragment names_with(std::string_view words,
                                      const std::optional<Text<1, 100>>& project,
                                      const std::optional<UserId>& user);

/// Both ends belong to it.
struct Window {
  Timestamp earliest;
  Timestamp latest;
};

/// When the next thousand rows of the list were created, whosever they are: most pages are full
/// before that. Nothing where there are no more.
[[nodiscard]] std::optional<Window> near(db::Snapshot& view, const ExecutionQuery& query,
                                         const db::PageRequest& page);

/// When all rows of the page were created, found without reading what lies between them.
///
/// No index has the executions of several projects, or of several names, in order; but each project
/// and each name has its own. The rows of a page are of those projects or names whose first rows
/// come first, and none has more rows on it than a page holds. So it takes a look for each of them
/// and one more for each that may be on the page. The window holds a few pages at most.
[[nodiscard]] Window reach(db::Snapshot& view, const ExecutionQuery& query,
                           const std::optional<UserId>& user, const db::PageRequest& page);

}  // namespace qd::executions::store
