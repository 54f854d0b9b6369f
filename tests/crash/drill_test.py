"""qd drill on every example and on workflows with every node type and option: a thousand kills on both stores,
nothing lost, nothing doubled."""

import concurrent.futures
import json
import pathlib
import shlex
import subprocess
import tempfile
import unittest

from tests.support.server import BINARY, ROOT, postgres_url, stores

WORKFLOWS = sorted((ROOT / "tests/crash/workflows").glob("*.yaml"))
EXAMPLES = {
    "triage/triage.yaml": ["--input", "@examples/triage/issues.json"],
    "weather/weather.yaml": [
        "--input", "@examples/weather/question.json",
        "--answer", 'find_place={"name": "Oslo", "country": "Norway", "latitude": 59.9, "longitude": 10.7}',
        "--answer", 'get_forecast={"sky": "clear", "temperature_c": 4, "wind_kmh": 9, "rain_chance_percent": 5}',
    ],
    "digest/digest.yaml": ["--input", "@examples/digest/page.json", "--answer", "fetch=@examples/digest/site/lighthouse.html"],
}
KILLS = 1_000


def options_of(workflow):
    """What a workflow's first line says: `# drill: --refuse a=1`."""
    first = workflow.read_text().splitlines()[0]
    return shlex.split(first.removeprefix("# drill:")) if first.startswith("# drill:") else []


def drill(workflow, *options, store="sqlite"):
    # Where a process has to connect first, a part of the boundaries is enough.
    database = ["--database", postgres_url(), "--every", "4"] if store == "postgres" else []
    done = subprocess.run([BINARY, "drill", str(workflow), "--json", *options, *database],
                          capture_output=True, text=True, timeout=300, cwd=ROOT)
    report = json.loads(done.stdout) if done.stdout else None
    return done.returncode, report, done.stderr


def everything():
    for store in stores():
        for workflow in WORKFLOWS:
            yield workflow, options_of(workflow), store
        for name, options in EXAMPLES.items():
            yield ROOT / "examples" / name, options, store


class Drills(unittest.TestCase):
    def test_nothing_is_lost_and_nothing_doubled(self):
        reports = []
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            begun = [(workflow, store, pool.submit(drill, workflow, *options, store=store))
                     for workflow, options, store in everything()]
        for workflow, store, result in begun:
            code, report, complaint = result.result()
            with self.subTest(workflow=workflow.name, store=store):
                self.assertIsNotNone(report, complaint)
                self.assertEqual(report["findings"], [])
                self.assertEqual((code, complaint), (0, ""))
                reports.append(report)
        self.assertGreaterEqual(sum(report["kills"] for report in reports), KILLS)
        places = {place for report in reports for place in report["killed_at"]}
        self.assertEqual(places, {"before_commit", "after_commit", "before_dispatch", "after_dispatch",
                                  "before_answer", "after_answer"})
        self.assertGreater(sum(report["resolved"] for report in reports), 0)
        repeated = {effect for report in reports for effect in report["repeated"]}
        self.assertEqual(repeated, {"read", "idempotent", "keyed"})

    def test_workflows_end_as_they_are_meant_to(self):
        expected = {"failing.yaml": "failed", "retries.yaml": "failed", "undoing.yaml": "failed"}
        for workflow in WORKFLOWS:
            with self.subTest(workflow=workflow.name):
                _, report, complaint = drill(workflow, *options_of(workflow), "--kills", "1")
                self.assertEqual(report["status"], expected.get(workflow.name, "completed"), report["error"] or complaint)

    def test_a_drill_of_so_many_kills_ends_then(self):
        code, report, _ = drill(WORKFLOWS[0], "--kills", "5", "--seed", "7")
        self.assertEqual(code, 0)
        self.assertIn(report["kills"], range(5, 8))

    def test_what_can_not_be_drilled_is_said(self):
        code, report, complaint = drill(ROOT / "tests/crash/workflows/waits.yaml", "--input", '{"order": 1}')
        self.assertEqual((code, report), (2, None))
        self.assertIn("/input/order", complaint)
        code, report, complaint = drill(ROOT / "nowhere.yaml")
        self.assertEqual((code, report), (2, None))
        self.assertIn("nowhere.yaml", complaint)

    def test_a_workflow_that_never_ends_is_said_to(self):
        with tempfile.TemporaryDirectory() as folder:
            endless = pathlib.Path(folder, "endless.yaml")
            endless.write_text("name: Endless\nnodes: [{id: never, type: wait, with: {event: never}}]")
            code, report, complaint = drill(endless, "--let-expire", "never")
        self.assertEqual((code, report), (2, None))
        self.assertIn("waits for event", complaint)


if __name__ == "__main__":
    unittest.main()
