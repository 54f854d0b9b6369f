// Makes a server agree with documents: compares first, then changes what differs and publishes it.
// Applying the same documents twice changes nothing the second time; nothing is ever deleted.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/documents.h"
#include "cli/session.h"

namespace qd::cli {

/// What has to be done for one document. Publish: the draft is as the document says, but no version
/// holds it yet.
enum class ChangeKind { Create, Update, Publish, None };
BOOST_DESCRIBE_ENUM(ChangeKind, Create, Update, Publish, None)

struct Change {
  ChangeKind change = ChangeKind::None;
  const Document* document = nullptr;
  /// Empty when it is created.
  std::string id;
  std::int64_t revision = 0;
  /// What is there, as a document; null when nothing is.
  Json before;
  Json after;
  /// Of a project: the variables to set.
  JsonObject variables;
};

struct ApplyOptions {
  /// Variables of the project, in place of what its document says.
  JsonObject variables;
};

class Applier {
 public:
  /// All outlive it.
  Applier(Session& session, Api& api, const std::vector<Document>& documents, ApplyOptions options);

  /// Compares every document with the server; reads only. The order is that of the kinds.
  [[nodiscard]] Result<std::vector<Change>> plan();
  /// Makes one change of the plan, in its order. Faults that the server finds in a document are
  /// shown at their lines in its file.
  [[nodiscard]] Result<void> make(Change& change);

  /// The project's id, once it is known: after `plan`, or after its creation.
  [[nodiscard]] const std::string& project() const { return project_id_; }

 private:
  Result<void> find_project_of_documents();
  Result<Change> compare_project(const Document& document);
  Result<Change> compare_definition(const Document& document);
  Result<Json> make_project(Change& change);
  Result<Json> make_definition(Change& change);

  Session& session_;
  Api& api_;
  const std::vector<Document>& documents_;
  ApplyOptions options_;
  /// Empty while the project is still to be made.
  std::string project_id_;
  Json project_;
};

/// `agent issue-classifier: created (version 1)`, with the difference below it where `with_diff`.
enum class Tense { Planned, Done };
[[nodiscard]] std::string describe(const Change& change, Tense tense, const Style& style);
[[nodiscard]] Json to_json(const Change& change);
/// The change's difference as `diff -u` shows it.
[[nodiscard]] std::string diff_of(const Change& change, const Style& style);

}  // namespace qd::cli
