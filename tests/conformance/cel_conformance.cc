// Runs the CEL conformance suites of a folder: cel_conformance FOLDER. Prints what passed, failed
// and was skipped, by file and by reason; exits with 1 when anything failed.
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>

#include "conformance/suite.h"
#include "expr/evaluator.h"
#include "expr/result.h"

namespace {

using namespace qd::conformance;
using qd::expr::Checking;
using qd::expr::Environment;
using qd::expr::Value;

struct Counts {
  int passed = 0;
  int failed = 0;
  std::map<std::string, int> skipped;

  [[nodiscard]] int skipped_in_all() const {
    int total = 0;
    for (const auto& [reason, count] : skipped) total += count;
    return total;
  }
  void add(const Counts& other) {
    passed += other.passed;
    failed += other.failed;
    for (const auto& [reason, count] : other.skipped) skipped[reason] += count;
  }
  [[nodiscard]] std::string print() const {
    return fmt::format("{} passed, {} failed, {} skipped", passed, failed, skipped_in_all());
  }
};

/// Names of messages that an expression may use without writing a literal of them.
bool names_messages(std::string_view source) {
  constexpr std::string_view kPackage = "google.protobuf.";
  if (source.contains("TestAllTypes") || source.contains("cel.expr.conformance")) return true;
  for (auto at = source.find(kPackage); at != std::string_view::npos;
       at = source.find(kPackage, at + 1)) {
    const auto name = source.substr(at + kPackage.size());
    if (!name.starts_with("Timestamp") && !name.starts_with("Duration")) return true;
  }
  return false;
}

std::string signature_of(const Message& overload) {
  std::string parameters;
  for (const auto* parameter : overload.all("params"))
    parameters += (parameters.empty() ? "" : ", ") + read_type(*parameter->message);
  return fmt::format("({}) -> {}", parameters, read_type(*overload.child("result_type")));
}

void declare(Environment& environment, const Message& declaration) {
  const auto name = declaration.text("name");
  if (const auto* variable = declaration.child("ident"))
    environment.variables.push_back({.name = name, .type = read_type(*variable->child("type"))});
  if (const auto* function = declaration.child("function"))
    for (const auto* overload : function->all("overloads"))
      environment.functions.push_back(
          {.name = name, .signature = signature_of(*overload->message)});
}

void bind(Environment& environment, qd::expr::Arena& arena, const Message& binding) {
  const auto name = binding.text("key");
  const auto value = read_value(arena, *binding.child("value")->child("value"));
  const auto known = std::ranges::find(environment.variables, name, &qd::expr::Variable::name);
  if (known != environment.variables.end())
    known->value = value;
  else
    environment.variables.push_back({.name = name, .value = value});
}

Environment environment_of(qd::expr::Arena& arena, const Message& test) {
  Environment environment{
      .container = test.text("container"),
      .numbers = qd::expr::Numbers::Strict,
      .checking = test.is_true("disable_check") ? Checking::Off : Checking::On,
      .macros = test.is_true("disable_macros") ? qd::expr::Macros::Off : qd::expr::Macros::On};
  for (const auto* declaration : test.all("type_env")) declare(environment, *declaration->message);
  for (const auto* binding : test.all("bindings")) bind(environment, arena, *binding->message);
  return environment;
}

std::string show(const Value& value) {
  qd::expr::ResultSpace space;
  const auto json = to_json(value, space);
  const auto text = json ? qd::expr::to_text(*json) : json.error().message;
  return fmt::format("{} ({})", text, type_name(value.kind()));
}

/// What is wrong, or nothing.
std::optional<std::string> run(const Message& test) {
  const auto source = test.text("expr");
  if (names_messages(source)) throw OutOfScope(kMessages);
  qd::expr::Arena arena;
  const auto environment = environment_of(arena, test);
  const auto* typed = test.child("typed_result");
  const auto* deduced = typed == nullptr ? nullptr : typed->child("deduced_type");
  const auto* wanted = typed == nullptr ? test.child("value") : typed->child("result");
  const bool fails = test.find("eval_error") || test.find("any_eval_errors");
  const auto type = deduced == nullptr ? std::string() : read_type(*deduced);
  const auto value = wanted == nullptr ? Value::of(true) : read_value(arena, *wanted);

  const auto program = qd::expr::build_program(source, {}, environment);
  if (!program && program.error().code == "expression.message_literal") throw OutOfScope(kMessages);
  if (!program)
    return fails ? std::nullopt : std::optional("does not compile: " + program.error().message);
  if (!type.empty() && (*program)->type != type)
    return fmt::format("its type is {}, not {}", (*program)->type, type);
  if (test.is_true("check_only")) return std::nullopt;

  const qd::expr::ObjectScope scope{{}};
  qd::expr::Evaluator evaluator(**program, scope, {});
  const auto result = evaluator.run();
  if (result.is_error()) {
    if (fails) return std::nullopt;
    return "fails: " + to_error(*result.failure()).message;
  }
  if (fails) return "gives " + show(result) + " and should fail";
  if (is_same(result, value)) return std::nullopt;
  return "gives " + show(result) + ", not " + show(value);
}

Counts run_file(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  const auto document = parse_text_proto(text.view());
  Counts counts;
  for (const auto* section : document.root().all("section"))
    for (const auto* test : section->message->all("test")) {
      try {
        const auto fault = run(*test->message);
        ++(fault ? counts.failed : counts.passed);
        if (fault)
          fmt::print("FAILED {}/{}/{}: {}\n    {}\n", path.stem().string(),
                     section->message->text("name"), test->message->text("name"),
                     test->message->text("expr"), *fault);
      } catch (const OutOfScope& reason) {
        ++counts.skipped[reason.what()];
      }
    }
  return counts;
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2 || !std::filesystem::is_directory(arguments[1])) {
    std::cerr << "usage: cel_conformance FOLDER    (of *.textproto files)\n";
    return 2;
  }
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(arguments[1]))
    if (entry.path().extension() == ".textproto") files.push_back(entry.path());
  std::ranges::sort(files);
  Counts total;
  for (const auto& file : files) {
    try {
      const auto counts = run_file(file);
      fmt::print("{}: {}\n", file.stem().string(), counts.print());
      total.add(counts);
    } catch (const std::runtime_error& error) {
      fmt::print("FAILED {}: {}\n", file.string(), error.what());
      ++total.failed;
    }
  }
  for (const auto& [reason, skipped] : total.skipped)
    fmt::print("skipped {}: {}\n", skipped, reason);
  fmt::print("{}\n", total.print());
  return total.failed > 0 || total.passed == 0 ? 1 : 0;
}
