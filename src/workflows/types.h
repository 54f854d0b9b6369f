// Workflows as people write and read them.
#pragma once

#include "definitions/types.h"

namespace qd::workflows {

struct WorkflowDraft {
  Text<1, 200> name;
  std::optional<Text<0, 10'000>> description;
  /// The document: docs/workflow-language.md.
  JsonObject definition;
};
BOOST_DESCRIBE_STRUCT(WorkflowDraft, (), (name, description, definition))

struct Workflow : definitions::ResourceInfo, WorkflowDraft {};
BOOST_DESCRIBE_STRUCT(Workflow, (definitions::ResourceInfo, WorkflowDraft), ())

/// Without the document, which may be large.
struct WorkflowSummary : definitions::ResourceInfo {
  std::string name;
  std::string description;
};
BOOST_DESCRIBE_STRUCT(WorkflowSummary, (definitions::ResourceInfo), (name, description))

struct ValidateRequest {
  /// The document, or
  std::optional<JsonObject> definition;
  /// its YAML text.
  std::optional<Text<1, 4'000'000>> yaml;
};
BOOST_DESCRIBE_STRUCT(ValidateRequest, (), (definition, yaml))

struct DocumentProblem {
  /// RFC 6901, from the document's root.
  std::string path;
  std::string code;
  std::string message;
  /// Where in the YAML text, when that was sent; both count from 1.
  std::optional<std::int64_t> line;
  std::optional<std::int64_t> column;
};
BOOST_DESCRIBE_STRUCT(DocumentProblem, (), (path, code, message, line, column))

struct Validation {
  bool valid = true;
  std::vector<DocumentProblem> problems;
};
BOOST_DESCRIBE_STRUCT(Validation, (), (valid, problems))

struct ExecuteRequest {
  /// `{}` unless said otherwise.
  std::optional<Json> input;
  /// Which version; the latest published one unless said otherwise.
  std::optional<Whole<1, 1'000'000'000>> version;
  /// How long to wait for its end before this answers; 0 unless said otherwise.
  std::optional<Whole<0, 300'000>> wait_ms;
  /// Higher ones start first.
  std::optional<Whole<-100, 100>> priority;
  /// A test run: pinned nodes give their pinned outputs.
  std::optional<bool> test;
  /// Of a test run: the step after whose end it is over; its output is the execution's.
  std::optional<Text<1, 200>> stop_at;
};
BOOST_DESCRIBE_STRUCT(ExecuteRequest, (), (input, version, wait_ms, priority, test, stop_at))

}  // namespace qd::workflows
