"""Several nodes on one PostgreSQL: the work is shared, a dead node's goes on, a paused one can't write when it wakes."""

import os
import signal
import unittest

from tests.api.executions_test import Running, chain, http, transform
from tests.support.server import Server, postgres_url


@unittest.skipUnless(postgres_url(), "needs PostgreSQL")
class Nodes(Running):
    store = "postgres"
    environment = {"QD_ENGINE_LEASE": "1s"}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = Server("postgres", environment=cls.environment, beside=cls.server)
        cls.enterClassContext(cls.other)
        cls.there = cls.other.client(cls.admin.token)

    def begin_held(self, path, **more):
        """An execution whose step is on its way on this node."""
        self.upstream.routes[path] = (200, {"n": 1})
        self.upstream.hold(path)
        begun = self.start(chain(http("x", self.upstream.url + path, **more), transform("z", n="{{ steps.x.output.body.n + 1 }}"),
                                 outputs={"n": "{{ steps.z.output.n }}"}), wait_ms=0)
        self.upstream.wait_for_caller(path)
        return begun["id"]

    def test_a_dead_nodes_work_is_taken_over(self):
        id = self.begin_held("/dies")
        self.server.kill()
        self.addCleanup(self.server.start)
        self.upstream.wait_for_caller("/dies")
        self.upstream.release("/dies")
        self.assertEqual(self.finished(id, self.there)["output"], {"n": 2})
        self.assertEqual(len(self.upstream.calls("/dies")), 2)

    def test_a_once_call_of_a_dead_node_is_left_to_a_person(self):
        id = self.begin_held("/once", method="POST")
        self.server.kill()
        self.addCleanup(self.server.start)
        execution = self.until(id, "waiting", self.there)
        self.assertEqual(execution["waiting_for"], "answer")
        self.upstream.release("/once")
        self.assertEqual(len(self.upstream.calls("/once")), 1)

    def test_a_node_that_slept_past_its_lease_cannot_write(self):
        id = self.begin_held("/sleeps")
        os.kill(self.server.process.pid, signal.SIGSTOP)
        try:
            self.upstream.wait_for_caller("/sleeps")
            self.upstream.release("/sleeps")
            done = self.finished(id, self.there)
        finally:
            os.kill(self.server.process.pid, signal.SIGCONT)
        self.assertEqual(done["output"], {"n": 2})
        # The answer reaches the sleeper as well; what it makes of it stays unwritten.
        again = self.start(chain(transform("a", n=1)))
        self.assertEqual(again["status"], "completed")
        self.assertEqual(self.admin.get(f"/executions/{id}").json["revision"], done["revision"])
        self.assertEqual(len(self.upstream.calls("/sleeps")), 2)

    def test_a_child_and_its_parent_may_live_on_different_nodes(self):
        wait = {"id": "w", "type": "wait", "with": {"event": "far"}}
        ids = [self.start(chain(wait), wait_ms=0)["id"] for _ in range(5)]
        for id in ids:
            self.until(id, "waiting")
        told = self.there.post(f"/projects/{self.project}/events", {"type": "far"})
        self.assertEqual(self.expect(told, 200), {"delivered": 5})
        for id in ids:
            self.assertEqual(self.finished(id)["status"], "completed")

    def test_what_is_asked_of_any_node_reaches_the_one_that_has_the_execution(self):
        self.upstream.routes["/busy"] = (200, {})
        self.upstream.hold("/busy")
        begun = self.start({"name": "both", "edges": [], "nodes": [
            http("x", self.upstream.url + "/busy"),
            {"id": "w", "type": "wait", "with": {"event": "go"}},
            {"id": "ok", "type": "approval", "with": {"title": "Really?"}}]}, wait_ms=0)
        self.upstream.wait_for_caller("/busy")
        path = f"/executions/{begun['id']}"
        self.expect(self.there.post(f"{path}/resume"), 409, "execution.not_paused")
        self.assertEqual(self.expect(self.there.post(f"{path}/pause"), 200)["status"], "paused")
        self.assertEqual(self.expect(self.there.post(f"{path}/resume"), 200)["status"], "running")
        self.expect(self.there.post(f"{path}/signal", {"name": "stop"}), 404, "execution.not_waiting")
        self.assertEqual(self.expect(self.there.post(f"{path}/signal", {"name": "go"}), 200)["taken"], 1)
        approval = self.there.get(f"/approvals?execution_id={begun['id']}").json["items"][0]
        decided = self.expect(self.there.post(f"/approvals/{approval['id']}/decide", {"decision": "approved"}), 200)
        self.assertEqual(decided["status"], "approved")
        self.expect(self.there.post(f"/approvals/{approval['id']}/decide", {"decision": "rejected"}), 409, "approval.decided")
        # None of it took the execution from the node that has it: its call is still the first.
        self.upstream.release("/busy")
        self.assertEqual(self.finished(begun["id"], self.there)["status"], "completed")
        self.assertEqual(len(self.upstream.calls("/busy")), 1)

    def test_a_paused_node_is_not_waited_for_without_end(self):
        id = self.begin_held("/frozen")
        os.kill(self.server.process.pid, signal.SIGSTOP)
        try:
            # Its lease ends; whoever is asked takes the execution over.
            self.expect(self.there.post(f"/executions/{id}/pause"), 200)
        finally:
            os.kill(self.server.process.pid, signal.SIGCONT)
        self.upstream.release("/frozen")
        self.expect(self.there.post(f"/executions/{id}/cancel"), 200)

    def test_a_worker_on_another_node_gets_the_task(self):
        task = {"id": "t", "type": "task", "with": {"queue": "far"}}
        begun = self.start(chain(task), wait_ms=0)
        got = self.expect(self.there.post("/task-queues/far/poll", {"project_id": self.project, "wait_ms": 20_000}), 200)["items"]
        self.expect(self.there.post(f"/tasks/{got[0]['id']}/complete", {"token": got[0]["token"], "output": 1}), 200)
        self.assertEqual(self.finished(begun["id"])["status"], "completed")
