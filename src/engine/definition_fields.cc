#include "engine/definition_fields.h"

#include "base/time.h"
#include "json/json.h"

namespace qd::engine {

namespace {

using enum FieldShape;
constexpr auto kRequired = Need::Required;

constexpr FieldRule kTransform[] = {{"set", Object, kRequired}};
constexpr FieldRule kSwitch[] = {{"cases", Cases, kRequired}, {"mode", Mode}};
constexpr FieldRule kHttp[] = {{"method", HttpMethod}, {"url", FieldShape::Text, kRequired},
                               {"headers", Object},    {"query", Object},
                               {"body", Any},          {"credential", Name}};
constexpr FieldRule kLlm[] = {{"connection", Name},         {"model", FieldShape::Text, kRequired},
                              {"prompt", FieldShape::Text}, {"messages", List},
                              {"system", FieldShape::Text}, {"output_schema", Schema},
                              {"temperature", Number},      {"max_tokens", FieldShape::Whole}};
constexpr FieldRule kAgent[] = {{"agent", Name, kRequired},
                                {"version", FieldShape::Whole},
                                {"input", Any},
                                {"output_schema", Schema}};
constexpr FieldRule kTool[] = {{"tool", Name, kRequired}, {"arguments", Object}};
constexpr FieldRule kCode[] = {{"language", Language, kRequired},
                               {"source", Source, kRequired},
                               {"input", Any},
                               {"memory_mb", FieldShape::Whole}};
constexpr FieldRule kMap[] = {{"items", List, kRequired},
                              {"concurrency", FieldShape::Whole},
                              {"on_item_error", ItemError},
                              {"body", Body, kRequired}};
constexpr FieldRule kLoop[] = {{"until", Condition, kRequired},
                               {"max_iterations", FieldShape::Whole},
                               {"initial", Any},
                               {"body", Body, kRequired}};
constexpr FieldRule kWorkflow[] = {
    {"workflow", Name, kRequired}, {"version", FieldShape::Whole}, {"input", Any}, {"wait", Flag}};
constexpr FieldRule kEmit[] = {{"event", FieldShape::Text, kRequired}, {"data", Any}};
constexpr FieldRule kRespond[] = {
    {"status", FieldShape::Whole}, {"headers", Object}, {"body", Any}};
constexpr FieldRule kTask[] = {{"queue", FieldShape::Text, kRequired},
                               {"payload", Any},
                               {"heartbeat", Duration},
                               {"output_schema", Schema}};
constexpr FieldRule kWait[] = {
    {"for", Duration}, {"until", Moment}, {"event", Event}, {"timeout", Duration}};
constexpr FieldRule kApproval[] = {{"title", FieldShape::Text, kRequired},
                                   {"description", FieldShape::Text},
                                   {"approvers", Approvers},
                                   {"expires_in", Duration},
                                   {"form", Schema}};
constexpr FieldRule kFail[] = {
    {"code", FieldShape::Text}, {"message", FieldShape::Text, kRequired}, {"details", Any}};

constexpr std::string_view kOut[] = {"out"};
constexpr std::string_view kWaitPorts[] = {"out", "timeout"};
constexpr std::string_view kApprovalPorts[] = {"approved", "rejected", "expired"};
constexpr std::string_view kWaitOneOf[] = {"for", "until", "event"};
constexpr std::string_view kLlmOneOf[] = {"prompt", "messages"};

constexpr NodeRule kRules[] = {
    {NodeType::Transform, kTransform, kOut, {}},
    {NodeType::Switch, kSwitch, {}, {}},
    {NodeType::Http, kHttp, kOut, {}},
    {NodeType::Llm, kLlm, kOut, kLlmOneOf},
    {NodeType::Agent, kAgent, kOut, {}},
    {NodeType::Tool, kTool, kOut, {}},
    {NodeType::Code, kCode, kOut, {}},
    {NodeType::Map, kMap, kOut, {}},
    {NodeType::Loop, kLoop, kOut, {}},
    {NodeType::Workflow, kWorkflow, kOut, {}},
    {NodeType::Emit, kEmit, kOut, {}},
    {NodeType::Respond, kRespond, kOut, {}},
    {NodeType::Task, kTask, kOut, {}},
    {NodeType::Wait, kWait, kWaitPorts, kWaitOneOf},
    {NodeType::Approval, kApproval, kApprovalPorts, {}},
    {NodeType::Fail, kFail, {}, {}},
};

constexpr std::string_view kMethods[] = {"GET",   "HEAD",   "POST",   "PUT",
                                         "PATCH", "DELETE", "OPTIONS"};
constexpr std::string_view kModes[] = {"first", "all"};
constexpr std::string_view kItemErrors[] = {"fail", "continue"};
constexpr std::string_view kLanguages[] = {"javascript", "python"};
constexpr std::string_view kCaseFields[] = {"name", "when"};
constexpr std::string_view kEventFields[] = {"name", "filter"};
constexpr std::string_view kApproverFields[] = {"roles", "users"};

/// What rendering leaves as it is written. A body is compiled by itself.
bool is_kept_literally(FieldShape shape) {
  return shape == Schema || shape == Cases || shape == Source || shape == Condition;
}

bool has(std::span<const std::string_view> names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

std::string quoted(std::span<const std::string_view> names) {
  return fmt::format("'{}'", fmt::join(names, "', '"));
}

class FieldChecker {
 public:
  FieldChecker(const std::string& subject, FaultList& faults)
      : subject_(subject), faults_(faults) {}

  void check(FieldShape shape, const Json& value, const std::string& path) {
    const bool is_template = value.is_string() && expr::has_expression(value.get_string());
    if (is_template && !is_literal(shape)) return;
    switch (shape) {
      case Any:
        return;
      case FieldShape::Text:
        return expect(value.is_string(), path, "text");
      case Name:
        return check_name(value, path);
      case Object:
        return expect(value.is_object(), path, "an object");
      case List:
        return expect(value.is_array(), path, "a list");
      case Number:
        return expect(value.is_number(), path, "a number");
      case FieldShape::Whole:
        return expect(value.is_int64() && value.get_int64() > 0, path, "a whole number above 0");
      case Flag:
        return expect(value.is_bool(), path, "true or false");
      case Mode:
        return check_choice(value, path, kModes);
      case ItemError:
        return check_choice(value, path, kItemErrors);
      case Language:
        return check_choice(value, path, kLanguages);
      case Source:
        return expect(value.is_string() && !value.get_string().empty(), path, "a program's text");
      case Condition:
        return expect(value.is_string() && !value.get_string().empty(), path, "an expression");
      case FieldShape::Body:
        return expect(value.is_object(), path, "a body {nodes, edges, outputs}");
      case HttpMethod:
        return check_choice(value, path, kMethods);
      case Duration:
        return check_duration(value, path);
      case Moment:
        return check_moment(value, path);
      case Schema:
        return expect(value.is_object(), path, "a JSON Schema (an object)");
      case Cases:
        return check_cases(value, path);
      case Event:
        return check_event(value, path);
      case Approvers:
        return check_approvers(value, path);
    }
  }

  void unknown_fields(const JsonObject& object, std::span<const std::string_view> known,
                      const std::string& path) {
    for (const auto& member : object)
      if (const std::string_view name = member.key(); !has(known, name))
        add(child_path(path, name), "unknown_field",
            fmt::format("'{}' is not a field here{}", name, faults_.suggest(name, known)));
  }

  void add(std::string path, std::string_view code, const std::string& message) {
    faults_.add(std::move(path), code, fmt::format("{}: {}", subject_, message));
  }

 private:
  static bool is_literal(FieldShape shape) {
    switch (shape) {
      case Name:
      case Schema:
      case Cases:
      case Mode:
      case ItemError:
      case Language:
      case Source:
      case Condition:
      case FieldShape::Body:
        return true;
      default:
        return false;
    }
  }

  void expect(bool holds, const std::string& path, std::string_view wanted) {
    if (!holds) add(path, "wrong_type", fmt::format("must be {}", wanted));
  }

  void check_name(const Json& value, const std::string& path) {
    if (!value.is_string() || value.get_string().empty()) return expect(false, path, "a name");
    if (expr::has_expression(value.get_string()))
      add(path, "not_a_template",
          "must be a plain name; it can't be computed, so that it is known before the workflow "
          "runs");
  }

  void check_choice(const Json& value, const std::string& path,
                    std::span<const std::string_view> choices) {
    const bool is_known = value.is_string() && has(choices, value.get_string());
    if (!is_known) add(path, "not_a_choice", fmt::format("must be one of {}", quoted(choices)));
  }

  void check_duration(const Json& value, const std::string& path) {
    if (!value.is_string() || !parse_duration(value.get_string()))
      add(path, "bad_duration", "must be a length of time like 90s, 10m or 48h");
  }

  void check_moment(const Json& value, const std::string& path) {
    if (!value.is_string() || !parse_rfc3339(value.get_string()))
      add(path, "bad_timestamp", "must be a time like 2026-11-23T09:57:00Z (RFC 3339)");
  }

  void check_cases(const Json& value, const std::string& path) {
    if (!value.is_array() || value.get_array().empty())
      return expect(false, path, "a list of at least one {name, when}");
    for (std::size_t i = 0; i < value.get_array().size(); ++i) {
      const auto& item = value.get_array()[i];
      const auto at = fmt::format("{}/{}", path, i);
      if (!item.is_object()) {
        expect(false, at, "a case {name, when}");
        continue;
      }
      unknown_fields(item.get_object(), kCaseFields, at);
      require_text(item.get_object(), "name", at);
      require_text(item.get_object(), "when", at);
    }
  }

  void require_text(const JsonObject& object, std::string_view name, const std::string& path) {
    const auto* member = object.if_contains(name);
    if (member == nullptr)
      add(fmt::format("{}/{}", path, name), "required", fmt::format("'{}' is missing", name));
    else
      expect(member->is_string() && !member->get_string().empty(), fmt::format("{}/{}", path, name),
             "text");
  }

  void check_event(const Json& value, const std::string& path) {
    if (value.is_string() && !value.get_string().empty()) return;
    if (!value.is_object()) return expect(false, path, "the name of an event, or {name, filter}");
    unknown_fields(value.get_object(), kEventFields, path);
    require_text(value.get_object(), "name", path);
    if (const auto* filter = value.get_object().if_contains("filter"))
      expect(filter->is_string(), path + "/filter", "an expression");
  }

  void check_approvers(const Json& value, const std::string& path) {
    if (!value.is_object()) return expect(false, path, "an object {roles, users}");
    unknown_fields(value.get_object(), kApproverFields, path);
    for (const auto& member : value.get_object()) {
      const std::string at = path + "/" + std::string(member.key());
      const bool is_template =
          member.value().is_string() && expr::has_expression(member.value().get_string());
      if (has(kApproverFields, member.key()) && !is_template)
        expect(is_list_of_text(member.value()), at, "a list of text");
    }
  }

  static bool is_list_of_text(const Json& value) {
    return value.is_array() && std::ranges::all_of(value.get_array(), [](const Json& item) {
             return item.is_string() && !item.get_string().empty();
           });
  }

  const std::string& subject_;
  FaultList& faults_;
};

void check_one_of(const NodeRule& rule, const JsonObject& with, const std::string& path,
                  FieldChecker& checker) {
  if (rule.one_of.empty()) return;
  const auto given = std::ranges::count_if(
      rule.one_of, [&](std::string_view name) { return with.contains(name); });
  if (given == 0)
    checker.add(path, "required", fmt::format("needs one of {}", quoted(rule.one_of)));
  else if (given > 1)
    checker.add(path, "one_of", fmt::format("takes only one of {}", quoted(rule.one_of)));
}

}  // namespace

const NodeRule& node_rule(NodeType type) {
  return *std::ranges::find(kRules, type, &NodeRule::type);
}

void check_fields(const NodeRule& rule, const JsonObject& with, const std::string& path,
                  const std::string& subject, FaultList& faults) {
  FieldChecker checker(subject, faults);
  std::vector<std::string_view> known;
  for (const auto& field : rule.fields) known.push_back(field.name);
  checker.unknown_fields(with, known, path);
  for (const auto& field : rule.fields) {
    const auto* value = with.if_contains(field.name);
    const auto at = fmt::format("{}/{}", path, field.name);
    if (value != nullptr)
      checker.check(field.shape, *value, at);
    else if (field.need == Need::Required)
      checker.add(at, "required",
                  fmt::format("'{}' is missing; {} needs it", field.name, enum_name(rule.type)));
  }
  check_one_of(rule, with, path, checker);
}

std::vector<std::string> literal_fields(const NodeRule& rule) {
  std::vector<std::string> names;
  for (const auto& field : rule.fields)
    if (is_kept_literally(field.shape)) names.emplace_back(field.name);
  return names;
}

}  // namespace qd::engine
