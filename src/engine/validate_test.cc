#include "engine/validate.h"

#include <gtest/gtest.h>

#include "engine/definition.h"
#include "engine/yaml.h"
#include "json/json.h"

namespace qd::engine {
namespace {

/// The faults as `path code: message` lines.
std::vector<std::string> faults_of(std::string_view yaml) {
  const auto document = yaml_to_json(yaml);
  if (!document) return {document.error().message};
  std::vector<std::string> lines;
  for (const auto& fault : validate(document->value))
    lines.push_back(fault.path + " " + fault.code + ": " + fault.message);
  return lines;
}

using Lines = std::vector<std::string>;

constexpr std::string_view kTriage = R"(
format: quarterdeck/v1
name: Triage an issue
inputs:
  type: object
  required: [title, body]
  properties: { title: {type: string}, body: {type: string} }
timeout: 10m
nodes:
  - id: classify
    type: agent
    with: { agent: issue-classifier, input: "{{ input.title }}\n\n{{ input.body }}", output_schema: {type: object, properties: {kind: {enum: [bug, feature, question]}}} }
    retry: { max_attempts: 4, backoff: exponential, initial_delay: 1s, max_delay: 60s, jitter: 0.2 }
    timeout: 2m
  - id: route
    type: switch
    with: { cases: [ {name: bug, when: "steps.classify.output.kind == 'bug'"} ] }
  - id: sign_off
    type: approval
    with: { title: "File this bug?", approvers: {roles: [operator]}, expires_in: 48h, form: {type: object, properties: {severity: {type: integer, minimum: 1, maximum: 4}}} }
  - id: file_bug
    type: http
    with: { method: POST, url: "https://tracker.example/api/bugs", credential: tracker, body: { title: "{{ input.title }}", severity: "{{ steps.sign_off.output.form.severity }}" } }
edges:
  - { from: classify, to: route }
  - { from: route, port: bug, to: sign_off }
  - { from: sign_off, port: approved, to: file_bug }
outputs: { kind: "{{ steps.classify.output.kind }}", filed: "{{ has(steps.file_bug.output.body) ? steps.file_bug.output.body.id : null }}" }
)";

TEST(Validate, FindsNothingWrongWithTheExampleOfTheLanguage) {
  EXPECT_EQ(faults_of(kTriage), Lines{});
}

TEST(Validate, ListsEveryFaultAtOnce) {
  EXPECT_EQ(faults_of(R"(
nodes:
  - { id: fetch, type: htp, with: { url: x } }
  - { id: shape, type: transform, with: { sett: {} } }
  - { id: 9lives, type: fail, with: { message: "{{ steps.fetsh.output }}" } }
edges:
  - { from: fetch, to: shap }
timeout: soon
)"),
            (Lines{
                "/timeout bad_duration: must be a length of time like 90s, 10m or 48h",
                "/nodes/0/type node.unknown_type: node 'fetch': there is no node type 'htp'; did "
                "you mean 'http'?",
                "/nodes/1/with/sett unknown_field: node 'shape': 'sett' is not a field here; did "
                "you mean 'set'?",
                "/nodes/1/with/set required: node 'shape': 'set' is missing; transform needs it",
                "/nodes/2/id node.bad_id: '9lives' can't be an id: letters, digits and '_', not a "
                "digit first, at most 64",
                "/nodes/2/with/message expression.unknown_step: node 3: line 1, column 4: there is "
                "no step 'fetsh'; did you mean 'fetch'?",
                "/edges/0/to edge.unknown_node: there is no node 'shap'; did you mean 'shape'?",
            }));
}

TEST(Validate, RefusesWhatIsNotAWorkflow) {
  EXPECT_EQ(faults_of("[]"), Lines{" wrong_type: a workflow is an object with nodes and edges"});
  EXPECT_EQ(faults_of("nodes: []"),
            Lines{"/nodes workflow.no_nodes: a workflow has at least one node"});
  const auto faults = faults_of("{nodes: {}, colour: red, format: v2}");
  ASSERT_EQ(faults.size(), 3);
  EXPECT_TRUE(faults[0].starts_with("/nodes ")) << faults[0];
  EXPECT_TRUE(faults[1].starts_with("/colour unknown_field")) << faults[1];
  EXPECT_TRUE(faults[2].starts_with("/format ")) << faults[2];
}

TEST(Validate, GoesOnBehindAFaultyMemberOfANode) {
  const auto faults = faults_of(R"(
nodes:
  - { id: a, type: transform, on_error: explode, colour: red, retry: {max_attempts: 0}, with: {set: {x: "{{ nope }}"}} }
)");

  ASSERT_EQ(faults.size(), 4);
  for (const auto& fault : faults) EXPECT_NE(fault.find("node 'a'"), std::string::npos) << fault;
  EXPECT_TRUE(faults[3].starts_with("/nodes/0/with/set/x expression.unknown_name")) << faults[3];
}

TEST(Validate, RefusesIdsThatAreMissingDoubleOrCannotBeWritten) {
  EXPECT_EQ(faults_of(R"(
nodes:
  - { id: a, type: transform, with: {set: {}} }
  - { id: a, type: transform, with: {set: {}} }
  - { id: my-step, type: transform, with: {set: {}} }
  - { id: in, type: transform, with: {set: {}} }
)"),
            (Lines{"/nodes/1/id node.duplicate_id: node 'a' exists already, at /nodes/0",
                   "/nodes/2/id node.bad_id: 'my-step' can't be an id: letters, digits and '_', "
                   "not a digit first, at most 64; 'my_step' would do",
                   "/nodes/3/id node.bad_id: 'in' can't be an id: letters, digits and '_', not a "
                   "digit first, at most 64"}));
  const auto missing = faults_of("nodes: [{type: transform, with: {set: {}}}]");
  ASSERT_EQ(missing.size(), 1);
  EXPECT_TRUE(missing[0].starts_with("/nodes/0/id ")) << missing[0];
}

TEST(Validate, ConcurrencyHasALimitAndAKeyOfWhatIsKnownAtTheStart) {
  const auto with = [](std::string_view concurrency) {
    return faults_of(fmt::format(
        "concurrency: {}\nnodes: [{{id: a, type: transform, with: {{set: {{}}}}}}]", concurrency));
  };
  EXPECT_EQ(with("{limit: 10}"), Lines{});
  EXPECT_EQ(with("{limit: 1, key: \"{{ input.repo }}-{{ vars.x }}\"}"), Lines{});
  for (const auto* limit : {"{limit: 0}", "{limit: 10001}", "{limit: ten}", "{}", "3"}) {
    const auto faults = with(limit);
    ASSERT_EQ(faults.size(), 1) << limit;
    EXPECT_TRUE(faults[0].starts_with("/concurrency")) << faults[0];
  }
  EXPECT_EQ(with("{limit: 1, key: \"{{ steps.a.output }}\"}"),
            (Lines{"/concurrency/key concurrency.key: the key can't use 'steps': it is rendered "
                   "before the execution starts, from input, vars, project and workflow"}));
  const auto syntax = with("{limit: 1, key: \"{{ input. }}\"}");
  ASSERT_EQ(syntax.size(), 1);
  EXPECT_TRUE(syntax[0].starts_with("/concurrency/key expression.syntax")) << syntax[0];
}

TEST(Validate, LooksIntoBodies) {
  EXPECT_EQ(faults_of(R"(
nodes:
  - { id: a, type: transform, with: {set: {}} }
  - id: each
    type: map
    with:
      items: "{{ input.list }}"
      on_item_error: maybe
      body:
        nodes:
          - { id: x, type: transform, with: {set: {n: "{{ item.n + index + steps.a.output.n }}"}} }
          - { id: y, type: transform, with: {set: {n: "{{ steps.b.output + steps.nope.output + steps.y.output }}"}} }
          - { id: a, type: transfrom, with: {set: {}} }
        edges: [{from: x, to: z}]
        outputs: {n: "{{ steps.x.outptu }}"}
  - { id: again, type: loop, with: {until: "steps.r.output.done && item > 3", body: {nodes: [{id: r, type: transform, with: {set: {}}}]}} }
  - { id: b, type: transform, with: {set: {n: "{{ item }}"}} }
edges: [{from: a, to: each}, {from: each, to: b}]
)"),
            (Lines{"/nodes/1/with/on_item_error not_a_choice: node 'each': must be one of 'fail', "
                   "'continue'",
                   "/nodes/1/with/body/nodes/2/type node.unknown_type: node 'a': there is no node "
                   "type 'transfrom'; did you mean 'transform'?",
                   "/nodes/1/with/body/edges/0/to edge.unknown_node: there is no node 'z'",
                   "/nodes/1/with/body/outputs/n expression.unknown_name: outputs: line 1, column "
                   "4: a step has status, output, error, attempts, not 'outptu'; what it made is "
                   "in output",
                   "/nodes/1/with/body/nodes/0/with/set/n expression.step_not_upstream: node 'x': "
                   "line 1, column 21: step 'a' does not come before this node",
                   "/nodes/1/with/body/nodes/1/with/set/n expression.step_not_upstream: node 'y': "
                   "line 1, column 41: step 'y' does not come before this node",
                   "/nodes/1/with/body node.duplicate_id: node 'each': its body has a node 'a', "
                   "and so has what is around it",
                   "/nodes/1/with/body/nodes/1/with/set/n expression.unknown_step: node 'y': line "
                   "1, column 21: there is no step 'nope'",
                   "/nodes/1/with/body/nodes/1/with/set/n expression.step_not_upstream: node 'y': "
                   "line 1, column 4: step 'b' does not come before this node",
                   "/nodes/3/with/set/n expression.unknown_name: node 'b': line 1, column 4: "
                   "'item' is known only in the body of a map or loop"}));
}

TEST(Validate, HoldsExpressionsToDeclaredSchemas) {
  const auto faults = faults_of(R"(
inputs: {type: object, properties: {name: {type: string}, n: {type: integer}}}
nodes:
  - { id: a, type: agent, with: {agent: x, output_schema: {type: object, properties: {kind: {type: string}}}} }
  - { id: b, type: transform, with: {set: {x: "{{ input.nmae }}", y: "{{ input.name * 2 }}", z: "{{ steps.a.output.kid }}", ok: "{{ has(input.more) ? 1 : input.n }}"}} }
edges: [{from: a, to: b}]
)");
  ASSERT_EQ(faults.size(), 3) << fmt::format("{}", fmt::join(faults, "\n"));
  EXPECT_TRUE(faults[0].starts_with("/nodes/1/with/set/x expression.type")) << faults[0];
  EXPECT_TRUE(faults[1].starts_with("/nodes/1/with/set/y expression.type")) << faults[1];
  EXPECT_TRUE(faults[2].starts_with("/nodes/1/with/set/z expression.type")) << faults[2];
}

TEST(Validate, RefusesOptionsThatMeanNothingHere) {
  EXPECT_EQ(faults_of(R"(
nodes:
  - { id: a, type: transform, with: {set: {}}, cache: {key: x, ttl: 1h}, compensate: undo }
  - { id: undo, type: http, with: {url: "http://u"}, cache: {key: "{{ steps.nope.output }}", ttl: soon} }
  - { id: b, type: http, with: {url: "http://b"}, compensate: undo }
  - { id: c, type: http, with: {url: "http://c"}, compensate: b }
  - id: each
    type: map
    retry: {}
    with: { items: [1], body: { nodes: [{id: x, type: http, with: {url: "http://x"}, compensate: x}] } }
  - { id: s, type: switch, with: {cases: [{name: one, when: "true"}]}, pin: 1 }
edges: [{from: b, to: each}]
)"),
            (Lines{"/nodes/0/cache node.option_not_applicable: node 'a': only http, llm, agent, "
                   "tool and code steps can be cached",
                   "/nodes/1/cache/ttl bad_duration: node 'undo': must be a length of time like "
                   "90s, 10m or 48h",
                   "/nodes/1/cache/key expression.unknown_step: node 'undo': line 1, column 4: "
                   "there is no step 'nope'",
                   "/nodes/2/compensate node.bad_compensation: node 'b': 'undo' undoes another "
                   "node already",
                   "/nodes/3/compensate node.bad_compensation: node 'c': 'b' has edges; what "
                   "undoes another node stands alone",
                   "/nodes/4/with/body/nodes/0/compensate node.option_not_applicable: node 'x': "
                   "nodes in a body can't be compensated; undo the whole map or loop",
                   "/nodes/4/retry node.option_not_applicable: node 'each': give the retry to the "
                   "nodes of its body",
                   "/nodes/5/pin node.option_not_applicable: node 's': a switch has no output to "
                   "pin"}));
}

TEST(Validate, RefusesPortsThatANodeDoesNotHave) {
  EXPECT_EQ(
      faults_of(R"(
nodes:
  - { id: s, type: switch, with: {cases: [{name: big, when: input.n > 3}]} }
  - { id: t, type: transform, with: {set: {}} }
  - { id: a, type: approval, with: {title: ok} }
  - { id: w, type: wait, with: {for: 1s} }
  - { id: f, type: fail, with: {message: no} }
  - { id: r, type: transform, on_error: route, with: {set: {}} }
  - { id: z, type: transform, join: any, with: {set: {}} }
edges:
  - { from: s, to: z }
  - { from: s, port: bigg, to: z }
  - { from: s, port: default, to: z }
  - { from: t, port: error, to: z }
  - { from: a, port: approved, to: z }
  - { from: a, port: expird, to: z }
  - { from: w, port: timeout, to: z }
  - { from: f, to: z }
  - { from: r, port: error, to: z }
  - { from: r, port: error, to: z }
)"),
      (Lines{
          "/edges/0/port edge.unknown_port: node 's' has no port 'out'; it has big, default",
          "/edges/1/port edge.unknown_port: node 's' has no port 'bigg'; it has big, default; did "
          "you mean 'big'?",
          "/edges/3/port edge.unknown_port: node 't' has the port error only with on_error: route",
          "/edges/5/port edge.unknown_port: node 'a' has no port 'expird'; it has approved, "
          "rejected, expired; did you mean 'expired'?",
          "/edges/7/port edge.unknown_port: node 'f' has no port 'out'; it has no ports: nothing "
          "comes after it",
          "/edges/9 edge.duplicate: the edge from 'r' (error) to 'z' exists already"}));
}

TEST(Validate, NamesTheNodesOfACycleAndWhatItCutsOff) {
  EXPECT_EQ(faults_of(R"(
nodes:
  - { id: start, type: transform, with: {set: {}} }
  - { id: a, type: transform, with: {set: {}} }
  - { id: b, type: transform, with: {set: {}} }
  - { id: c, type: transform, with: {set: {}} }
  - { id: after, type: transform, with: {set: {}} }
  - { id: self, type: transform, with: {set: {}} }
edges:
  - { from: start, to: a }
  - { from: a, to: b }
  - { from: b, to: c }
  - { from: c, to: a }
  - { from: c, to: after }
  - { from: self, to: self }
)"),
            (Lines{"/nodes/4 node.unreachable: node 'after' can't be reached: every way to it goes "
                   "through a cycle",
                   "/edges/3 edge.cycle: the edges form a cycle: a -> b -> c -> a",
                   "/edges/5 edge.cycle: the edges form a cycle: self -> self"}));
}

TEST(Validate, HoldsReferencesToStepsThatComeBefore) {
  EXPECT_EQ(
      faults_of(R"(
nodes:
  - { id: a, type: transform, with: {set: {x: "{{ steps.b.output }}", y: "{{ steps.a.output }}"}} }
  - { id: b, type: transform, when: "steps.a.outptu == 1", with: {set: {x: "{{ steps }}", y: "{{ item }}", z: "{{ error.code }}"}} }
  - { id: c, type: transform, with: {set: {x: "{{ steps['a'].output + steps.b.status + execution.idd }}"}} }
edges:
  - { from: a, to: b }
  - { from: b, to: c }
outputs: { x: "{{ steps.c.output.x }}", y: "{{ steps.d }}" }
)"),
      (Lines{
          "/nodes/0/with/set/x expression.step_not_upstream: node 'a': line 1, column 4: step 'b' "
          "does not come before this node",
          "/nodes/0/with/set/y expression.step_not_upstream: node 'a': line 1, column 4: step 'a' "
          "does not come before this node",
          "/nodes/1/with/set/y expression.unknown_name: node 'b': line 1, column 4: 'item' is "
          "known only in the body of a map or loop",
          "/nodes/1/with/set/z expression.unknown_name: node 'b': line 1, column 4: 'error' is "
          "known only behind a port error",
          "/nodes/1/when expression.unknown_name: node 'b': line 1, column 1: a step has status, "
          "output, error, attempts, not 'outptu'; what it made is in output",
          "/nodes/1/with/set/x expression.step_not_named: node 'b': line 1, column 4: name the "
          "step, as in steps.<id>.output",
          "/nodes/2/with/set/x expression.unknown_name: node 'c': line 1, column 41: 'execution' "
          "has no member 'idd'; it has id, started_at, trigger, attempt",
          "/outputs/y expression.unknown_step: outputs: line 1, column 4: there is no step 'd'",
      }));
}

TEST(Validate, LetsExpressionsSeeAnErrorBehindItsPort) {
  EXPECT_EQ(faults_of(R"(
nodes:
  - { id: a, type: http, on_error: route, with: {url: "https://x.example"} }
  - { id: b, type: transform, with: {set: {x: "{{ error.code }}"}} }
  - { id: c, type: transform, when: "error.code == 'timeout'", with: {set: {}} }
edges:
  - { from: a, port: error, to: b }
  - { from: b, to: c }
)"),
            Lines{});
}

TEST(Validate, ChecksTheFieldsOfEachNodeType) {
  EXPECT_EQ(
      faults_of(R"(
nodes:
  - { id: h, type: http, with: {method: FETCH, url: 3, headers: [], credential: "{{ input.c }}"} }
  - { id: l, type: llm, with: {model: m, prompt: p, messages: [], temperature: hot, max_tokens: 0, output_schema: 1} }
  - { id: m, type: llm, with: {model: "{{ input.model }}", temperature: "{{ input.t }}"} }
  - { id: w, type: wait, with: {for: 10 minutes} }
  - { id: v, type: wait, with: {} }
  - { id: u, type: wait, with: {until: tomorrow} }
  - { id: e, type: wait, with: {event: {filter: "event.data.x == 1 && steps.h.output"}} }
  - { id: a, type: approval, with: {title: t, approvers: {rolls: [x], users: x}, expires_in: "{{ input.d }}"}, on_error: continue }
  - { id: s, type: switch, with: {cases: [{name: default, when: "{{ true }}"}, {name: x}, 3], mode: some} }
  - { id: f, type: fail, on_error: route, with: {code: x} }
  - { id: g, type: agent }
  - { id: t, type: tool, with: {tool: t, arguments: "{{ input }}"} }
)"),
      (Lines{
          "/nodes/0/with/method not_a_choice: node 'h': must be one of 'GET', 'HEAD', 'POST', "
          "'PUT', 'PATCH', 'DELETE', 'OPTIONS'",
          "/nodes/0/with/url wrong_type: node 'h': must be text",
          "/nodes/0/with/headers wrong_type: node 'h': must be an object",
          "/nodes/0/with/credential not_a_template: node 'h': must be a plain name; it can't be "
          "computed, so that it is known before the workflow runs",
          "/nodes/1/with/output_schema wrong_type: node 'l': must be a JSON Schema (an object)",
          "/nodes/1/with/temperature wrong_type: node 'l': must be a number",
          "/nodes/1/with/max_tokens wrong_type: node 'l': must be a whole number above 0",
          "/nodes/1/with one_of: node 'l': takes only one of 'prompt', 'messages'",
          "/nodes/2/with required: node 'm': needs one of 'prompt', 'messages'",
          "/nodes/3/with/for bad_duration: node 'w': must be a length of time like 90s, 10m or 48h",
          "/nodes/4/with required: node 'v': needs one of 'for', 'until', 'event'",
          "/nodes/5/with/until bad_timestamp: node 'u': must be a time like 2026-11-23T09:57:00Z "
          "(RFC 3339)",
          "/nodes/6/with/event/name required: node 'e': 'name' is missing",
          "/nodes/6/with/event/filter expression.unknown_name: node 'e': line 1, column 22: "
          "nothing is called 'steps' here; known are event, input",
          "/nodes/7/with/approvers/rolls unknown_field: node 'a': 'rolls' is not a field here; did "
          "you mean 'roles'?",
          "/nodes/7/with/approvers/users wrong_type: node 'a': must be a list of text",
          "/nodes/7/on_error node.option_not_applicable: node 'a': an approval that could not be "
          "asked for has no answer to go on with; use 'route'",
          "/nodes/8/with/cases/1/when required: node 's': 'when' is missing",
          "/nodes/8/with/cases/2 wrong_type: node 's': must be a case {name, when}",
          "/nodes/8/with/mode not_a_choice: node 's': must be one of 'first', 'all'",
          "/nodes/8/with/cases/0/name switch.bad_case: node 's': 'default' can't name a case: "
          "letters, digits and '_', and neither default nor error",
          "/nodes/8/with/cases/0/when expression.syntax: node 's': a condition is a bare "
          "expression, without '{{ }}'",
          "/nodes/9/with/message required: node 'f': 'message' is missing; fail needs it",
          "/nodes/9/on_error node.option_not_applicable: node 'f': a fail node always ends the "
          "execution",
          "/nodes/10/with/agent required: node 'g': 'agent' is missing; agent needs it",
      }));
}

TEST(Validate, SaysWhereInAnExpressionTheFaultIs) {
  EXPECT_EQ(faults_of(R"(
nodes:
  - id: a
    type: http
    when: "size(input.x"
    with:
      url: "https://x.example/{{ input.a.lower() }}/{{ inpt.b }}"
      body: {deep: ["{{ 1 + }}"]}
)"),
            (Lines{
                "/nodes/0/when expression.syntax: node 'a': line 1, column 13: the expression ends "
                "where ')' is expected",
                "/nodes/0/with/url expression.unknown_function: node 'a': line 1, column 30: there "
                "is no function 'lower'",
                "/nodes/0/with/url expression.unknown_name: node 'a': line 1, column 44: nothing "
                "is called 'inpt' here; did you mean 'input'?",
                "/nodes/0/with/body/deep/0 expression.syntax: node 'a': line 1, column 8: the "
                "expression ends where a value is expected",
            }));
}

TEST(Validate, ChecksRetries) {
  EXPECT_EQ(
      faults_of(R"(
nodes:
  - { id: a, type: transform, with: {set: {}}, timeout: 0s, retry: {initial_delay: 10s, max_delay: 1s, jitter: 2} }
)"),
      (Lines{
          "/nodes/0/timeout bad_duration: node 'a': must be a length of time like 90s, 10m or 48h",
          "/nodes/0/retry/max_delay bad_duration: node 'a': max_delay is shorter than "
          "initial_delay",
          "/nodes/0/retry/jitter out_of_range: node 'a': jitter is a part from 0 to 1"}));
}

Json chain_of(std::size_t count) {
  JsonArray nodes;
  JsonArray edges;
  for (std::size_t i = 0; i < count; ++i) {
    const auto before = i == 0 ? std::string("input.n") : fmt::format("steps.n{}.output.x", i - 1);
    nodes.push_back({{"id", fmt::format("n{}", i)},
                     {"type", "transform"},
                     {"with", {{"set", {{"x", "{{ " + before + " }}"}}}}}});
    if (i > 0)
      edges.push_back({{"from", fmt::format("n{}", i - 1)}, {"to", fmt::format("n{}", i)}});
  }
  return {{"nodes", std::move(nodes)}, {"edges", std::move(edges)}};
}

TEST(Validate, TakesTenThousandNodesAndNoMore) {
  EXPECT_TRUE(validate(chain_of(10'000)).empty());
  const auto faults = validate(chain_of(10'001));
  ASSERT_EQ(faults.size(), 1);
  EXPECT_EQ(faults[0].code, "workflow.too_many_nodes");
}

TEST(Validate, BoundsItsFaults) {
  auto document = chain_of(5'000);
  for (auto& edge : document.at("edges").as_array()) edge.as_object()["to"] = "n99999";
  EXPECT_EQ(validate(document).size(), 1'000);
}

TEST(Definition, IsCompiledWithPortsOrderAndDurations) {
  const auto compiled = compile_definition(yaml_to_json(kTriage)->value);

  ASSERT_TRUE(compiled) << compiled.error().message;
  const auto& definition = **compiled;
  EXPECT_EQ(definition.timeout, std::chrono::minutes(10));
  const auto& classify = definition.nodes[*definition.find("classify")];
  EXPECT_EQ(classify.timeout, std::chrono::minutes(2));
  EXPECT_EQ(classify.retry.max_attempts, 4);
  EXPECT_EQ(classify.retry.max_delay, std::chrono::seconds(60));
  EXPECT_EQ(definition.nodes[*definition.find("file_bug")].retry.max_attempts, 1);
  const auto& route = definition.nodes[*definition.find("route")];
  EXPECT_EQ(route.ports, (std::vector<std::string>{"bug", "default"}));
  EXPECT_EQ(route.main_port, PortIndex{1});
  EXPECT_EQ(route.cases.size(), 1);
  EXPECT_EQ(definition.order, (std::vector<NodeIndex>{0, 1, 2, 3}));
  EXPECT_FALSE(definition.find("nope"));
  EXPECT_TRUE(definition.outputs);
  const auto& sign_off = definition.nodes[*definition.find("sign_off")];
  EXPECT_EQ(sign_off.ports, (std::vector<std::string>{"approved", "rejected", "expired"}));
}

TEST(Definition, IsRefusedWithEveryFault) {
  const auto compiled = compile_definition(
      *json::parse(R"({"nodes": [{"id": "a", "type": "x"}, {"id": "a", "type": "y"}]})"));

  ASSERT_FALSE(compiled);
  EXPECT_EQ(compiled.error().kind, ErrorKind::Invalid);
  EXPECT_EQ(compiled.error().faults.size(), 3);
}

}  // namespace
}  // namespace qd::engine
