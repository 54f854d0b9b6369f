// How many executions of a workflow may hold a slot at once.
#include "engine/definition_compiler.h"

namespace qd::engine {
namespace {

constexpr std::size_t kLongestKey = 200;

/// What is known before an execution starts.
bool is_known_at_start(std::string_view root) {
  return root == "input" || root == "vars" || root == "project" || root == "workflow";
}

std::unexpected<Error> bad_key(std::string message) {
  return invalid({{"/concurrency/key", "concurrency.key", std::move(message)}});
}

}  // namespace

void DefinitionCompiler::compile_concurrency(const Json& value) {
  const auto document =
      json::from_json<ConcurrencyDocument>(value, json::Unknown::Reject, "/concurrency");
  if (!document) {
    for (const auto& fault : document.error().faults)
      faults_.add(fault.path, fault.code, fault.message);
    return;
  }
  auto& concurrency = definition_.concurrency.emplace(document->limit.value);
  if (!document->key) return;
  auto key = expr::compile_template(Json(std::string(*document->key)));
  if (!key) return add_faults(key.error(), "/concurrency/key", "the key");
  for (const auto& use : key->uses())
    if (!is_known_at_start(use.reference.root))
      faults_.add("/concurrency/key", "concurrency.key",
                  fmt::format("the key can't use '{}': it is rendered before the execution starts, "
                              "from input, vars, project and workflow",
                              use.reference.root));
  concurrency.key = *std::move(key);
}

Result<std::string> render_key(const Concurrency& concurrency, const expr::Scope& scope) {
  if (!concurrency.key) return std::string();
  const auto value = concurrency.key->render(scope);
  if (!value) return bad_key(value.error().message);
  auto text = value->is_string() ? std::string(value->get_string()) : json::print(*value);
  if (text.size() > kLongestKey)
    return bad_key(fmt::format("the key is longer than {} bytes", kLongestKey));
  if (text.contains('\0')) return bad_key("the key holds a NUL character");
  return text;
}

}  // namespace qd::engine
