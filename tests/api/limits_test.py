"""Limits on what runs at once, and what a start means that is sent twice."""

import threading
import time

from tests.api.executions_test import Running, chain, transform
from tests.api.scenario import on_every_store


def holding(**more):
    """Holds its slot until it gets the event `go`."""
    return chain({"id": "w", "type": "wait", "with": {"event": "go"}}, transform("z", n=1), **more)


class Limited(Running):
    def begin(self, workflow, client=None, **more):
        headers = more.pop("headers", {})
        body = {"input": {}, **more}
        return self.expect((client or self.admin).post(f"/workflows/{workflow['id']}/execute", body, headers=headers), 202)

    def read(self, id):
        return self.expect(self.admin.get(f"/executions/{id}"), 200)

    def let_go(self, id):
        self.expect(self.admin.post(f"/executions/{id}/signal", {"name": "go"}), 200)


@on_every_store
class Limits(Limited):
    def test_a_workflows_limit_holds_and_the_next_starts_by_itself(self):
        workflow = self.define(holding(concurrency={"limit": 1, "key": "{{ input.repo }}"}))
        one, two, three = [self.begin(workflow, input={"repo": "acme"}) for _ in range(3)]
        other = self.begin(workflow, input={"repo": "b"})
        self.assertEqual([e["status"] for e in (one, two, other)], ["waiting", "pending", "waiting"])
        self.assertEqual(two["waiting_for"], "slot")
        self.assertEqual(self.read(three["id"])["explanation"],
                         f"waits for a slot: 1 of 1 executions of workflow '{workflow['name']}' with key 'acme' are running; 1 is before it")
        self.assertEqual({s["explanation"] for s in self.steps(three["id"]).values()}, {"waits for the execution to start", "waits for step 'w'"})
        self.let_go(one["id"])
        self.assertEqual(self.until(two["id"], "waiting")["explanation"], "waits in step 'w' for the event 'go'")
        self.assertEqual(self.read(three["id"])["status"], "pending")
        self.expect(self.admin.post(f"/executions/{two['id']}/cancel"), 200)
        self.until(three["id"], "waiting")

    def test_bad_limits_are_refused_with_their_paths(self):
        for concurrency, path in [({"limit": 0}, "/definition/concurrency/limit"), ({"limit": 1, "key": "{{ steps.w.output }}"}, "/definition/concurrency/key")]:
            answer = self.admin.post(f"/projects/{self.project}/workflows", {"name": "bad", "definition": holding(concurrency=concurrency)})
            self.assertIn(path, [e["path"] for e in self.expect(answer, 422)["errors"]])
        answer = self.admin.post("/projects/", {"name": "bad", "settings": {"max_starts_per_minute": "many"}})
        self.assertEqual([e["path"] for e in self.expect(answer, 422)["errors"]], ["/settings/max_starts_per_minute"])

    def test_a_projects_settings_limit_what_runs_in_it(self):
        project = self.expect(self.admin.post("/projects/", {"name": "Narrow", "settings": {"max_concurrent_executions": 1}}), 201)["id"]
        workflow = self.expect(self.admin.post(f"/projects/{project}/workflows", {"name": "w", "definition": holding()}), 201)
        one, two = [self.begin(workflow) for _ in range(2)]
        self.assertEqual((one["status"], two["status"]), ("waiting", "pending"))
        self.assertEqual(self.read(two["id"])["explanation"], "waits for a slot: 1 of 1 executions of the project are running")
        self.let_go(one["id"])
        self.until(two["id"], "waiting")

    def test_over_its_rate_a_project_waits(self):
        project = self.expect(self.admin.post("/projects/", {"name": "Slow", "settings": {"max_starts_per_minute": 2}}), 201)["id"]
        workflow = self.expect(self.admin.post(f"/projects/{project}/workflows", {"name": "w", "definition": holding()}), 201)
        started = [self.begin(workflow) for _ in range(3)]
        self.assertEqual([e["waiting_for"] for e in started], ["event", "event", "rate"])
        self.assertIn("2 of 2 executions a minute have started", self.read(started[2]["id"])["explanation"])

    def test_a_retry_takes_a_slot_again(self):
        self.upstream.routes["/flop"] = [(400, {}), (200, {})]
        definition = chain({"id": "x", "type": "http", "with": {"method": "GET", "url": self.upstream.url + "/flop"}},
                           {"id": "w", "type": "wait", "with": {"event": "go"}}, concurrency={"limit": 1})
        workflow = self.define(definition)
        failed = self.begin(workflow)
        self.finished(failed["id"])
        other = self.begin(workflow)
        self.until(other["id"], "waiting")
        retried = self.expect(self.admin.post(f"/executions/{failed['id']}/retry"), 200)
        self.assertEqual((retried["status"], retried["waiting_for"]), ("pending", "slot"))
        self.let_go(other["id"])
        self.until(failed["id"], "waiting")

    def test_what_waits_is_counted(self):
        workflow = self.define(holding(concurrency={"limit": 1}))
        for _ in range(3):
            self.begin(workflow)
        metrics = self.server.raw("GET", "/metrics").body.decode()
        pending = float(next(line.split()[-1] for line in metrics.splitlines() if line.startswith("qd_executions_pending ")))
        self.assertGreaterEqual(pending, 2)
        self.assertIn('qd_starts_limited_total{reason="slot"}', metrics)


@on_every_store
class RepeatedStarts(Limited):
    def key(self):
        return {"Idempotency-Key": f"start-{time.time_ns()}"}

    def test_two_at_the_same_moment_start_once(self):
        workflow = self.define(holding())
        for _ in range(10):
            headers, ids = self.key(), []
            threads = [threading.Thread(target=lambda: ids.append(self.begin(workflow, headers=headers)["id"])) for _ in range(4)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            self.assertEqual(len(ids), 4)
            self.assertEqual(len(set(ids)), 1)

    def test_a_start_whose_answer_was_lost_starts_nothing_again(self):
        """The answer is stored when the execution is over, for which this request waits; the crash comes before."""
        workflow = self.define(holding())
        headers, body = self.key(), {"input": {}, "wait_ms": 60_000}

        def ask():
            try:
                self.admin.post(f"/workflows/{workflow['id']}/execute", body, headers=headers)
            except OSError:
                pass

        thread = threading.Thread(target=ask)
        thread.start()
        begun = self.one_of(workflow)
        self.server.kill()
        thread.join()
        self.server.start()
        threading.Timer(0.5, lambda: self.let_go(begun["id"])).start()
        again = self.expect(self.admin.post(f"/workflows/{workflow['id']}/execute", body, headers=headers), 200)
        self.assertEqual((again["id"], again["status"]), (begun["id"], "completed"))
        self.assertEqual(self.admin.get(f"/executions?workflow_id={workflow['id']}").json["total"], 1)

    def one_of(self, workflow):
        for _ in range(400):
            items = self.admin.get(f"/executions?workflow_id={workflow['id']}&status=waiting").json["items"]
            if items:
                return items[0]
            time.sleep(0.02)
        self.fail("it did not start")

    def test_another_request_with_the_key_is_refused(self):
        workflow = self.define(holding())
        headers = self.key()
        self.begin(workflow, headers=headers)
        answer = self.admin.post(f"/workflows/{workflow['id']}/execute", {"input": {"other": 1}}, headers=headers)
        self.expect(answer, 409, "idempotency.mismatch")


@on_every_store
class Crashes(Limited):
    def test_slots_and_queues_survive(self):
        workflow = self.define(holding(concurrency={"limit": 1}))
        one, two = [self.begin(workflow) for _ in range(2)]
        self.server.kill()
        self.server.start()
        self.assertEqual(self.read(one["id"])["status"], "waiting")
        self.assertEqual(self.read(two["id"])["status"], "pending")
        self.let_go(one["id"])
        self.until(two["id"], "waiting")
