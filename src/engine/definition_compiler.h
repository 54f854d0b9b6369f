// Turns a document into a Definition and finds every fault on the way: first each node by itself,
// then the edges and the shape of the graph, then what the expressions refer to. Later passes go on
// with whatever the earlier ones could read.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "engine/definition.h"
#include "engine/definition_document.h"
#include "engine/definition_faults.h"
#include "engine/definition_fields.h"
#include "engine/definition_shape.h"

namespace qd::engine {

class DefinitionCompiler {
 public:
  /// A use of a root in a node or in the outputs.
  struct Use {
    std::string path;
    expr::Reference reference;
    /// `node 'a'`, where a node inside the body of another makes it; empty: the node itself.
    std::string subject = {};
  };

  /// The faults outlive it.
  explicit DefinitionCompiler(FaultList& faults) : faults_(faults) {}
  /// The definition is whole only when there are no faults.
  void compile(const Json& document);
  [[nodiscard]] Definition take() && { return std::move(definition_); }

 private:
  /// Of a body that stands at `base` in the document.
  DefinitionCompiler(FaultList& faults, std::string base, const DefinitionCompiler& outer)
      : faults_(faults), base_(std::move(base)), outer_(&outer), depth_(outer.depth_ + 1) {}

  struct NodeNotes {
    /// Its place in the document.
    std::size_t place = 0;
    /// `node 'a'`, for messages.
    std::string subject;
    std::vector<Use> uses;
    /// Whether its type could be read, so that its ports are known.
    bool has_ports = false;
    /// The ids inside its body, and below.
    std::vector<std::string> inner_ids;
  };

  // definition_compiler.cc: the document and its nodes.
  void compile_workflow(const WorkflowDocument& document);
  void compile_graph(const JsonArray& nodes, const JsonArray& edges,
                     const std::optional<JsonObject>& outputs);
  void compile_outputs(const std::optional<JsonObject>& outputs);
  void compile_node(const Json& value, std::size_t place);
  [[nodiscard]] bool check_id(const NodeDocument& document, const std::string& path);
  [[nodiscard]] std::optional<NodeType> check_type(const NodeDocument& document,
                                                   const NodeNotes& notes);
  void compile_with(const NodeDocument& document, NodeNotes& notes, Node& node);
  void compile_cases(const JsonObject& with, NodeNotes& notes, Node& node);
  void compile_filter(const JsonObject& with, const NodeNotes& notes, Node& node);
  void give_ports(const NodeDocument& document, const NodeNotes& notes, Node& node);
  [[nodiscard]] std::optional<expr::Expression> condition(const std::string& source,
                                                          const std::string& path,
                                                          NodeNotes& notes);
  void add_faults(const Error& error, const std::string& path, std::string_view subject);
  [[nodiscard]] std::optional<milliseconds> duration(const std::optional<std::string>& text,
                                                     const std::string& path,
                                                     std::string_view subject);

  // definition_options.cc: what a node says beside its `with`.
  void compile_options(const NodeDocument& document, NodeNotes& notes, Node& node);
  void compile_retry(const RetryDocument& document, const NodeNotes& notes, Node& node);
  void compile_cache(const CacheDocument& document, NodeNotes& notes, Node& node);
  void refuse_options(const NodeDocument& document, const NodeNotes& notes, const Node& node);
  void link_compensations(const JsonArray& nodes);
  void link_compensation(NodeIndex node, const std::string& id);

  // definition_bodies.cc: what maps and loops run.
  void compile_body(const JsonObject& with, NodeNotes& notes, Node& node);
  void compile_body_document(const Json& document, NodeNotes& notes, Node& node);
  void check_inner_ids();
  [[nodiscard]] bool is_body() const { return depth_ > 0; }

  // definition_concurrency.cc
  void compile_concurrency(const Json& value);

  // definition_graph.cc: edges and their shape.
  void compile_edges(const JsonArray& edges);
  void compile_edge(const EdgeDocument& document, const std::string& path);
  [[nodiscard]] std::optional<NodeIndex> edge_end(const std::string& id, const std::string& path);
  void sort_nodes();
  void report_cycles(const std::vector<std::uint32_t>& waiting);
  void report_cycle(const std::vector<EdgeIndex>& cycle);

  // definition_references.cc: what expressions may see.
  void check_references();
  void check_step_uses();
  void check_use(const Use& use, std::string_view subject);
  [[nodiscard]] std::optional<NodeIndex> check_step(const Use& use, std::string_view subject);
  [[nodiscard]] const std::string& subject_of(const Use& use, NodeIndex node) const;
  [[nodiscard]] std::vector<char> nodes_that_see_an_error() const;

  [[nodiscard]] std::string place_path(std::size_t place) const;
  [[nodiscard]] std::string node_path(NodeIndex node) const;
  [[nodiscard]] const std::vector<std::string_view>& ids();

  Definition definition_;
  std::vector<NodeNotes> notes_;
  std::vector<Use> output_uses_;
  /// By edge: its place in the document.
  std::vector<std::size_t> edge_places_;
  std::vector<std::string_view> ids_;
  FaultList& faults_;
  std::string base_;
  const DefinitionCompiler* outer_ = nullptr;
  /// What is known of the values that expressions see.
  std::optional<DocumentShape> shape_;
  /// 0 for the workflow itself, 1 for a body in it, ...
  int depth_ = 0;
  /// Of a body: steps that are none of its own.
  std::vector<Use> outer_uses_;
};

}  // namespace qd::engine
