// A store of the drill's own, gone when it is: a SQLite file in a temporary folder, or a schema in
// the PostgreSQL database that it is given.
#pragma once

#include <string>

#include "base/id.h"

namespace qd::engine::drill {

class ScratchStore {
 public:
  /// `database` is empty (SQLite) or `postgres://…`; what is in it is left alone. Throws
  /// std::runtime_error with what to do.
  ScratchStore(const std::string& database, Timestamp now);
  ScratchStore(const ScratchStore&) = delete;
  ScratchStore& operator=(const ScratchStore&) = delete;
  ~ScratchStore();

  [[nodiscard]] const std::string& url() const { return url_; }
  [[nodiscard]] std::string_view kind() const { return schema_.empty() ? "sqlite" : "postgres"; }
  /// The one project that is there.
  [[nodiscard]] const ProjectId& project() const { return project_; }

 private:
  void make(const std::string& database, Timestamp now);
  void remove() noexcept;

  std::string database_;
  std::string folder_;
  std::string schema_;
  std::string url_;
  ProjectId project_{"drill"};
};

}  // namespace qd::engine::drill
