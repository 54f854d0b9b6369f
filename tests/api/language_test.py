"""Maps, loops, child workflows, events, tasks, caches and compensation, through the API and over crashes."""

import threading

from tests.api.executions_test import Running, chain, http, transform
from tests.api.scenario import on_every_store


def body(*nodes, **more):
    return {"nodes": list(nodes), "edges": [{"from": a["id"], "to": b["id"]} for a, b in zip(nodes, nodes[1:])], **more}


def each(items, inner, **more):
    return {"id": "each", "type": "map", "with": {"items": items, "body": inner, **more}}


@on_every_store
class Language(Running):
    def poll(self, queue, **more):
        answer = self.admin.post(f"/task-queues/{queue}/poll", {"project_id": self.project, "wait_ms": 10_000, **more})
        return self.expect(answer, 200)["items"]

    def test_a_map_calls_for_each_item(self):
        for n in range(5):
            self.upstream.routes[f"/item/{n}"] = (200, {"n": n * n})
        get = http("get", self.upstream.url + "/item/{{ item }}")
        done = self.start(chain(each([0, 1, 2, 3, 4], body(get, outputs={"n": "{{ steps.get.output.body.n }}"}), concurrency=2),
                                outputs={"n": "{{ steps.each.output.map(r, r.n) }}"}))
        self.assertEqual((done["status"], done["output"]), ("completed", {"n": [0, 1, 4, 9, 16]}))

    def test_a_map_goes_on_after_a_crash_where_it_was(self):
        for n in range(4):
            self.upstream.routes[f"/crash/{n}"] = (200, {"n": n})
        self.upstream.hold("/crash/2")
        get = http("get", self.upstream.url + "/crash/{{ item }}")
        begun = self.start(chain(each([0, 1, 2, 3], body(get), concurrency=1)), wait_ms=0)
        self.upstream.wait_for_caller("/crash/2")
        self.server.kill()
        self.server.start()
        self.upstream.wait_for_caller("/crash/2")
        self.upstream.release("/crash/2")
        self.assertEqual(self.finished(begun["id"])["status"], "completed")
        self.assertEqual([len(self.upstream.calls(f"/crash/{n}")) for n in range(4)], [1, 1, 2, 1])

    def test_steps_inside_a_map_are_told_by_their_paths(self):
        approve = {"id": "ok", "type": "approval", "with": {"title": "{{ item }}?"}}
        begun = self.start(chain(each(["a", "b"], body(approve))), wait_ms=0)
        self.until(begun["id"], "waiting")
        paths = {step["path"]: step for step in self.admin.get(f"/executions/{begun['id']}/steps").json["items"]}
        self.assertEqual(paths["each"]["items"], {"total": 2, "done": 0, "failed": 0, "open": 2})
        self.assertEqual(paths["each.1.ok"]["waiting_for"], "approval")
        for approval in self.admin.get(f"/approvals?execution_id={begun['id']}").json["items"]:
            self.expect(self.admin.post(f"/approvals/{approval['id']}/decide", {"decision": "approved"}), 200)
        self.assertEqual(self.finished(begun["id"])["status"], "completed")

    def test_a_loop_asks_until_it_is_answered(self):
        self.upstream.routes["/poll"] = [(200, {"ready": False}), (200, {"ready": False}), (200, {"ready": True})]
        loop = {"id": "poll", "type": "loop", "with": {"until": "steps.ask.output.body.ready", "body": body(http("ask", self.upstream.url + "/poll"))}}
        done = self.start(chain(loop, outputs={"n": "{{ steps.poll.output.iterations }}"}))
        self.assertEqual(done["output"], {"n": 3})

    def test_a_workflow_calls_another(self):
        self.expect(self.admin.post(f"/projects/{self.project}/workflows", {"name": "double", "definition": {
            "inputs": {"type": "object", "required": ["n"]}, "nodes": [transform("d", n="{{ input.n * 2 }}")],
            "outputs": {"n": "{{ steps.d.output.n }}"}}}), 201)
        call = {"id": "call", "type": "workflow", "with": {"workflow": "double", "input": {"n": "{{ input.n }}"}}}
        workflow = self.admin.get(f"/projects/{self.project}/workflows?q=double").json["items"][0]
        self.admin.post(f"/workflows/{workflow['id']}/publish", {})
        done = self.start(chain(call, outputs={"n": "{{ steps.call.output.n }}"}), {"n": 21})
        self.assertEqual(done["output"], {"n": 42}, done)
        child = self.steps(done["id"])["call"]["execution"]
        self.assertEqual(self.admin.get(f"/executions/{child}").json["parent_id"], done["id"])

    def test_an_event_wakes_those_who_wait_for_it(self):
        wait = {"id": "w", "type": "wait", "with": {"event": {"name": "paid", "filter": "event.data.order == input.order"}}}
        ids = [self.start(chain(wait, outputs={"by": "{{ steps.w.output.data.by }}"}), {"order": n}, wait_ms=0)["id"] for n in (1, 2)]
        for id in ids:
            self.until(id, "waiting")
        told = self.admin.post(f"/projects/{self.project}/events", {"type": "paid", "data": {"order": 1, "by": "card"}})
        self.assertEqual(self.expect(told, 200), {"delivered": 2})
        self.assertEqual(self.finished(ids[0])["output"], {"by": "card"})
        emit = {"id": "e", "type": "emit", "with": {"event": "paid", "data": {"order": 2, "by": "cash"}}}
        self.assertEqual(self.start(chain(emit))["status"], "completed")
        self.assertEqual(self.finished(ids[1])["output"], {"by": "cash"})

    def test_a_worker_outside_does_a_task(self):
        task = {"id": "t", "type": "task", "with": {"queue": "paint", "payload": {"colour": "{{ input.colour }}"},
                                                    "output_schema": {"type": "object", "required": ["litres"]}}}
        worker = []
        thread = threading.Thread(target=lambda: worker.extend(self.poll("paint", worker="w1")))
        thread.start()
        begun = self.start(chain(task, outputs={"l": "{{ steps.t.output.litres }}"}), {"colour": "red"}, wait_ms=0)
        thread.join(20)
        self.assertEqual(worker[0]["payload"], {"colour": "red"})
        path = f"/tasks/{worker[0]['id']}"
        token = {"token": worker[0]["token"]}
        self.assertEqual(self.poll("paint", wait_ms=0), [])
        self.expect(self.admin.post(path + "/heartbeat", token), 200)
        self.expect(self.admin.post(path + "/complete", {"token": "wrong", "output": {"litres": 3}}), 409, "task.lost")
        bad = self.expect(self.admin.post(path + "/complete", {**token, "output": {}}), 422)
        self.assertEqual(bad["errors"][0]["path"], "/output")
        self.expect(self.admin.post(path + "/complete", {**token, "output": {"litres": 3}}), 200)
        self.assertEqual(self.finished(begun["id"])["output"], {"l": 3})
        self.expect(self.admin.post(path + "/heartbeat", token), 409, "task.over")

    def test_a_task_survives_a_crash_and_a_worker_that_falls_silent(self):
        task = {"id": "t", "type": "task", "with": {"queue": "silent", "heartbeat": "1s"}}
        begun = self.start(chain(task), wait_ms=0)
        first = self.poll("silent")[0]
        self.server.kill()
        self.server.start()
        second = self.poll("silent")[0]
        self.assertEqual((first["id"], second["delivery"]), (second["id"], 2))
        self.expect(self.admin.post(f"/tasks/{first['id']}/complete", {"token": first["token"]}), 409, "task.lost")
        failed = {"token": second["token"], "code": "paint.dry", "message": "no paint"}
        self.expect(self.admin.post(f"/tasks/{second['id']}/fail", failed), 200)
        done = self.finished(begun["id"])
        self.assertEqual((done["status"], done["error"]["code"]), ("failed", "paint.dry"))

    def test_what_was_done_is_undone_when_it_fails(self):
        for path in ("/book", "/unbook"):
            self.upstream.routes[path] = (200, {"id": 7})
        definition = chain(http("book", self.upstream.url + "/book", "POST", compensate="unbook"), {"id": "no", "type": "fail", "with": {"message": "no"}})
        definition["nodes"].append(http("unbook", self.upstream.url + "/unbook?id={{ steps.book.output.body.id }}", "DELETE"))
        done = self.start(definition)
        self.assertEqual((done["status"], done["error"]["message"]), ("failed", "no"))
        self.assertEqual([call["query"] for call in self.upstream.calls("/unbook")], ["id=7"])
        self.expect(self.admin.post(f"/executions/{done['id']}/retry", {}), 409, "execution.compensated")

    def test_a_cached_answer_is_not_asked_for_again(self):
        self.upstream.routes["/cached"] = (200, {"n": 1})
        definition = chain(http("c", self.upstream.url + "/cached", cache={"key": "c-{{ input.n }}", "ttl": "1h"}))
        for n in (1, 1, 2):
            self.assertEqual(self.start(definition, {"n": n})["status"], "completed")
        self.assertEqual(len(self.upstream.calls("/cached")), 2)

    def test_a_test_run_takes_pins(self):
        definition = chain(http("x", "http://127.0.0.1:1/", pin={"body": {"n": 1}}), transform("y", n="{{ steps.x.output.body.n + 1 }}"),
                           http("z", "http://127.0.0.1:1/"))
        done = self.start(definition, test=True, stop_at="y")
        self.assertEqual((done["status"], done["output"]), ("completed", {"n": 2}))
        workflow = self.define(definition)
        execute = f"/workflows/{workflow['id']}/execute"
        self.expect(self.admin.post(execute, {"stop_at": "y"}), 422, "execution.no_test_run")
        nowhere = self.expect(self.admin.post(execute, {"test": True, "stop_at": "nope"}), 422)
        self.assertEqual(nowhere["errors"][0]["code"], "execution.unknown_step")
