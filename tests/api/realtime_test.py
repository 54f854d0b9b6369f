"""The WebSocket: who may follow what, in order and without gaps."""

from tests.api.executions_test import Running, chain, transform
from tests.api.scenario import on_every_store
from tests.support.websocket import WebSocket


@on_every_store
class Realtime(Running):
    def open(self, client=None):
        socket = WebSocket(self.server.port)
        self.addCleanup(socket.close)
        socket.send({"type": "auth", "token": (client or self.admin).token})
        self.assertEqual(socket.receive()["type"], "ready")
        return socket

    def follow(self, socket, id, after=0):
        socket.send({"type": "subscribe", "topics": [f"execution:{id}"], "after": after})
        notices = []
        while (message := socket.receive())["type"] != "ended":
            if "seq" in message:
                notices.append(message)
        return notices

    def test_events_come_in_order_and_again_from_where_one_was(self):
        done = self.start(chain(transform("a", n=1), transform("b", n=2)))
        notices = self.follow(self.open(), done["id"])
        self.assertEqual([notice["seq"] for notice in notices], list(range(1, done["revision"] + 1)))
        self.assertEqual((notices[0]["type"], notices[-1]["type"]), ("started", "finished"))
        self.assertEqual([notice["seq"] for notice in self.follow(self.open(), done["id"], after=2)], [notice["seq"] for notice in notices[2:]])

    def test_what_happens_later_comes_by_itself(self):
        begun = self.start(chain({"id": "w", "type": "wait", "with": {"event": "go"}}), wait_ms=0)
        socket = self.open()
        socket.send({"type": "subscribe", "topics": [f"execution:{begun['id']}"]})
        while socket.receive().get("type") != "step_waiting":
            pass
        self.expect(self.admin.post(f"/executions/{begun['id']}/signal", {"name": "go"}), 200)
        self.assertEqual([socket.receive()["type"] for _ in range(3)], ["step_completed", "finished", "ended"])

    def test_nobody_and_strangers_hear_nothing(self):
        done = self.start(chain(transform("a", n=1)))
        silent = WebSocket(self.server.port)
        self.addCleanup(silent.close)
        silent.send({"type": "subscribe", "topics": [f"execution:{done['id']}"]})
        self.assertEqual(silent.receive()["code"], "realtime.auth_first")
        self.assertIsNone(silent.receive())
        stranger = self.open(self.server.register(f"{done['id']}@example.com"))
        stranger.send({"type": "subscribe", "topics": [f"execution:{done['id']}"]})
        self.assertEqual(stranger.receive()["code"], "execution.not_found")

    def test_bad_messages_are_answered(self):
        socket = self.open()
        for message, code in [({"type": "fly"}, "validation"), ({"type": "subscribe", "topics": ["project:1"]}, "realtime.topic_not_available")]:
            socket.send(message)
            self.assertEqual(socket.receive()["code"], code)
        socket.send({"type": "ping"})
        self.assertEqual(socket.receive()["type"], "pong")
