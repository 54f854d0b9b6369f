// Definitions kept as YAML files: which documents there are, what each means to the API, and in
// which order they must be made. Several documents may share a file, parted by lines of `---`.
//
//   kind: Agent            # or Project, Tool, Workflow
//   name: issue-classifier
//   provider: auto         # … the fields that the API takes
//
// A Tool writes its own kind (http, …) as `type`. A Workflow's document stands beside its kind, or
// under `definition`; without a kind, a document that has nodes is a workflow.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/enum_names.h"
#include "base/error.h"
#include "engine/yaml.h"
#include "json/json.h"

namespace qd::cli {

/// In the order in which they need each other.
enum class DocumentKind { Project, Tool, Agent, Workflow };
BOOST_DESCRIBE_ENUM(DocumentKind, Project, Tool, Agent, Workflow)

/// `tools`, as routes and exports name it.
[[nodiscard]] std::string plural(DocumentKind kind);

struct Document {
  DocumentKind kind = DocumentKind::Workflow;
  std::string name;
  /// What the API takes. Of a project: without its variables.
  JsonObject content;
  /// Of a project: by name.
  JsonObject variables;
  /// The file, for messages.
  std::string file;
  /// As written, with its places.
  engine::YamlDocument source;
  /// Where in `source` the content stands: empty, or `/definition` of a workflow.
  std::string nested;
};

/// In the order of their kinds, and as they came within a kind.
[[nodiscard]] std::vector<Document> in_order(std::vector<Document> documents);

/// One text's documents. Malformed or Invalid, each message beginning with the file and line.
[[nodiscard]] Result<std::vector<Document>> parse_documents(std::string_view text,
                                                            const std::string& file);
/// Those of a file, or of every .yaml and .yml file directly in a folder; in the order of kinds.
/// NotFound `file.not_found`; Invalid where there is none, or two have one kind and name.
[[nodiscard]] Result<std::vector<Document>> load_documents(const std::filesystem::path& path);
/// The .yaml and .yml files directly in a folder, by name.
[[nodiscard]] std::vector<std::filesystem::path> yaml_files(const std::filesystem::path& folder);
/// A whole file. NotFound `file.not_found`, TooLarge `file.too_large` beyond 64 MiB.
[[nodiscard]] Result<std::string> read_file(const std::filesystem::path& path);

/// What the API answered, as a document that can be applied again: without ids, times and nulls.
[[nodiscard]] JsonObject to_document(DocumentKind kind, const Json& resource);
/// The part of an answer that `Document::content` is compared with.
[[nodiscard]] JsonObject content_of(DocumentKind kind, const Json& resource);

}  // namespace qd::cli
