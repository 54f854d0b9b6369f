"""What becomes of executions once they are stored: large values, forks, many at once, retention."""

import json
import time

from tests.api.executions_test import Running, chain, http, transform
from tests.api.scenario import on_every_store

BIG = "x" * (300 << 10)


@on_every_store
class LargeValues(Running):
    def test_a_large_output_is_whole_where_it_is_asked_for_and_a_reference_elsewhere(self):
        done = self.start(chain(transform("a", text="{{ input.text }}"), outputs={"text": "{{ steps.a.output.text }}"}), {"text": BIG})
        self.assertEqual(done["output"], {"text": BIG})
        self.assertEqual(self.admin.get(f"/executions/{done['id']}").json["input"], {"text": BIG})

        step = self.steps(done["id"])["a"]
        large = step["output"]["$large"]
        self.assertEqual(large["size"], len(json.dumps({"text": BIG}, separators=(",", ":"))))
        path = large["url"].removeprefix("/api/v1")
        self.assertEqual(self.expect(self.admin.get(path), 200), {"text": BIG})

        listed = self.admin.get(f"/executions?q={done['id']}")
        self.assertEqual(set(listed.json["items"][0]["output"]["$large"]), {"size"})
        self.assertLess(len(listed.body), 10_000)
        self.assertLess(len(self.admin.get(f"/executions/{done['id']}/events").body), 10_000)

    def test_a_value_that_looks_like_a_reference_is_itself(self):
        forged = {"$large": {"size": 7}}
        done = self.start(chain(transform("a", v="{{ input }}"), outputs={"v": "{{ steps.a.output.v }}"}), forged)
        self.assertEqual(done["output"], {"v": forged})
        self.assertEqual(self.admin.get(f"/executions/{done['id']}").json["input"], forged)

    def test_only_who_may_see_the_execution_sees_its_values(self):
        done = self.start(chain(transform("a", n=1)))
        step_event = f"/executions/{done['id']}/events/2/output"
        self.assertEqual(self.expect(self.admin.get(step_event), 200), {"n": 1})
        self.expect(self.admin.get(f"/executions/{done['id']}/events/2/nothing"), 404, "event.not_found")
        self.expect(self.admin.get(f"/executions/{done['id']}/events/x/output"), 404, "event.not_found")
        stranger = self.server.register(f"s{time.time_ns()}@example.com", "Stranger")
        self.expect(stranger.get(step_event), 404, "execution.not_found")


@on_every_store
class Forks(Running):
    def test_a_fork_keeps_results_and_calls_the_rest_again(self):
        self.upstream.routes["/first"] = (200, {"n": 1})
        self.upstream.routes["/second"] = (200, {"n": 2})
        definition = chain(http("first", self.upstream.url + "/first"), http("second", self.upstream.url + "/second"),
                           outputs={"n": "{{ input.n }}"})
        done = self.start(definition, {"n": 1})
        before = len(self.upstream.calls("/first")), len(self.upstream.calls("/second"))

        fork = self.expect(self.admin.post(f"/executions/{done['id']}/fork", {"from_step": "second", "input": {"n": 5}}), 202)
        self.assertEqual(fork["forked_from"], {"execution_id": done["id"], "step": "second"})
        ended = self.finished(fork["id"])
        self.assertEqual((ended["status"], ended["output"], ended["trigger"]), ("completed", {"n": 5}, "fork"))
        after = len(self.upstream.calls("/first")), len(self.upstream.calls("/second"))
        self.assertEqual(after, (before[0], before[1] + 1))
        self.assertEqual(self.steps(fork["id"])["first"]["output"]["body"], {"n": 1})

    def test_a_fork_begins_at_a_step_that_there_is(self):
        done = self.start(chain(transform("a", n=1)))
        path = f"/executions/{done['id']}/fork"
        problem = self.expect(self.admin.post(path, {"from_step": "b"}), 422, "execution.step_not_found")
        self.assertEqual(problem["errors"][0]["path"], "/from_step")
        self.expect(self.admin.post(path, {"from_step": "a.0.x"}), 422, "execution.fork_inside_body")
        self.expect(self.admin.post("/executions/nope/fork", {"from_step": "a"}), 404, "execution.not_found")


@on_every_store
class ManyAtOnce(Running):
    def waiting(self, count):
        workflow = self.define(chain({"id": "w", "type": "wait", "with": {"event": "go"}}))
        ids = [self.expect(self.admin.post(f"/workflows/{workflow['id']}/execute", {}), 202)["id"] for _ in range(count)]
        for id in ids:
            self.until(id, "waiting")
        return workflow["id"], ids

    def bulk(self, **body):
        return self.admin.post("/executions/bulk", body)

    def test_all_that_match_a_filter_are_steered(self):
        workflow, ids = self.waiting(3)
        match = {"workflow_id": workflow}
        counted = self.expect(self.bulk(action="pause", filter=match, dry_run=True), 200)
        self.assertEqual(counted, {"matched": 3, "done": 0, "failed": [], "more": False})
        self.assertEqual(self.expect(self.bulk(action="pause", filter=match), 200)["done"], 3)
        self.assertEqual(self.expect(self.bulk(action="pause", filter=match), 200)["matched"], 0)
        self.assertEqual(self.expect(self.bulk(action="resume", filter={**match, "status": "paused"}), 200)["done"], 3)
        cancelled = self.expect(self.bulk(action="cancel", filter=match, reason="enough"), 200)
        self.assertEqual(cancelled["done"], 3)
        for id in ids:
            self.assertEqual(self.admin.get(f"/executions/{id}").json["status"], "cancelled")
        self.assertEqual(self.expect(self.bulk(action="retry", filter=match), 200)["done"], 3)
        self.assertEqual(self.expect(self.bulk(action="cancel", filter=match), 200)["done"], 3)
        audit = self.admin.get("/audit?action=execution.cancelled").json["items"]
        self.assertTrue(set(ids) <= {entry["target_id"] for entry in audit})

    def test_those_named_say_each_what_is_wrong(self):
        _, ids = self.waiting(1)
        done = self.start(chain(transform("a", n=1)))
        answer = self.expect(self.bulk(action="cancel", ids=[ids[0], done["id"], "nope"]), 200)
        self.assertEqual((answer["matched"], answer["done"]), (3, 1))
        self.assertEqual({one["id"]: one["code"] for one in answer["failed"]},
                         {done["id"]: "execution.finished", "nope": "execution.not_found"})

    def test_no_condition_is_not_everything(self):
        problem = self.expect(self.bulk(action="cancel", filter={}), 422)
        self.assertEqual(problem["errors"][0]["code"], "bulk.filter_empty")
        self.assertEqual(self.expect(self.bulk(action="cancel"), 422)["errors"][0]["code"], "bulk.target")

    def test_only_what_one_may_operate_in_matches(self):
        workflow, ids = self.waiting(1)
        viewer = self.server.register(f"v{time.time_ns()}@example.com", "Viewer")
        self.expect(self.admin.post(f"/projects/{self.project}/members", {"user_id": viewer.user["id"], "role": "viewer"}), 201)
        found = self.expect(viewer.post("/executions/bulk", {"action": "cancel", "filter": {"workflow_id": workflow}}), 200)
        self.assertEqual(found["matched"], 0)
        self.expect(viewer.post("/executions/bulk", {"action": "cancel", "filter": {"project_id": self.project}}), 403)
        failed = self.expect(viewer.post("/executions/bulk", {"action": "cancel", "ids": ids}), 200)["failed"]
        self.assertEqual(failed[0]["code"], "project.role")
        self.expect(self.bulk(action="cancel", ids=ids), 200)


@on_every_store
class Lists(Running):
    def test_words_of_the_name_find_an_execution(self):
        name = f"Quarterly {time.time_ns()}"
        workflow = self.expect(self.admin.post(f"/projects/{self.project}/workflows",
                                               {"name": name, "definition": chain(transform("a", n=1))}), 201)
        ids = [self.admin.post(f"/workflows/{workflow['id']}/execute", {"wait_ms": 5000}).json["id"] for _ in range(3)]
        viewer = self.server.register(f"v{time.time_ns()}@example.com", "Viewer")
        self.expect(self.admin.post(f"/projects/{self.project}/members", {"user_id": viewer.user["id"], "role": "viewer"}), 201)
        for client in (self.admin, viewer):
            first = self.expect(client.get(f"/executions?q={name[:20].replace(' ', '%20').lower()}&limit=2"), 200)
            self.assertEqual(first["total"], 3)
            second = client.get(f"/executions?q={name[:20].replace(' ', '%20').lower()}&limit=2&cursor={first['next_cursor']}").json
            self.assertEqual([one["id"] for one in first["items"] + second["items"]], ids[::-1])
        stranger = self.server.register(f"s{time.time_ns()}@example.com", "Stranger")
        self.assertEqual(stranger.get(f"/executions?q={name[:9]}").json["total"], 0)


@on_every_store
class Retention(Running):
    environment = {"QD_EXECUTIONS_RETENTION_INTERVAL": "1s"}

    def test_a_project_keeps_as_many_as_it_says(self):
        project = self.expect(self.admin.post("/projects/", {"name": "Few", "settings": {"retention": {"max_count": 2}}}), 201)["id"]
        workflow = self.expect(self.admin.post(f"/projects/{project}/workflows", {"name": "few", "definition": chain(transform("a", n=1))}), 201)
        ids = [self.admin.post(f"/workflows/{workflow['id']}/execute", {"wait_ms": 5000}).json["id"] for _ in range(5)]
        for _ in range(400):
            left = self.admin.get(f"/executions?project_id={project}").json["items"]
            if len(left) == 2:
                break
            time.sleep(0.02)
        self.assertEqual([one["id"] for one in left], ids[:2:-1])
        self.expect(self.admin.get(f"/executions/{ids[0]}"), 404)

    def test_a_setting_that_says_nothing_is_refused(self):
        problem = self.expect(self.admin.patch(f"/projects/{self.project}", {"settings": {"retention": {"max_age": "soon"}}}), 422)
        self.assertEqual(problem["errors"][0]["path"], "/settings/retention/max_age")
