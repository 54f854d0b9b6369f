"""The WebSocket and the stream of events: who may follow what, in order and without gaps."""

import http.client
import json
import threading
import time
import unittest

from tests.api.executions_test import Running, chain, transform
from tests.api.scenario import on_every_store
from tests.support.server import Server, postgres_url
from tests.support.websocket import WebSocket


def wait_for(event, id="w"):
    return {"id": id, "type": "wait", "with": {"event": event}}


def large(count):
    """Each step has the whole input's text as its output."""
    return chain(*(transform(f"a{i}", text="{{ input.text }}") for i in range(count)))


class Following(Running):
    def open(self, client=None, port=None, **more):
        socket = WebSocket(port or self.server.port, **more)
        self.addCleanup(socket.close)
        socket.send({"type": "auth", "token": (client or self.admin).token})
        self.assertEqual(socket.receive()["type"], "ready")
        return socket

    def subscribe(self, socket, topic, **more):
        socket.send({"type": "subscribe", "topics": [topic], **more})
        answer = socket.receive()
        self.assertEqual(answer["type"], "subscribed", answer)
        return answer["seq"]

    def follow(self, socket, id, after=0):
        socket.send({"type": "subscribe", "topics": [f"execution:{id}"], "after": after})
        notices = []
        while (message := socket.receive())["type"] != "ended":
            if "at" in message:
                notices.append(message)
        return notices

    def hear(self, socket, *expected):
        """Of a project's topic: (type, status) of each change until all that is expected has come; the ids by type."""
        missing, ids = set(expected), {}
        while missing:
            message = socket.receive()
            missing.discard((message["type"], message["data"]["status"]))
            ids[message["type"]] = message["data"]["id"]
        return ids

    def new_project(self):
        return self.expect(self.admin.post("/projects/", {"name": f"P {time.time_ns()}"}), 201)["id"]

    def start_in(self, project, definition, client=None):
        path = f"/projects/{project}/workflows"
        workflow = self.expect(self.admin.post(path, {"name": f"w {time.time_ns()}", "definition": definition}), 201)
        answer = (client or self.admin).post(f"/workflows/{workflow['id']}/execute", {"input": {}, "wait_ms": 0})
        self.assertIn(answer.status, (200, 202), answer.body)
        return answer.json["id"]

    def streaming_agent(self, words):
        """An agent whose model says the words as the test lets it: one for each release of the semaphore."""
        go = threading.Semaphore(0)
        path = f"/v1-{time.time_ns()}"

        def said():
            for word in words:
                go.acquire(timeout=20)
                yield {"choices": [{"index": 0, "delta": {"content": word}}]}
            yield {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}], "usage": {"prompt_tokens": 1, "completion_tokens": 2}}
            yield "[DONE]"

        self.upstream.routes[path + "/chat/completions"] = lambda request: (200, said())
        agent = self.expect(self.admin.post(f"/projects/{self.project}/agents", {
            "name": f"speaker {time.time_ns()}", "provider": "openai", "model": "m", "settings": {"base_url": self.upstream.url + path}}), 201)
        return agent["name"], go


@on_every_store
class Realtime(Following):
    def test_events_come_in_order_and_again_from_where_one_was(self):
        done = self.start(chain(transform("a", n=1), transform("b", n=2)))
        notices = self.follow(self.open(), done["id"])
        self.assertEqual([notice["seq"] for notice in notices], list(range(1, done["revision"] + 1)))
        self.assertEqual((notices[0]["type"], notices[-1]["type"]), ("started", "finished"))
        self.assertEqual([notice["seq"] for notice in self.follow(self.open(), done["id"], after=2)], [notice["seq"] for notice in notices[2:]])

    def test_what_happens_later_comes_by_itself(self):
        begun = self.start(chain(wait_for("go")), wait_ms=0)
        socket = self.open()
        socket.send({"type": "subscribe", "topics": [f"execution:{begun['id']}"]})
        while socket.receive().get("type") != "step_waiting":
            pass
        self.expect(self.admin.post(f"/executions/{begun['id']}/signal", {"name": "go"}), 200)
        self.assertEqual([socket.receive()["type"] for _ in range(3)], ["step_completed", "finished", "ended"])

    def test_a_long_history_is_replayed_whole_to_a_client_that_reads(self):
        done = self.start(large(150), {"text": "x" * 20_000})
        notices = self.follow(self.open(), done["id"])
        self.assertEqual([notice["seq"] for notice in notices], list(range(1, done["revision"] + 1)))

    def test_nobody_and_strangers_hear_nothing(self):
        done = self.start(chain(transform("a", n=1)))
        silent = WebSocket(self.server.port)
        self.addCleanup(silent.close)
        silent.send({"type": "subscribe", "topics": [f"execution:{done['id']}"]})
        self.assertEqual(silent.receive()["code"], "realtime.auth_first")
        self.assertIsNone(silent.receive())
        stranger = self.open(self.server.register(f"{done['id']}@example.com"))
        for topic, code in [(f"execution:{done['id']}", "execution.not_found"), (f"project:{self.project}", "project.not_found")]:
            stranger.send({"type": "subscribe", "topics": [topic]})
            self.assertEqual(stranger.receive()["code"], code)

    def test_an_api_key_needs_the_scope(self):
        made = self.expect(self.admin.post("/api-keys", {"name": f"k{time.time_ns()}", "scopes": ["projects:read"]}), 201)
        socket = self.open(self.server.client(made["api_key"]))
        socket.send({"type": "subscribe", "topics": [f"project:{self.project}"]})
        self.assertEqual(socket.receive()["code"], "auth.scope")

    def test_bad_messages_are_answered(self):
        socket = self.open()
        for message, code in [({"type": "fly"}, "validation"), ({"type": "subscribe", "topics": ["moon:1"]}, "realtime.unknown_topic"),
                              ({"type": "subscribe", "topics": [f"project:{self.project}"], "after": 2**52}, "realtime.unknown_position")]:
            socket.send(message)
            self.assertEqual(socket.receive()["code"], code)
        socket.send({"type": "ping"})
        self.assertEqual(socket.receive()["type"], "pong")

    def test_a_newer_token_of_the_same_user_is_taken(self):
        socket = self.open()
        socket.send({"type": "auth", "token": self.admin.token})
        self.assertEqual(socket.receive()["type"], "ready")
        other = self.server.register(f"o{time.time_ns()}@example.com")
        socket.send({"type": "auth", "token": other.token})
        self.assertEqual(socket.receive()["code"], "realtime.other_user")

    def test_a_project_tells_of_its_executions_and_approvals(self):
        project = self.new_project()
        socket = self.open()
        self.subscribe(socket, f"project:{project}")
        self.start(chain(transform("elsewhere", n=1)))
        id = self.start_in(project, chain({"id": "ask", "type": "approval", "with": {"title": "May it?"}}, transform("b", n=1)))
        ids = self.hear(socket, ("execution", "waiting"), ("approval", "pending"))
        self.assertEqual(ids["execution"], id)
        self.expect(self.admin.post(f"/approvals/{ids['approval']}/decide", {"decision": "approved"}), 200)
        self.assertEqual(self.hear(socket, ("execution", "completed"), ("approval", "approved")), ids)

    def test_a_projects_changes_come_again_from_where_one_was(self):
        project = self.new_project()
        socket = self.open()
        position = self.subscribe(socket, f"project:{project}")
        socket.close()
        ids = {self.start_in(project, chain(transform("a", n=1))) for _ in range(5)}
        again = self.open()
        self.subscribe(again, f"project:{project}", after=position)
        seen = set()
        while seen != ids:
            message = again.receive()
            self.assertIn(message["data"]["id"], ids)
            if message["data"]["status"] == "completed":
                seen.add(message["data"]["id"])

    def test_whoever_leaves_a_project_hears_no_more_of_it(self):
        project = self.new_project()
        member = self.server.register(f"m{time.time_ns()}@example.com")
        members = f"/projects/{project}/members"
        self.expect(self.admin.post(members, {"user_id": member.user["id"], "role": "viewer"}), 201)
        socket = self.open(member)
        self.subscribe(socket, f"project:{project}")
        self.start_in(project, chain(transform("a", n=1)))
        self.assertEqual(socket.receive()["type"], "execution")
        self.assertIn(self.admin.delete(f"{members}/{member.user['id']}").status, (200, 204))
        deadline = time.monotonic() + 30
        message = {}
        while message.get("type") != "error" and time.monotonic() < deadline:
            self.start_in(project, chain(transform("a", n=1)))
            message = socket.receive()
        self.assertEqual(message.get("code"), "project.not_found")

    def test_a_client_that_does_not_read_is_told_and_dropped(self):
        done = self.start(large(60), {"text": "x" * 200_000})
        socket = self.open(buffer=4096)
        socket.send({"type": "subscribe", "topics": [f"execution:{done['id']}"]})
        time.sleep(11)  # the server's patience is ten seconds
        messages = []
        while (message := socket.receive()) is not None:
            messages.append(message)
        self.assertEqual(messages[-1].get("code"), "realtime.too_slow")
        self.assertEqual(socket.closed_with, 1013)
        self.assertLess(len(messages), done["revision"])

    def test_what_a_model_says_comes_while_it_says_it(self):
        name, go = self.streaming_agent(["Hel", "lo"])
        begun = self.start(chain({"id": "speak", "type": "agent", "with": {"agent": name, "input": "go"}}), wait_ms=0)
        socket = self.open()
        socket.send({"type": "subscribe", "topics": [f"execution:{begun['id']}"]})
        while socket.receive()["type"] != "step_started":
            pass
        stream = self.stream(begun["id"])
        while json.loads(self.next_event(stream)["data"])["type"] != "step_started":
            pass
        go.release()
        said = []
        while len(said) < 2:
            message = socket.receive()
            if message["type"] == "token":
                said.append(message)
                go.release()
        self.assertEqual([(one["data"]["step"], one["data"]["attempt"], one["data"]["offset"], one["data"]["text"]) for one in said],
                         [("speak", 1, 0, "Hel"), ("speak", 1, 3, "lo")])
        self.assertNotIn("seq", said[0])
        while (event := self.next_event(stream))["event"] != "token":
            pass
        self.assertNotIn("id", event)
        self.assertEqual(json.loads(event["data"])["data"]["text"], "Hel")
        self.assertEqual(self.finished(begun["id"])["status"], "completed")
        self.assertEqual([notice for notice in self.follow(self.open(), begun["id"]) if notice["type"] == "token"], [])

    def stream(self, id, port=None):
        connection = http.client.HTTPConnection("127.0.0.1", port or self.server.port, timeout=30)
        self.addCleanup(connection.close)
        connection.request("GET", f"/api/v1/executions/{id}/events", headers={"Authorization": f"Bearer {self.admin.token}"})
        response = connection.getresponse()
        self.assertEqual(response.status, 200)
        return response

    def next_event(self, response):
        event = {}
        while True:
            line = response.readline().decode().rstrip("\n")
            if not line and "data" in event:
                return event
            name, _, value = line.partition(": ")
            if name:
                event[name] = value


@unittest.skipUnless(postgres_url(), "needs PostgreSQL")
class TwoNodes(Following):
    """Two servers on one PostgreSQL: what one runs, the other tells of."""

    store = "postgres"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = Server("postgres", beside=cls.server)
        cls.enterClassContext(cls.other)

    def test_an_execution_is_followed_from_the_other_node(self):
        begun = self.start(chain(wait_for("go"), transform("b", n=1)), wait_ms=0)
        socket = self.open(port=self.other.port)
        socket.send({"type": "subscribe", "topics": [f"execution:{begun['id']}"]})
        while socket.receive().get("type") != "step_waiting":
            pass
        self.expect(self.admin.post(f"/executions/{begun['id']}/signal", {"name": "go"}), 200)
        types = []
        while not types or types[-1] != "ended":
            types.append(socket.receive()["type"])
        self.assertEqual(types[-2:], ["finished", "ended"])

    def test_a_project_is_followed_from_the_other_node(self):
        project = self.new_project()
        socket = self.open(port=self.other.port)
        self.subscribe(socket, f"project:{project}")
        ids = {self.start_in(project, chain(transform("a", n=1))) for _ in range(10)}
        seen = set()
        while seen != ids:
            message = socket.receive()
            if message["data"]["status"] == "completed":
                seen.add(message["data"]["id"])

    def test_what_a_model_says_reaches_the_other_node(self):
        words = [f"{i};" for i in range(3000)]
        name, go = self.streaming_agent(words)
        begun = self.start(chain({"id": "speak", "type": "agent", "with": {"agent": name, "input": "go"}}), wait_ms=0)
        socket = self.open(port=self.other.port)
        socket.send({"type": "subscribe", "topics": [f"execution:{begun['id']}"]})
        while socket.receive().get("type") != "step_started":
            pass
        # The model talks until the wish to hear it has come to its node.
        heard = threading.Event()

        def talk():
            while not heard.wait(0.02):
                go.release()
            go.release(len(words))

        talking = threading.Thread(target=talk)
        talking.start()
        self.addCleanup(talking.join)
        self.addCleanup(heard.set)
        while (message := socket.receive())["type"] != "token":
            pass
        heard.set()
        said = message["data"]
        self.assertTrue("".join(words)[said["offset"]:].startswith(said["text"]), said)
        while socket.receive()["type"] != "ended":
            pass
