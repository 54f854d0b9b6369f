#include "engine/definition_compiler.h"

#include "engine/validate.h"

namespace qd::engine {

namespace {

/// Reads what can be read: members with faults are reported and left out. `required` are the
/// members whose absence is reported and then borne.
template <class T>
T read_leniently(const Json& value, const std::string& path, std::string_view subject,
                 FaultList& faults) {
  auto read = json::from_json<T>(value, json::Unknown::Reject, path);
  if (read) return *std::move(read);
  JsonObject kept = value.is_object() ? value.get_object() : JsonObject();
  for (const auto& fault : read.error().faults) {
    const bool has_subject = !subject.empty();
    faults.add(fault.path, fault.code,
               has_subject ? fmt::format("{}: {}", subject, fault.message) : fault.message);
    auto member = std::string_view(fault.path).substr(std::min(path.size() + 1, fault.path.size()));
    member = member.substr(0, member.find('/'));
    kept.erase(member);
  }
  if constexpr (requires(T t) { t.type; }) {
    kept.emplace("id", "");
    kept.emplace("type", "");
  } else if constexpr (requires(T t) { t.nodes; }) {
    kept.emplace("nodes", JsonArray());
  }
  auto again = json::from_json<T>(Json(std::move(kept)), json::Unknown::Ignore, path);
  return again ? *std::move(again) : T{};
}

bool is_identifier(std::string_view text) {
  if (text.empty() || text.size() > 64 || (text[0] >= '0' && text[0] <= '9')) return false;
  return std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  });
}

/// Words that `steps.<id>` could not be written with.
bool is_word(std::string_view id) {
  return id == "in" || id == "true" || id == "false" || id == "null";
}

std::string identifier_from(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (!is_identifier({&c, 1}) && (c < '0' || c > '9')) c = '_';
  return out;
}

std::string_view text_member(const Json& value, std::string_view name) {
  const Json* member = json::find(value, name);
  if (member == nullptr || !member->is_string()) return {};
  return member->get_string();
}

}  // namespace

std::optional<PortIndex> Node::find_port(std::string_view port) const {
  const auto found = std::ranges::find(ports, port);
  if (found == ports.end()) return std::nullopt;
  return static_cast<PortIndex>(found - ports.begin());
}

std::optional<NodeIndex> Definition::find(std::string_view id) const {
  const auto found = index.find(std::string(id));
  if (found == index.end()) return std::nullopt;
  return found->second;
}

void DefinitionCompiler::compile(const Json& document) {
  if (!document.is_object())
    return faults_.add("", "wrong_type", "a workflow is an object with nodes and edges");
  compile_workflow(read_leniently<WorkflowDocument>(document, "", "", faults_));
}

void DefinitionCompiler::compile_workflow(const WorkflowDocument& document) {
  if (document.format && *document.format != "quarterdeck/v1")
    faults_.add("/format", "not_a_choice", "must be quarterdeck/v1, the only format so far");
  if (document.concurrency) compile_concurrency(*document.concurrency);
  definition_.name = document.name.value_or("");
  definition_.description = document.description.value_or("");
  if (document.inputs) definition_.inputs = *document.inputs;
  definition_.timeout = duration(document.timeout, "/timeout", "");

  if (document.nodes.empty() && faults_.is_empty())
    faults_.add("/nodes", "workflow.no_nodes", "a workflow has at least one node");
  if (document.nodes.size() > kMaxNodes)
    return faults_.add("/nodes", "workflow.too_many_nodes",
                       fmt::format("at most {} nodes", kMaxNodes));
  const auto edges = document.edges.value_or(JsonArray());
  if (edges.size() > kMaxEdges)
    return faults_.add("/edges", "workflow.too_many_edges",
                       fmt::format("at most {} edges", kMaxEdges));

  compile_graph(document.nodes, edges, document.outputs);
}

void DefinitionCompiler::compile_graph(const JsonArray& nodes, const JsonArray& edges,
                                       const std::optional<JsonObject>& outputs) {
  const auto* inputs = outer_ ? outer_->shape_->schema("input") : &definition_.inputs;
  shape_.emplace(inputs && inputs->is_object() ? inputs : nullptr, nodes,
                 outer_ ? &*outer_->shape_ : nullptr);
  definition_.nodes.reserve(nodes.size());
  for (std::size_t i = 0; i < nodes.size(); ++i) compile_node(nodes[i], i);
  compile_edges(edges);
  link_compensations(nodes);
  sort_nodes();
  compile_outputs(outputs);
  check_inner_ids();
  check_references();
}

void DefinitionCompiler::compile_outputs(const std::optional<JsonObject>& outputs) {
  if (!outputs) return;
  const auto path = base_ + "/outputs";
  auto compiled = expr::compile_template(Json(*outputs), {}, &*shape_);
  if (!compiled) return add_faults(compiled.error(), path, "outputs");
  for (const auto& use : compiled->uses()) output_uses_.push_back({path + use.path, use.reference});
  definition_.outputs = *std::move(compiled);
}

void DefinitionCompiler::compile_node(const Json& value, std::size_t place) {
  const auto path = place_path(place);
  const auto written_id = text_member(value, "id");
  NodeNotes notes{.place = place,
                  .subject = is_identifier(written_id) ? fmt::format("node '{}'", written_id)
                                                       : fmt::format("node {}", place + 1)};
  const auto document = read_leniently<NodeDocument>(value, path, notes.subject, faults_);
  const bool is_named = check_id(document, path);
  Node node{.id = document.id, .with = expr::Template::literal(JsonObject())};
  node.name = document.name && !document.name->empty() ? *document.name : document.id;
  compile_options(document, notes, node);
  if (const auto type = check_type(document, notes)) {
    node.type = *type;
    notes.has_ports = true;
    compile_with(document, notes, node);
    give_ports(document, notes, node);
    refuse_options(document, notes, node);
  }
  if (is_named)
    definition_.index.emplace(node.id, static_cast<NodeIndex>(definition_.nodes.size()));
  definition_.nodes.push_back(std::move(node));
  notes_.push_back(std::move(notes));
}

bool DefinitionCompiler::check_id(const NodeDocument& document, const std::string& path) {
  const auto& id = document.id;
  if (id.empty()) {
    // A missing id has been reported while reading.
    return false;
  }
  if (!is_identifier(id) || is_word(id)) {
    const auto better = identifier_from(id);
    faults_.add(
        path + "/id", "node.bad_id",
        fmt::format(
            "'{}' can't be an id: letters, digits and '_', not a digit first, at most 64{}", id,
            is_identifier(better) && !is_word(better) ? fmt::format("; '{}' would do", better)
                                                      : ""));
    return false;
  }
  if (const auto other = definition_.find(id)) {
    faults_.add(path + "/id", "node.duplicate_id",
                fmt::format("node '{}' exists already, at {}", id, node_path(*other)));
    return false;
  }
  return true;
}

std::optional<NodeType> DefinitionCompiler::check_type(const NodeDocument& document,
                                                       const NodeNotes& notes) {
  const auto& type = document.type;
  if (const auto known = parse_enum<NodeType>(type)) return known;
  if (type.empty()) return std::nullopt;
  const auto path = place_path(notes.place) + "/type";
  std::vector<std::string_view> known;
  for (const auto& entry : enum_names<NodeType>()) known.push_back(entry.name);
  faults_.add(path, "node.unknown_type",
              fmt::format("{}: there is no node type '{}'{}", notes.subject, type,
                          faults_.suggest(type, known)));
  return std::nullopt;
}

void DefinitionCompiler::compile_with(const NodeDocument& document, NodeNotes& notes, Node& node) {
  const auto path = place_path(notes.place);
  const auto& rule = node_rule(node.type);
  auto with = document.with.value_or(JsonObject());
  check_fields(rule, with, path + "/with", notes.subject, faults_);
  if (document.when) node.when = condition(*document.when, path + "/when", notes);
  if (node.type == NodeType::Switch) compile_cases(with, notes, node);
  if (node.type == NodeType::Wait) compile_filter(with, notes, node);
  if (has_body(node.type)) {
    compile_body(with, notes, node);
    // The body is no part of the step's input.
    with.erase("body");
    with.erase("until");
  }
  auto compiled = expr::compile_template(Json(with), literal_fields(rule), &*shape_);
  if (!compiled) return add_faults(compiled.error(), path + "/with", notes.subject);
  for (const auto& use : compiled->uses())
    notes.uses.push_back({path + "/with" + use.path, use.reference});
  node.with = *std::move(compiled);
}

void DefinitionCompiler::compile_cases(const JsonObject& with, NodeNotes& notes, Node& node) {
  const auto* mode = with.if_contains("mode");
  if (mode != nullptr && mode->is_string() && mode->get_string() == "all")
    node.mode = SwitchMode::All;
  const auto* cases = with.if_contains("cases");
  if (cases == nullptr || !cases->is_array()) return;
  for (std::size_t i = 0; i < cases->get_array().size(); ++i) {
    const auto& item = cases->get_array()[i];
    const auto path = fmt::format("{}/with/cases/{}", place_path(notes.place), i);
    const std::string name(text_member(item, "name"));
    const auto source = text_member(item, "when");
    if (name.empty()) continue;
    // The port exists also where its condition is faulty, so that its edges are not blamed.
    if (!is_identifier(name) || name == "default" || name == "error")
      faults_.add(
          path + "/name", "switch.bad_case",
          fmt::format(
              "{}: '{}' can't name a case: letters, digits and '_', and neither default nor error",
              notes.subject, name));
    else if (node.find_port(name))
      faults_.add(path + "/name", "switch.duplicate_case",
                  fmt::format("{}: case '{}' exists already", notes.subject, name));
    node.ports.push_back(name);
    if (source.empty()) continue;
    if (auto compiled = condition(std::string(source), path + "/when", notes))
      node.cases.push_back({name, *std::move(compiled)});
  }
}

void DefinitionCompiler::compile_filter(const JsonObject& with, const NodeNotes& notes,
                                        Node& node) {
  const auto* event = with.if_contains("event");
  const auto source = event != nullptr ? text_member(*event, "filter") : std::string_view{};
  if (source.empty()) return;
  auto compiled = expr::compile(source, {}, expr::event_roots());
  const auto path = place_path(notes.place) + "/with/event/filter";
  if (!compiled) return add_faults(compiled.error(), path, notes.subject);
  node.event_filter = *std::move(compiled);
}

void DefinitionCompiler::give_ports(const NodeDocument& document, const NodeNotes& notes,
                                    Node& node) {
  const auto& rule = node_rule(node.type);
  node.ports.insert(node.ports.end(), rule.ports.begin(), rule.ports.end());
  if (node.type == NodeType::Switch) node.ports.emplace_back("default");
  if (node.ports.size() == 1 || node.type == NodeType::Wait) node.main_port = PortIndex{0};
  if (node.type == NodeType::Switch) node.main_port = static_cast<PortIndex>(node.ports.size() - 1);
  const auto path = place_path(notes.place) + "/on_error";
  if (node.type == NodeType::Fail && document.on_error && node.on_error != OnError::Fail)
    faults_.add(path, "node.option_not_applicable",
                fmt::format("{}: a fail node always ends the execution", notes.subject));
  else if (node.type == NodeType::Approval && node.on_error == OnError::Continue)
    faults_.add(
        path, "node.option_not_applicable",
        fmt::format(
            "{}: an approval that could not be asked for has no answer to go on with; use 'route'",
            notes.subject));
  if (node.on_error == OnError::Route) node.ports.emplace_back("error");
}

std::optional<expr::Expression> DefinitionCompiler::condition(const std::string& source,
                                                              const std::string& path,
                                                              NodeNotes& notes) {
  auto compiled = expr::compile(source, expr::CompileOptions{.shape = &*shape_});
  if (!compiled) {
    const bool is_template = expr::has_expression(source);
    if (is_template)
      faults_.add(
          path, "expression.syntax",
          fmt::format("{}: a condition is a bare expression, without '{{{{ }}}}'", notes.subject));
    else
      add_faults(compiled.error(), path, notes.subject);
    return std::nullopt;
  }
  for (const auto& reference : compiled->references()) notes.uses.push_back({path, reference});
  return *std::move(compiled);
}

void DefinitionCompiler::add_faults(const Error& error, const std::string& path,
                                    std::string_view subject) {
  if (error.faults.empty())
    faults_.add(path, error.code, fmt::format("{}: {}", subject, error.message));
  for (const auto& fault : error.faults)
    faults_.add(path + fault.path, fault.code, fmt::format("{}: {}", subject, fault.message));
}

std::optional<milliseconds> DefinitionCompiler::duration(const std::optional<std::string>& text,
                                                         const std::string& path,
                                                         std::string_view subject) {
  if (!text) return std::nullopt;
  const auto length = parse_duration(*text);
  if (!length || *length == milliseconds(0))
    faults_.add(path, "bad_duration",
                fmt::format("{}{}must be a length of time like 90s, 10m or 48h", subject,
                            subject.empty() ? "" : ": "));
  return length;
}

std::string DefinitionCompiler::place_path(std::size_t place) const {
  return fmt::format("{}/nodes/{}", base_, place);
}

std::string DefinitionCompiler::node_path(NodeIndex node) const {
  return place_path(notes_[node].place);
}

const std::vector<std::string_view>& DefinitionCompiler::ids() {
  if (ids_.empty())
    for (const auto& node : definition_.nodes) ids_.push_back(node.id);
  return ids_;
}

std::vector<Fault> validate(const Json& document) {
  FaultList faults;
  DefinitionCompiler(faults).compile(document);
  return std::move(faults).take();
}

Result<std::shared_ptr<const Definition>> compile_definition(const Json& document) {
  FaultList faults;
  DefinitionCompiler compiler(faults);
  compiler.compile(document);
  if (!faults.is_empty()) return invalid(std::move(faults).take());
  return std::make_shared<const Definition>(std::move(compiler).take());
}

}  // namespace qd::engine
