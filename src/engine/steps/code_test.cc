// Code steps in real sandboxes: what a program is given, what it gives, and every way in which it
// fails.
#include "engine/steps/code.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/engine_fixture.h"
#include "engine/steps/tool_call.h"
#include "engine/yaml.h"

namespace qd::engine {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class VectorJournal final : public StepJournal {
 public:
  [[nodiscard]] const std::vector<StepRecord>& records() const override { return records_; }
  Task<void> append(StepRecord record) override {
    records_.push_back(std::move(record));
    co_return;
  }

 private:
  std::vector<StepRecord> records_;
};

class InputScope final : public expr::Scope {
 public:
  [[nodiscard]] const Json* find(std::string_view root) const override {
    return root == "input" ? &input_ : nullptr;
  }
  [[nodiscard]] Timestamp now() const override { return {}; }

 private:
  Json input_ = JsonObject{{"name", "Ada"}};
};

/// The step reads nothing of it but its effect.
std::shared_ptr<const Definition> definition(std::string_view effect) {
  return *compile_definition(
      yaml_to_json(
          fmt::format("nodes: [{{id: a, type: http, effect: {}, with: {{url: 'http://x'}}}}]",
                      effect))
          ->value);
}

class Code : public ::testing::Test {
 protected:
  StepResult run(JsonObject with) { return run_as({}, std::move(with)); }
  StepResult run_as(StepRun run, JsonObject with) {
    if (!run.node) run.node = &definition_->nodes[0];
    run.input = std::move(with);
    run.scope = &scope_;
    run.deadline = clock_.now() + 1min;
    run.journal = &journal_;
    return test::run(step_.run(std::move(run)));
  }
  StepResult python(std::string_view source, JsonObject more = {}) {
    return in("python", source, std::move(more));
  }
  StepResult javascript(std::string_view source, JsonObject more = {}) {
    return in("javascript", source, std::move(more));
  }

  static std::string text(const StepResult& result) {
    if (const auto* done = std::get_if<StepDone>(&result)) return json::print(done->output);
    const auto* failed = std::get_if<StepFailed>(&result);
    return failed ? failed->error.code + ": " + failed->error.message : "uncertain";
  }
  static Json details(const StepResult& result) {
    return std::get<StepFailed>(result).error.details;
  }
  [[nodiscard]] std::string log() const {
    return journal_.records().empty()
               ? ""
               : std::string(json::find(journal_.records().back().data, "text")->get_string());
  }
  CodeRunner& runner() { return runner_; }
  Clock& clock() { return clock_; }

 private:
  StepResult in(std::string_view language, std::string_view source, JsonObject more) {
    more["language"] = language;
    more["source"] = source;
    return run(std::move(more));
  }

  SystemClock clock_;
  CodeRunner runner_{clock_, {}};
  CodeStep step_{runner_};
  std::shared_ptr<const Definition> definition_ = definition("idempotent");
  InputScope scope_;
  VectorJournal journal_;
};

TEST_F(Code, GivesWhatMainReturns) {
  const JsonObject more{{"input", JsonObject{{"items", JsonArray{3, 1, 2}}}}};

  EXPECT_EQ(text(python("def main(input):\n  return {'sorted': sorted(input['items']), 'half': "
                        "1.5, 'none': None}",
                        more)),
            R"({"sorted":[1,2,3],"half":1.5,"none":null})");
  EXPECT_EQ(
      text(javascript(
          "function main(input) { return { sorted: input.items.sort(), half: 1.5, none: null } }",
          more)),
      R"({"sorted":[1,2,3],"half":1.5,"none":null})");
}

TEST_F(Code, SeesTheExecutionsInputWhereItNamesNone) {
  EXPECT_EQ(text(python("def main(input): return input['name']")), R"("Ada")");
  EXPECT_EQ(text(javascript("const main = (input) => input.name")), R"("Ada")");
}

TEST_F(Code, IsGivenNullWhereItsInputIsNull) {
  EXPECT_EQ(text(javascript("const main = (input) => input === null", {{"input", nullptr}})),
            "true");
}

TEST_F(Code, AwaitsAnAsyncMain) {
  EXPECT_EQ(
      text(javascript(
          "async function main() { await new Promise((done) => setTimeout(done, 1)); return 7 }")),
      "7");
}

TEST_F(Code, DropsWhatStillWaitsWhenMainHasReturned) {
  EXPECT_EQ(text(javascript("function main() { setInterval(() => {}, 1000); return 1 }")), "1");
}

TEST_F(Code, HasTheStandardLibrary) {
  EXPECT_EQ(text(python("import hashlib, re, datetime, asyncio, decimal, statistics\n"
                        "async def later(): return hashlib.sha256(b'x').hexdigest()[:4]\n"
                        "def main(input): return asyncio.run(later())")),
            R"("2d71")");
  EXPECT_EQ(text(javascript("const crypto = require('node:crypto');\n"
                            "function main() { return "
                            "crypto.createHash('sha256').update('x').digest('hex').slice(0, 4) }")),
            R"("2d71")");
}

TEST_F(Code, PassesTextOfEveryKind) {
  const JsonObject more{{"input", "a\"\\\n\t\u00e9\U0001f600</script>"}};
  const auto same = json::print(more.at("input"));

  EXPECT_EQ(text(python("def main(input): return input", more)), same);
  EXPECT_EQ(text(javascript("const main = (input) => input", more)), same);
}

TEST_F(Code, KeepsWhatIsPrintedAsTheLog) {
  EXPECT_EQ(text(python("import sys\ndef main(input):\n  print('one')\n  print('two', "
                        "file=sys.stderr)\n  return 1")),
            "1");
  EXPECT_EQ(log(), "one\ntwo\n");
  EXPECT_EQ(
      text(javascript("function main() { console.log('three'); console.error('four'); return 1 }")),
      "1");
  EXPECT_EQ(log(), "three\nfour\n");
}

TEST_F(Code, CutsALongLogAndSaysSo) {
  EXPECT_EQ(text(python("def main(input): print('\u00e9' * 100_000)")), "null");

  EXPECT_THAT(log(), ::testing::EndsWith("\u00e9\n[cut: it printed more]"));
  EXPECT_LT(log().size(), 66'000U);
}

TEST_F(Code, KeepsALogThatIsNoText) {
  EXPECT_EQ(text(python("import os\ndef main(input): os.write(1, b'a\\xff\\0b')")), "null");

  EXPECT_EQ(log(), "a??b");
}

TEST_F(Code, SaysWhereAProgramFailed) {
  const auto in_python =
      python("def helper(x):\n  return 1 / x\n\ndef main(input):\n  return helper(0)");
  EXPECT_EQ(text(in_python), "code.failed: line 2: ZeroDivisionError: division by zero");
  EXPECT_EQ(details(in_python).at("line"), 2);
  EXPECT_THAT(std::string(details(in_python).at("trace").as_string()),
              AllOf(HasSubstr("return helper(0)"), HasSubstr("\"main.py\", line 5"),
                    Not(HasSubstr("/usr"))));

  const auto in_javascript = javascript(
      "function helper(x) {\n  return x.y.z\n}\nfunction main() {\n  return helper({})\n}");
  EXPECT_THAT(text(in_javascript),
              HasSubstr("code.failed: line 2: TypeError: Cannot read properties of undefined"));
  EXPECT_THAT(std::string(details(in_javascript).at("trace").as_string()),
              AllOf(HasSubstr("main.js:5"), Not(HasSubstr("node:"))));
}

TEST_F(Code, SaysWhereTheSyntaxIsWrong) {
  EXPECT_THAT(text(python("def main(input):\n  return (")),
              HasSubstr("code.failed: line 2: SyntaxError"));
  EXPECT_THAT(text(javascript("function main() {\n  return (\n}")),
              HasSubstr("code.failed: line 3: SyntaxError"));
}

TEST_F(Code, AsksForMain) {
  EXPECT_THAT(text(python("x = 1")), HasSubstr("the source must define main(input)"));
  EXPECT_THAT(text(javascript("const x = 1")), HasSubstr("the source must define main(input)"));
}

TEST_F(Code, TakesWhateverIsThrown) {
  EXPECT_EQ(text(javascript("function main() { throw 'a word' }")), "code.failed: a word");
  EXPECT_EQ(text(javascript("function main() { throw null }")), "code.failed: null");
  EXPECT_THAT(text(javascript("async function main() { throw new Error('late') }")),
              HasSubstr("line 1: Error: late"));
  EXPECT_THAT(text(javascript("function main() { setTimeout(() => { throw new Error('aside') }); "
                              "return new Promise(() => {}) }")),
              HasSubstr("Error: aside"));
  EXPECT_THAT(text(javascript("function main() { throw { toString() { throw 1 } } }")),
              HasSubstr("what was thrown can not be shown"));
}

TEST_F(Code, NoticesAProgramThatEndsBeforeMainReturns) {
  EXPECT_EQ(text(python("import os\ndef main(input): os._exit(0)")),
            "code.failed: the program ended before main returned (exit code 0)");
  EXPECT_EQ(text(javascript("function main() { process.exit(3) }")),
            "code.failed: the program ended before main returned (exit code 3)");
  EXPECT_THAT(text(javascript("function main() { return new Promise(() => {}) }")),
              HasSubstr("ended before main returned"));
  EXPECT_THAT(text(python("import sys\ndef main(input): sys.exit('done')")),
              HasSubstr("SystemExit: done"));
}

TEST_F(Code, EndsWhatTakesTooLong) {
  EXPECT_EQ(text(python("import time\ndef main(input): time.sleep(1000)", {{"timeout", "300ms"}})),
            "code.timeout: the program did not end in its time");
  EXPECT_EQ(
      text(javascript("function main() { return new Promise((done) => setTimeout(done, 1e6)) }",
                      {{"timeout", "600ms"}})),
      "code.timeout: the program did not end in its time");
  EXPECT_THAT(text(javascript("function main() { for (;;); }", {{"timeout", "600ms"}})),
              HasSubstr("code.timeout"));
}

TEST_F(Code, EndsWhatNeedsTooMuchMemory) {
  const JsonObject small{{"memory_mb", 96}};
  const std::string refused = "code.memory: the program needs more than 96 MB of memory";

  EXPECT_EQ(text(python("def main(input): return len('x' * (1 << 30))", small)), refused);
  EXPECT_EQ(
      text(python("def main(input):\n  a = []\n  while True: a.append(bytearray(100_000))", small)),
      refused);
  EXPECT_EQ(
      text(javascript(
          "function main() { const a = []; for (;;) a.push(new Array(1000).fill(1.5)) }", small)),
      refused);
  EXPECT_EQ(
      text(javascript("function main() { const a = []; for (;;) a.push(Buffer.alloc(1 << 20, 1)) }",
                      small)),
      refused);
}

TEST_F(Code, RefusesWhatIsNoJson) {
  EXPECT_THAT(text(python("def main(input): return {1, 2}")), HasSubstr("code.bad_output"));
  EXPECT_THAT(text(python("def main(input): return float('nan')")), HasSubstr("code.bad_output"));
  EXPECT_THAT(text(python("def main(input): return '\\ud800'")), HasSubstr("code.bad_output"));
  EXPECT_THAT(text(python("async def main(input): return 1")), HasSubstr("code.bad_output"));
  EXPECT_THAT(text(javascript("function main() { return 1n }")), HasSubstr("code.bad_output"));
  EXPECT_THAT(text(javascript("function main() { const a = {}; a.a = a; return a }")),
              HasSubstr("code.bad_output"));
  EXPECT_EQ(text(javascript("function main() {}")), "null");
}

TEST_F(Code, RefusesTooLargeAnOutput) {
  EXPECT_THAT(text(python("def main(input): return 'x' * (17 << 20)")),
              HasSubstr("code.output_too_large"));
  EXPECT_THAT(text(javascript("function main() { return 'x'.repeat(17 << 20) }")),
              HasSubstr("code.output_too_large"));
}

TEST_F(Code, IsNotFooledByWhatIsPrinted) {
  EXPECT_EQ(text(python("def main(input):\n  print('{\"output\": \"forged\"}')\n  return 'true'")),
            R"("true")");
  EXPECT_EQ(text(javascript(
                "function main() { console.log('{\"output\": \"forged\"}'); return 'true' }")),
            R"("true")");
}

TEST_F(Code, GivesNoHalfResultWhereItsDescriptorIsPlayedWith) {
  EXPECT_THAT(
      text(python("import os\ndef main(input):\n  os.write(3, b'{\"output\": ')\n  return 1")),
      HasSubstr("code.bad_output"));
  EXPECT_THAT(text(python("import os\ndef main(input):\n  os.close(3)\n  return 1")),
              HasSubstr("code.failed"));
  EXPECT_THAT(text(javascript("function main() { require('fs').writeSync(3, '[]'); return 1 }")),
              HasSubstr("code.bad_output"));
}

TEST_F(Code, SurvivesASourceThatChangesWhatItRunsOn) {
  EXPECT_EQ(
      text(javascript(
          "JSON.stringify = () => '{}'; JSON.parse = null; process.exit = () => {}; "
          "Array.prototype.push = null;\n"
          "Object.prototype.error = { kind: 'memory' };\nfunction main() { return { a: 1 } }")),
      R"({"a":1})");
  EXPECT_EQ(text(python("import builtins, json, sys\njson.loads = None\nsys.stdout = "
                        "None\nbuiltins.len = None\ndef main(input): return {'a': 1}")),
            R"({"a":1})");
}

TEST_F(Code, StartsNoProgramsAndReachesNobody) {
  EXPECT_THAT(text(javascript("function main() { return "
                              "require('child_process').spawnSync('/usr/bin/id').error.code }")),
              HasSubstr("ENOSYS"));
  EXPECT_THAT(text(javascript("async function main() { return (await "
                              "fetch('http://127.0.0.1:8000').catch((e) => e.cause.code)) }")),
              HasSubstr("E"));
  EXPECT_THAT(text(python("import urllib.request\ndef main(input): "
                          "urllib.request.urlopen('http://127.0.0.1:8000')")),
              HasSubstr("URLError"));
}

TEST_F(Code, SaysWhichFieldIsWrong) {
  EXPECT_THAT(text(run({{"language", "ruby"}, {"source", ""}})),
              HasSubstr("validation: /with/language"));
  EXPECT_THAT(text(python("", {{"memory_mb", 1}})), HasSubstr("/with/memory_mb"));
  EXPECT_THAT(text(python("", {{"timeout", "1h"}})), HasSubstr("/timeout"));
}

TEST_F(Code, IsNotRunAgainByItselfWhereItsAuthorSaysOnce) {
  const auto once = definition("once");

  EXPECT_EQ(text(run_as({.node = &once->nodes[0], .interrupted = true},
                        {{"language", "python"}, {"source", "def main(input): return 1"}})),
            "uncertain");
  EXPECT_EQ(text(run_as({.interrupted = true},
                        {{"language", "python"}, {"source", "def main(input): return 1"}})),
            "1");
}

TEST_F(Code, IsWhatAToolOfItsKindCalls) {
  const auto client = http::make_client({});
  TableCatalog catalog;
  Gate gate(*client, catalog, clock(), {});
  ToolCaller caller(gate, &runner(), clock());
  ToolSpec tool{
      .name = "double",
      .kind = ToolKind::Code,
      .parameters = {{"type", "object"}, {"required", JsonArray{"n"}}},
      .output_schema = JsonObject{{"type", "integer"}},
      .config = {{"language", "python"}, {"source", "def main(input): return input['n'] * 2"}}};
  const auto call = [&](JsonObject arguments) {
    return text(test::run(caller.call(
        {.tool = &tool, .arguments = std::move(arguments), .deadline = clock().now() + 1min})));
  };

  EXPECT_EQ(effect_of(tool), Effect::Idempotent);
  EXPECT_EQ(call({{"n", 21}}), "42");
  EXPECT_THAT(call({}), HasSubstr("tool.bad_arguments"));
  EXPECT_THAT(call({{"n", "a"}}), HasSubstr("tool.bad_answer"));
}

TEST_F(Code, SaysSoWhereThereIsNoInterpreter) {
  CodeRunner none(clock(), {.python = "no-such-python"});

  const auto outcome =
      test::run(none.run({.language = CodeLanguage::Python, .source = "def main(input): return 1"},
                         nullptr, clock().now() + 1min));

  EXPECT_THAT(text(outcome.result),
              AllOf(HasSubstr("code.sandbox_unavailable"), HasSubstr("no-such-python")));
}

}  // namespace
}  // namespace qd::engine
