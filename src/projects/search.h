// The words of a search, and where a text holds them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "projects/types.h"

namespace qd::projects {

/// The words of a query, folded, without anything that a store's query language knows. At most 16.
[[nodiscard]] std::vector<std::string> search_terms(std::string_view query);
/// Each word as the beginning of one, all of them: as SQLite's FTS5 and as PostgreSQL's tsquery
/// want it.
[[nodiscard]] std::string fts5_query(const std::vector<std::string>& terms);
[[nodiscard]] std::string tsquery(const std::vector<std::string>& terms);

/// `text` as HTML, with the words that begin with a term inside `<mark>`.
[[nodiscard]] std::string highlight(std::string_view text, const std::vector<std::string>& terms);
[[nodiscard]] Highlights highlights(const Project& project, const std::vector<std::string>& terms);

}  // namespace qd::projects
