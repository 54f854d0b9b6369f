// Whatever the text, reading it as a workflow ends with a definition or with faults, and a
// definition that stands can be run to its end.
#include <cstdint>
#include <cstdlib>

#include "engine/planner.h"
#include "engine/validate.h"
#include "engine/yaml.h"
#include "json/json.h"

namespace {

class EmptyScope final : public qd::expr::Scope {
 public:
  [[nodiscard]] const qd::Json* find(std::string_view) const override { return nullptr; }
  [[nodiscard]] qd::Timestamp now() const override { return {}; }
};

void run_to_the_end(std::shared_ptr<const qd::engine::Definition> definition) {
  qd::engine::Planner planner(definition);
  const EmptyScope scope;
  static_cast<void>(planner.start(scope));
  while (!planner.is_finished()) {
    const auto running = planner.running();
    if (running.empty()) std::abort();
    const auto& node = definition->nodes[running.front()];
    qd::engine::StepOutcome outcome{.node = running.front()};
    if (!node.ports.empty()) outcome.ports = {node.ports.front()};
    if (!planner.record(outcome, scope)) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto document = qd::engine::yaml_to_json({reinterpret_cast<const char*>(data), size});
  if (!document) return 0;
  const auto faults = qd::engine::validate(document->value);
  for (const auto& fault : document->locate(faults))
    if (fault.code.empty() || fault.message.empty()) std::abort();
  auto definition = qd::engine::compile_definition(document->value);
  if (definition.has_value() != faults.empty()) std::abort();
  if (definition) run_to_the_end(*definition);
  return 0;
}
