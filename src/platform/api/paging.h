// From the rows of a `db::ListQuery` to the page that a list endpoint answers.
//
//   QD_TRY(auto rows, store.list(view, query));
//   return api::to_page(std::move(rows), [](ProjectRow row) { return to_project(std::move(row));
//   });
#pragma once

#include <functional>
#include <utility>

#include "platform/api/router.h"
#include "platform/db/list_query.h"

namespace qd::api {

template <class Row, class Convert = std::identity>
[[nodiscard]] auto to_page(db::Rows<Row> rows, Convert convert = {}) {
  Page<std::decay_t<std::invoke_result_t<Convert&, Row>>> page;
  page.items.reserve(rows.items.size());
  for (auto& row : rows.items) page.items.push_back(convert(std::move(row)));
  page.next_cursor = std::move(rows.next_cursor);
  page.total = rows.total;
  page.total_capped = rows.total_capped;
  return page;
}

}  // namespace qd::api
