"""Workflows run through the API to their end, whatever happens on the way."""

import json
import time

from tests.api.scenario import Scenario, on_every_store
from tests.support.upstream import Upstream

FINAL = {"completed", "failed", "cancelled", "timed_out"}


def chain(*nodes, **more):
    """Nodes one after another."""
    edges = [{"from": a["id"], "to": b["id"], **({"port": "approved"} if a["type"] == "approval" else {})}
             for a, b in zip(nodes, nodes[1:])]
    return {"name": "chain", "nodes": list(nodes), "edges": edges, **more}


def transform(id, **values):
    return {"id": id, "type": "transform", "with": {"set": values}}


def http(id, url, method="GET", **more):
    return {"id": id, "type": "http", "with": {"method": method, "url": url, **more.pop("with_", {})}, **more}


class Running(Scenario):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.upstream = Upstream()
        cls.enterClassContext(cls.upstream)
        cls.project = cls.admin.post("/projects/", {"name": "Runs"}).json["id"]

    def define(self, definition):
        name = f"w {time.time_ns()}"
        return self.expect(self.admin.post(f"/projects/{self.project}/workflows", {"name": name, "definition": definition}), 201)

    def start(self, definition, input=None, wait_ms=20_000, **more):
        workflow = self.define(definition)
        answer = self.admin.post(f"/workflows/{workflow['id']}/execute", {"input": input or {}, "wait_ms": wait_ms, **more})
        self.assertIn(answer.status, (200, 202), answer.body)
        return answer.json

    def finished(self, id, client=None):
        """Waits for the stream of events to end, which it does when the execution has."""
        (client or self.admin).get(f"/executions/{id}/events")
        return self.expect((client or self.admin).get(f"/executions/{id}"), 200)

    def until(self, id, status, client=None):
        """Waits until the execution has that status."""
        for _ in range(400):
            execution = (client or self.admin).get(f"/executions/{id}").json
            if execution["status"] == status:
                return execution
            self.assertNotIn(execution["status"], FINAL, execution)
            time.sleep(0.02)
        self.fail(f"still {execution['status']}")

    def steps(self, id):
        return {step["node_id"]: step for step in self.expect(self.admin.get(f"/executions/{id}/steps"), 200)["items"]}


@on_every_store
class Executions(Running):
    def test_a_pure_workflow_is_over_when_it_answers(self):
        done = self.start(chain(transform("a", n="{{ input.n + 1 }}"), transform("b", n="{{ steps.a.output.n * 2 }}"),
                                outputs={"n": "{{ steps.b.output.n }}"}), {"n": 4})
        self.assertEqual((done["status"], done["output"]), ("completed", {"n": 10}))
        self.assertIsInstance(done["duration_ms"], int)

    def test_an_answer_of_another_service_is_the_steps_output(self):
        self.upstream.routes["/weather"] = (200, {"temp": 21})
        done = self.start(chain(http("w", self.upstream.url + "/weather", with_={"query": {"city": "{{ input.city }}"}}),
                                outputs={"t": "{{ steps.w.output.body.temp }}", "s": "{{ steps.w.output.status }}"}), {"city": "São Paulo"})
        self.assertEqual(done["output"], {"t": 21, "s": 200})
        self.assertEqual(self.upstream.calls("/weather")[-1]["query"], "city=S%C3%A3o%20Paulo")

    def test_a_service_that_fails_is_asked_again(self):
        self.upstream.routes["/flaky"] = [(503, {}), (503, {}), (200, {"ok": True})]
        done = self.start(chain(http("f", self.upstream.url + "/flaky", retry={"max_attempts": 3, "initial_delay": "10ms"})))
        self.assertEqual(done["status"], "completed")
        self.assertEqual(self.steps(done["id"])["f"]["attempt"], 3)

    def test_a_failure_ends_the_execution_and_says_where(self):
        self.upstream.routes["/bad"] = (400, {"why": "no"})
        done = self.start(chain(http("x", self.upstream.url + "/bad"), transform("y", a=1)))
        self.assertEqual(done["status"], "failed")
        self.assertEqual((done["error"]["code"], done["error"]["node_id"]), ("http.status", "x"))
        self.assertEqual(done["error"]["details"]["body"], {"why": "no"})
        self.assertEqual(self.steps(done["id"])["y"]["status"], "pending")

    def test_a_failure_may_be_routed(self):
        self.upstream.routes["/bad"] = (400, {})
        definition = chain(http("x", self.upstream.url + "/bad", on_error="route"))
        definition["nodes"].append(transform("caught", code="{{ error.code }}"))
        definition["edges"].append({"from": "x", "port": "error", "to": "caught"})
        done = self.start({**definition, "outputs": {"code": "{{ steps.caught.output.code }}"}})
        self.assertEqual((done["status"], done["output"]), ("completed", {"code": "http.status"}))

    def test_services_that_misbehave_have_their_own_codes(self):
        for path, code in [("/hang", "timeout"), ("http://127.0.0.1:1/", "http.connect"), ("http://169.254.169.254/", "http.blocked_address")]:
            if path == "/hang":
                self.upstream.routes[path] = (200, {})
                self.upstream.hold(path)
                path = self.upstream.url + path
            done = self.start(chain(http("x", path, timeout="300ms")))
            self.assertEqual((done["status"], done["error"]["code"]), ("failed", code))

    def test_an_approval_waits_for_a_person(self):
        form = {"type": "object", "required": ["level"], "properties": {"level": {"type": "integer"}}}
        begun = self.start(chain({"id": "ok", "type": "approval", "with": {"title": "Really?", "form": form}},
                                 transform("t", level="{{ steps.ok.output.form.level }}"),
                                 outputs={"level": "{{ steps.t.output.level }}"}), wait_ms=0)
        waiting = self.until(begun["id"], "waiting")
        self.assertEqual(waiting["waiting_for"], "approval")
        approval = self.admin.get(f"/approvals?execution_id={begun['id']}").json["items"][0]
        path = f"/approvals/{approval['id']}/decide"
        problem = self.expect(self.admin.post(path, {"decision": "approved", "form": {}}), 422)
        self.assertTrue(problem["errors"][0]["path"].startswith("/form"), problem)
        self.expect(self.admin.post(path, {"decision": "approved", "form": {"level": 3}, "comment": "yes"}), 200)
        self.assertEqual(self.finished(begun["id"])["output"], {"level": 3})
        self.expect(self.admin.post(path, {"decision": "rejected"}), 409, "approval.decided")

    def test_a_wait_ends_by_time_or_by_a_signal(self):
        done = self.start(chain({"id": "w", "type": "wait", "with": {"for": "50ms"}}))
        self.assertEqual(done["status"], "completed")
        begun = self.start(chain({"id": "w", "type": "wait", "with": {"event": {"name": "paid", "filter": "event.data.amount > 10"}}},
                                 outputs={"amount": "{{ steps.w.output.data.amount }}"}), wait_ms=0)
        self.until(begun["id"], "waiting")
        path = f"/executions/{begun['id']}/signal"
        self.expect(self.admin.post(path, {"name": "paid", "payload": {"amount": 5}}), 404, "execution.not_waiting")
        self.assertEqual(self.expect(self.admin.post(path, {"name": "paid", "payload": {"amount": 50}}), 200)["taken"], 1)
        self.assertEqual(self.finished(begun["id"])["output"], {"amount": 50})

    def test_cancel_pause_resume_and_retry(self):
        self.upstream.routes["/slow"] = (200, {})
        self.upstream.hold("/slow")
        begun = self.start(chain(http("s", self.upstream.url + "/slow"), transform("t", a=1)), wait_ms=0)
        self.upstream.wait_for_caller("/slow")
        self.expect(self.admin.post(f"/executions/{begun['id']}/pause"), 200)
        self.upstream.release("/slow")
        for _ in range(200):
            if self.steps(begun["id"])["s"]["status"] == "completed":
                break
            time.sleep(0.02)
        self.assertEqual(self.steps(begun["id"])["t"]["status"], "pending")
        self.expect(self.admin.post(f"/executions/{begun['id']}/resume"), 200)
        self.assertEqual(self.finished(begun["id"])["status"], "completed")
        self.expect(self.admin.post(f"/executions/{begun['id']}/cancel"), 409, "execution.finished")

        self.upstream.routes["/later"] = [(400, {}), (200, {})]
        failed = self.start(chain(transform("a", x=1), http("l", self.upstream.url + "/later")))
        self.assertEqual(failed["status"], "failed")
        self.expect(self.admin.post(f"/executions/{failed['id']}/retry"), 200)
        self.assertEqual(self.finished(failed["id"])["status"], "completed")

        waiting = self.start(chain({"id": "w", "type": "wait", "with": {"for": "1h"}}), wait_ms=0)
        self.expect(self.admin.post(f"/executions/{waiting['id']}/cancel", {"reason": "enough"}), 200)
        self.assertEqual(self.finished(waiting["id"])["error"]["message"], "enough")

    def test_an_agent_works_with_its_tools(self):
        self.upstream.routes["/temp"] = lambda request: (200, {"temp": 7 if "Oslo" in request["query"] else 30})
        base = f"/projects/{self.project}"
        self.expect(self.admin.post(base + "/credentials", {"name": f"key{time.time_ns()}", "type": "header", "value": {"header": "X-Key", "value": "hush"}}), 201)
        name = f"temp_{time.time_ns()}"
        self.expect(self.admin.post(base + "/tools", {
            "name": name, "kind": "http", "config": {"url": self.upstream.url + "/temp"},
            "credential_id": self.admin.get(base + "/credentials").json["items"][0]["name"],
            "parameters": {"type": "object", "required": ["city"], "properties": {"city": {"type": "string"}}}}), 201)
        agent = self.expect(self.admin.post(base + "/agents", {
            "name": f"weatherman {time.time_ns()}", "provider": "scripted", "model": "script", "tools": [name],
            "settings": {"script": [
                {"after_tool": name, "say": "It is {{tool/temp}} degrees."},
                {"match": "/weather in (\\w+)/i", "call": [{"tool": name, "arguments": {"city": "{{match.1}}"}}]}]}}), 201)
        done = self.expect(self.admin.post(f"/agents/{agent['id']}/run", {"input": "What is the weather in Oslo?", "wait_ms": 20_000}), 200)
        self.assertEqual((done["status"], done["output"]["answer"]), ("completed", {"text": "It is 7 degrees."}), done)
        self.assertEqual(self.upstream.calls("/temp")[-1]["headers"]["x-key"], "hush")
        step = self.expect(self.admin.get(f"/executions/{done['id']}/steps"), 200)["items"][0]
        self.assertEqual([turn["type"] for turn in step["turns"]], ["turn", "call", "turn"])
        self.assertNotIn("hush", json.dumps(step))

    def test_a_started_execution_keeps_its_version(self):
        workflow = self.define(chain(transform("a", v=1), outputs={"v": "{{ steps.a.output.v }}"}))
        path = f"/workflows/{workflow['id']}"
        self.expect(self.admin.patch(path, {"definition": chain(transform("a", v=2), outputs={"v": "{{ steps.a.output.v }}"})}), 200)
        run = lambda **body: self.expect(self.admin.post(path + "/execute", {"wait_ms": 5000, **body}), 200)["output"]
        self.assertEqual(run(), {"v": 1})
        self.expect(self.admin.post(path + "/publish", {"note": "two"}), 200)
        self.assertEqual((run(), run(version=1)), ({"v": 2}, {"v": 1}))
        changes = self.expect(self.admin.get(path + "/diff?from=1&to=2"), 200)["changes"]
        self.assertEqual([change["after"] for change in changes], [2])
        self.expect(self.admin.post(path + "/rollback", {"version": 1}), 200)
        self.assertEqual(run(), {"v": 1})

    def test_bad_workflows_are_refused_with_every_fault(self):
        definition = chain(transform("a", x="{{ nope( }}"), http("b", 7), {"id": "c", "type": "spaceship", "with": {}})
        problem = self.expect(self.admin.post(f"/projects/{self.project}/workflows", {"name": "bad", "definition": definition}), 422)
        paths = {error["path"] for error in problem["errors"]}
        self.assertLessEqual({"/definition/nodes/0/with/set/x", "/definition/nodes/1/with/url", "/definition/nodes/2/type"}, paths, problem)
        validated = self.expect(self.admin.post("/workflows/validate", {"definition": definition}), 200)
        self.assertFalse(validated["valid"])

    def test_input_must_fit(self):
        definition = chain(transform("a", x=1), inputs={"type": "object", "required": ["n"], "properties": {"n": {"type": "integer"}}})
        workflow = self.define(definition)
        problem = self.expect(self.admin.post(f"/workflows/{workflow['id']}/execute", {"input": {"n": "x"}}), 422)
        self.assertEqual(problem["errors"][0]["path"], "/input/n")

    def test_a_repeated_start_with_its_key_starts_once(self):
        workflow = self.define(chain(transform("a", x=1)))
        key = {"Idempotency-Key": f"start-{time.time_ns()}"}
        one, two = [self.admin.post(f"/workflows/{workflow['id']}/execute", {"input": {}}, headers=key).json["id"] for _ in range(2)]
        self.assertEqual(one, two)

    def test_others_see_nothing_of_it(self):
        begun = self.start(chain({"id": "ok", "type": "approval", "with": {"title": "?"}}), wait_ms=0)
        other = self.server.register(f"other-{time.time_ns()}@example.com")
        for path in ["", "/steps", "/events"]:
            self.expect(other.get(f"/executions/{begun['id']}{path}"), 404)
        self.expect(other.post(f"/executions/{begun['id']}/cancel"), 404)
        self.assertEqual(other.get("/executions").json["total"], 0)
        self.assertEqual(other.get("/approvals").json["total"], 0)

    def test_a_timeout_ends_the_whole_execution(self):
        done = self.start(chain({"id": "w", "type": "wait", "with": {"for": "1h"}}, timeout="100ms"))
        self.assertEqual((done["status"], done["error"]["code"]), ("timed_out", "timeout"))

    def test_a_project_with_running_executions_is_not_deleted_by_accident(self):
        project = self.admin.post("/projects/", {"name": "Busy"}).json["id"]
        workflow = self.expect(self.admin.post(f"/projects/{project}/workflows", {"name": "w", "definition": chain({"id": "w", "type": "wait", "with": {"for": "1h"}})}), 201)
        self.expect(self.admin.post(f"/workflows/{workflow['id']}/execute", {}), 202)
        self.expect(self.admin.delete(f"/projects/{project}"), 409, "project.busy")
        self.expect(self.admin.delete(f"/projects/{project}?force=true"), 204)
