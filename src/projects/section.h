// What other domains put into a project's export, and take out of an import, a clone or a template.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/id.h"
#include "json/json.h"
#include "platform/api/router.h"
#include "platform/db/db.h"

namespace qd::projects {

class Section {
 public:
  virtual ~Section() = default;
  /// The member of the export that is this section's.
  [[nodiscard]] virtual std::string_view name() const = 0;
  /// The names of what it writes, by id. In the whole export they stand where the ids stood,
  /// because an import makes ids of its own.
  [[nodiscard]] virtual std::map<std::string, std::string> names(
      db::Snapshot& view, const ProjectId& project) const = 0;
  [[nodiscard]] virtual Json write(db::Snapshot& view, const ProjectId& project) const = 0;
  /// Into a project that is new; faults are below `path`.
  virtual Result<void> read(db::Transaction& tx, const api::Caller& caller,
                            const ProjectId& project, const Json& content,
                            std::string_view path) const = 0;
};

}  // namespace qd::projects
