"""SIGKILL at the worst moments: nothing that was acknowledged is lost, nothing is silently done twice."""

from tests.api.executions_test import Running, chain, http, transform
from tests.api.scenario import on_every_store


@on_every_store
class Crashes(Running):
    def crash(self):
        self.server.kill()
        self.server.start()

    def begin_held(self, path, method="GET", **more):
        """An execution whose step is being answered by nobody, at the moment of a crash."""
        self.upstream.routes[path] = (200, {"done": True})
        self.upstream.hold(path)
        begun = self.start(chain(transform("a", n=1), http("x", self.upstream.url + path, method, **more), transform("z", n=2)), wait_ms=0)
        self.upstream.wait_for_caller(path)
        self.crash()
        return begun["id"]

    def test_what_waits_goes_on_waiting(self):
        begun = self.start(chain({"id": "ok", "type": "approval", "with": {"title": "?"}}, transform("z", n=2)), wait_ms=0)
        self.crash()
        approval = self.admin.get(f"/approvals?execution_id={begun['id']}").json["items"][0]
        self.expect(self.admin.post(f"/approvals/{approval['id']}/decide", {"decision": "approved"}), 200)
        self.assertEqual(self.finished(begun["id"])["status"], "completed")

    def test_a_timer_fires_after_the_crash(self):
        begun = self.start(chain({"id": "w", "type": "wait", "with": {"for": "300ms"}}), wait_ms=0)
        self.crash()
        self.assertEqual(self.finished(begun["id"])["status"], "completed")

    def test_a_read_is_repeated(self):
        id = self.begin_held("/read")
        self.upstream.wait_for_caller("/read")
        self.upstream.release("/read")
        self.assertEqual(self.finished(id)["status"], "completed")
        self.assertEqual(len(self.upstream.calls("/read")), 2)

    def test_a_keyed_call_is_repeated_with_its_key(self):
        id = self.begin_held("/keyed", "POST", effect="keyed")
        self.upstream.wait_for_caller("/keyed")
        self.upstream.release("/keyed")
        self.assertEqual(self.finished(id)["status"], "completed")
        keys = {call["headers"]["idempotency-key"] for call in self.upstream.calls("/keyed")}
        self.assertEqual((len(keys), len(self.upstream.calls("/keyed"))), (1, 2))

    def test_a_call_that_must_not_be_repeated_waits_for_a_person(self):
        id = self.begin_held("/once", "POST")
        waiting = self.until(id, "waiting")
        self.assertEqual(waiting["waiting_for"], "answer")
        self.assertEqual(self.steps(id)["x"]["status"], "uncertain")
        self.assertEqual(len(self.upstream.calls("/once")), 1)
        self.upstream.release("/once")
        self.expect(self.admin.post(f"/executions/{id}/steps/x/resolve", {"happened": True, "output": {"told": True}}), 200)
        self.assertEqual(self.finished(id)["status"], "completed")
        self.assertEqual(len(self.upstream.calls("/once")), 1)

    def test_a_person_may_say_that_it_did_not_happen(self):
        id = self.begin_held("/again", "POST")
        self.until(id, "waiting")
        self.upstream.release("/again")
        self.expect(self.admin.post(f"/executions/{id}/steps/x/resolve", {"happened": False}), 200)
        self.assertEqual(self.finished(id)["status"], "completed")
        self.assertEqual(len(self.upstream.calls("/again")), 2)

    def test_an_agent_does_not_ask_or_call_again_what_is_recorded(self):
        base = f"/projects/{self.project}"
        self.upstream.routes["/first"] = (200, {"n": 1})
        self.upstream.routes["/second"] = (200, {"n": 2})
        self.upstream.hold("/second")
        for name, effect in [("first", "once"), ("second", "read")]:
            self.expect(self.admin.post(base + "/tools", {"name": name, "kind": "http", "effect": effect,
                                                          "config": {"method": "POST", "url": f"{self.upstream.url}/{name}"}}), 201)
        agent = self.expect(self.admin.post(base + "/agents", {
            "name": "twostep", "provider": "scripted", "model": "s", "tools": ["first", "second"],
            "settings": {"script": [{"after_tool": "second", "say": "both done"}, {"after_tool": "first", "call": [{"tool": "second"}]},
                                    {"match": "go", "call": [{"tool": "first"}]}]}}), 201)
        begun = self.expect(self.admin.post(f"/agents/{agent['id']}/run", {"input": "go"}), 202)
        self.upstream.wait_for_caller("/second")
        self.crash()
        self.upstream.wait_for_caller("/second")
        self.upstream.release("/second")
        done = self.finished(begun["id"])
        self.assertEqual((done["status"], done["output"]["answer"]), ("completed", {"text": "both done"}))
        self.assertEqual((len(self.upstream.calls("/first")), len(self.upstream.calls("/second"))), (1, 2))

    def test_what_was_acknowledged_is_there(self):
        ids = [self.start(chain(transform("a", n=i)), wait_ms=0)["id"] for i in range(20)]
        self.crash()
        for id in ids:
            self.assertEqual(self.finished(id)["status"], "completed")
