"""Every example, run by `qd run` as its README says, on a fresh server: by its script, and with a model."""

import json
import os
import re
import subprocess
import sys
import tempfile
import unittest

from tests.examples import manual
from tests.support.fake_model import FakeModel, call
from tests.support.server import BINARY, PASSWORD, ROOT, Server, stores

EXAMPLES = ROOT / "examples"


class CommandLine:
    """`qd` as a user of one server: logins are kept in a folder of its own."""

    def __init__(self, server):
        self.folder = tempfile.TemporaryDirectory(prefix="qd-cli-")
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("QUARTERDECK_")},
            "XDG_CONFIG_HOME": self.folder.name,
            "QUARTERDECK_SERVER": f"http://127.0.0.1:{server.port}",
        }

    def start(self, *words, around=()):
        return subprocess.Popen(
            [*around, BINARY, *words],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env=self.environment,
        )

    def run(self, *words, around=(), stdin=None):
        return subprocess.run(
            [*around, BINARY, *words],
            input=stdin,
            capture_output=True,
            text=True,
            cwd=ROOT,
            env=self.environment,
            timeout=120,
        )


class ExamplesCase(unittest.TestCase):
    """A fresh server for each test, with one user who is signed in."""

    store = "sqlite"

    def serve(self, **settings):
        server = Server(self.store, settings)
        server.__enter__()
        self.addCleanup(server.__exit__)
        self.qd = CommandLine(server)
        self.addCleanup(self.qd.folder.cleanup)
        self.expect(self.qd.run("register", "--email", "ada@example.com", "--password-stdin", stdin=PASSWORD + "\n"))

    def expect(self, ended, code=0):
        self.assertEqual(ended.returncode, code, f"{ended.stdout}\n{ended.stderr}")
        return ended.stdout

    def decide(self, process, *words):
        """Waits until the run asks for a decision, makes it, and gives what the run ended with."""
        said = []
        for line in process.stderr:
            said.append(line)
            found = re.search(r"qd approvals approve (\S+)", line)
            if found:
                self.expect(self.qd.run("approvals", words[0], found.group(1), *words[1:]))
                break
        output, rest = process.communicate(timeout=120)
        return subprocess.CompletedProcess(process.args, process.returncode, output, "".join(said) + rest)

    def service(self, example, script):
        return [sys.executable, str(EXAMPLES / example / script)]

    def triage(self, *decision):
        process = self.qd.start("run", "examples/triage/triage.yaml", "--input", "@examples/triage/issues.json")
        return json.loads(self.expect(self.decide(process, *decision)))

    def weather(self, *words):
        around = self.service("weather", "service.py")
        return self.qd.run("run", "examples/weather/weather.yaml", "--set", "weather_url={url}", *words, around=around)

    def digest(self, page, *words):
        around = self.service("digest", "serve.py")
        return self.qd.run("run", "examples/digest/digest.yaml", "--input", "url={url}/" + page, *words, around=around)


class Scripted(ExamplesCase):
    """Without a key or a model: agents answer by their scripts."""

    def setUp(self):
        self.serve()

    def test_triage_sorts_the_issues_and_asks_who_takes_the_urgent_ones(self):
        output = self.triage("approve", "--form", "assignee=dana", "--comment", "on it")
        self.assertEqual(output["counts"], {"urgent": 4, "bugs": 8, "features": 6, "questions": 6, "unclear": 0})
        self.assertEqual(output["urgent"], [1184, 1187, 1192, 1198])
        self.assertEqual(output["assignee"], "dana")
        self.assertIn("## Urgent (4), taken by dana\n- #1184 Password", output["report"])

    def test_triage_goes_on_when_nobody_takes_them(self):
        output = self.triage("reject", "--comment", "tomorrow")
        self.assertEqual(output["urgent"], [1184, 1187, 1192, 1198])
        self.assertIsNone(output["assignee"])

    def test_triage_asks_nobody_when_nothing_is_urgent(self):
        issues = json.loads((EXAMPLES / "triage/issues.json").read_text())
        calm = [issue for issue in issues["issues"] if issue["number"] in (1181, 1182, 1195)]
        with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
            json.dump({"repository": "acme/notes", "issues": calm}, file)
            file.flush()
            ended = self.qd.run("run", "examples/triage/triage.yaml", "--input", "@" + file.name)
        output = json.loads(self.expect(ended))
        # The script knows only the list of the example: of others it decides nothing.
        self.assertEqual(output["counts"], {"urgent": 0, "bugs": 0, "features": 1, "questions": 1, "unclear": 1})
        self.assertIsNone(output["assignee"])

    def test_weather_asks_both_tools(self):
        output = json.loads(self.expect(self.weather("--input", "@examples/weather/question.json")))
        self.assertRegex(output["answer"], r"^Tomorrow in Oslo \(Norway\): .*, -?\d+ °C, wind of \d+ km/h and a \d+ % chance")

    def test_weather_admits_that_it_does_not_know_a_place(self):
        output = json.loads(self.expect(self.weather("--input", "question=Will it rain in Atlantis?")))
        self.assertEqual(output["answer"], "I don't know that place, so I can't tell its weather.")

    def test_digest_sums_a_page_up(self):
        output = json.loads(self.expect(self.digest("lighthouse.html")))
        self.assertEqual(output["title"], "The last keeper of Skarv Light")
        self.assertEqual(output["headline"], "The last keeper of Skarv Light.")
        self.assertIn("needs no keeper & no boat.", output["summary"])
        self.assertNotIn("console.log", output["summary"])
        self.assertNotIn("font-family", output["summary"])

    def test_digest_fails_where_there_is_no_page(self):
        ended = self.digest("nothing.html")
        self.expect(ended, 3)
        self.assertEqual(ended.stdout, "")
        self.assertIn("execution failed: the server answered 404 (http.status)", ended.stderr)

    def test_applying_an_example_twice_changes_nothing_the_second_time(self):
        for example in ("triage", "weather", "digest"):
            with self.subTest(example):
                self.expect(self.qd.run("apply", "-f", f"examples/{example}"))
                again = self.expect(self.qd.run("apply", "-f", f"examples/{example}"))
                self.assertEqual([line.rsplit(": ")[-1] for line in again.splitlines()], ["unchanged"] * len(again.splitlines()))

    def test_what_is_exported_applies_as_unchanged(self):
        self.expect(self.qd.run("apply", "-f", "examples/weather"))
        with tempfile.TemporaryDirectory() as folder:
            self.expect(self.qd.run("export", "--project", "weather-desk", "--output", folder))
            again = self.expect(self.qd.run("apply", "-f", folder))
        self.assertEqual(len(again.splitlines()), 5)
        self.assertTrue(all(line.endswith(": unchanged") for line in again.splitlines()), again)

    def test_what_was_run_can_be_looked_at_later(self):
        self.expect(self.weather("--input", "@examples/weather/question.json"))
        execution = json.loads(self.expect(self.qd.run("executions", "list", "--all", "--json")))[0]
        logs = self.expect(self.qd.run("logs", execution["id"]))
        self.assertIn("calls find_place", logs)
        self.assertIn("get_forecast answered", logs)
        steps = json.loads(self.expect(self.qd.run("executions", "get", execution["id"], "--json")))["steps"]
        self.assertEqual([step["status"] for step in steps], ["completed"])


class WithAModel(ExamplesCase):
    """One setting points every agent of the examples at a server that speaks OpenAI's API."""

    def serve_with(self, answer):
        model = FakeModel(answer)
        model.__enter__()
        self.addCleanup(model.__exit__)
        self.serve(QD_MODELS_DEFAULT=model.setting)
        return model

    def test_weather(self):
        def answer(request):
            results = [json.loads(message["content"]) for message in request["messages"] if message["role"] == "tool"]
            if not results:
                return {"tool_calls": [call(1, "find_place", name="Lima")]}
            if len(results) == 1:
                place = results[0]
                return {"tool_calls": [call(2, "get_forecast", latitude=place["latitude"], longitude=place["longitude"])]}
            return {"content": f"In Lima: {results[1]['sky']}."}

        model = self.serve_with(answer)
        output = json.loads(self.expect(self.weather("--input", "question=What about Lima?")))
        self.assertRegex(output["answer"], r"^In Lima: [a-z ]+\.$")
        self.assertEqual(len(model.requests), 3)
        self.assertEqual(model.requests[0]["model"], "fake")
        tools = [tool["function"]["name"] for tool in model.requests[0]["tools"]]
        self.assertEqual(tools, ["find_place", "get_forecast"])

    def test_triage(self):
        def answer(request):
            issues = json.loads(request["messages"][-1]["content"])
            decisions = [
                {"number": issue["number"], "kind": "question", "urgent": False, "reason": "It asks."} for issue in issues
            ]
            return {"content": json.dumps({"decisions": decisions})}

        model = self.serve_with(answer)
        output = self.triage("approve", "--form", "assignee=dana")
        self.assertEqual(output["counts"], {"urgent": 3, "bugs": 7, "features": 4, "questions": 10, "unclear": 0})
        self.assertIn("acme/notes", model.requests[0]["messages"][0]["content"])

    def test_digest(self):
        def answer(request):
            self.assertIn("Ragna Holm", request["messages"][-1]["content"])
            return {"content": json.dumps({"headline": "A light goes out", "summary": "Skarv Light closes."})}

        self.serve_with(answer)
        output = json.loads(self.expect(self.digest("lighthouse.html")))
        self.assertEqual((output["headline"], output["summary"]), ("A light goes out", "Skarv Light closes."))


class Files(unittest.TestCase):
    """What needs no server."""

    def test_every_workflow_is_without_faults(self):
        files = sorted(str(path) for path in EXAMPLES.glob("*/*.yaml"))
        self.assertGreaterEqual(len(files), 9)
        ended = subprocess.run([BINARY, "workflows", "lint", *files], capture_output=True, text=True, timeout=60)
        self.assertEqual(ended.returncode, 0, ended.stdout)

    def test_the_manual_says_of_every_command_what_its_help_says(self):
        self.assertEqual(manual.FILE.read_text(), manual.render(manual.FILE.read_text()), manual.HOW)


if "postgres" in stores():

    class ScriptedOnPostgres(Scripted):
        store = "postgres"


if __name__ == "__main__":
    unittest.main()
