"""Work that is as large or as hostile as can be ends with its named code, and leaves all other work alone."""

import contextlib
import socket
import threading

from tests.api.executions_test import Running, chain, http as call, transform
from tests.api.scenario import on_every_store
from tests.support.fake_model import FakeModel


class RawService(contextlib.AbstractContextManager):
    """A service that answers each connection with `answer(peer)`: as wrong as a test needs it."""

    def __init__(self, answer):
        self.answer = answer
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}/"
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        with contextlib.suppress(OSError):
            while True:
                peer = self.listener.accept()[0]
                threading.Thread(target=self.serve, args=(peer,), daemon=True).start()

    def serve(self, peer):
        with contextlib.suppress(OSError), peer:
            peer.recv(65536)
            self.answer(peer)

    def __exit__(self, *_):
        self.listener.close()


def trickle(peer):
    """A byte now and then, for as long as somebody listens."""
    peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    peer.settimeout(0.05)
    while True:
        peer.sendall(b"x")
        try:
            if not peer.recv(1):
                return
        except TimeoutError:
            pass


def redirect_inside(peer):
    peer.sendall(b"HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/latest\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")


@on_every_store
class HostileWork(Running):
    @classmethod
    def setUpClass(cls):
        cls.model = FakeModel(lambda request: {"content": str(len(request["messages"][-1]["content"]))})
        cls.enterClassContext(cls.model)
        cls.environment = {"QD_MODELS_DEFAULT": cls.model.setting}
        super().setUpClass()

    def setUp(self):
        # A neighbour that goes on all the while.
        self.neighbour = self.start(chain({"id": "w", "type": "wait", "with": {"event": "end"}}, transform("z", n=1)), wait_ms=0)["id"]

    def tearDown(self):
        self.expect(self.admin.post(f"/executions/{self.neighbour}/signal", {"name": "end"}), 200)
        self.assertEqual(self.finished(self.neighbour)["status"], "completed")

    def fails(self, definition, code, **more):
        done = self.start(definition, **more)
        self.assertEqual((done["status"], done["error"]["code"]), ("failed", code), done["error"])
        return done

    def test_ten_thousand_nodes_run(self):
        nodes = [transform(f"n{i}", v=i) for i in range(10_000)]
        done = self.start(chain(*nodes, outputs={"last": "{{ steps.n9999.output.v }}"}), wait_ms=60_000)
        self.assertEqual((done["status"], done["output"]), ("completed", {"last": 9999}))
        self.assertEqual(len(self.steps(done["id"])), 10_000)

    def test_more_are_refused(self):
        definition = {"nodes": [transform(f"n{i}", v=1) for i in range(10_001)], "edges": []}
        answer = self.expect(self.admin.post("/workflows/validate", {"definition": definition}), 200)
        self.assertEqual([(fault["path"], fault["code"]) for fault in answer["problems"]], [("/nodes", "workflow.too_many_nodes")])

    def test_a_prompt_of_a_million_characters_reaches_the_model(self):
        say = {"id": "say", "type": "llm", "with": {"model": "fake", "prompt": "{{ input.text }}"}}
        done = self.start(chain(say, outputs={"said": "{{ steps.say.output.text }}"}), input={"text": "x" * 1_000_000})
        self.assertEqual((done["status"], done["output"]), ("completed", {"said": "1000000"}), done["error"])

    def test_a_workflow_that_calls_itself_ends(self):
        made = self.define(chain(transform("a", n=1)))
        nodes = chain({"id": "again", "type": "workflow", "with": {"workflow": made["name"]}})
        self.expect(self.admin.patch(f"/workflows/{made['id']}", {"definition": nodes}), 200)
        self.expect(self.admin.post(f"/workflows/{made['id']}/publish", {"note": "itself"}), 200)
        done = self.expect(self.admin.post(f"/workflows/{made['id']}/execute", {"wait_ms": 60_000}), 200)
        self.assertEqual((done["status"], done["error"]["code"]), ("failed", "workflow.too_deep"), done["error"])

    def test_an_expression_that_is_built_to_be_slow_is_stopped(self):
        rows = list(range(3_000))
        self.fails(chain(transform("a", n="{{ input.rows.map(x, input.rows.map(y, input.rows.filter(z, z > x + y))).size() }}")),
                   "expression.cost", input={"rows": rows})

    def test_an_output_over_the_limit_fails_its_step(self):
        text = "x" * 1_000_000
        self.fails(chain(transform("a", n="{{ [" + ", ".join(["input.text"] * 20) + "] }}")), "step.output_too_large", input={"text": text})

    def test_services_that_misbehave_have_their_own_codes(self):
        cut_off = lambda peer: peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
        garbage = lambda peer: peer.sendall(b"\x16\x03\x01 nothing that anybody knows\r\n\r\n")
        endless = lambda peer: (peer.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"),
                                [peer.sendall(b"100000\r\n" + b"x" * 0x100000 + b"\r\n") for _ in range(1_000)])
        for answer, code in [(trickle, "timeout"), (cut_off, "http.truncated"), (garbage, "http.malformed"),
                             (endless, "http.too_large")]:
            with self.subTest(code), RawService(answer) as service:
                self.fails(chain(call("x", service.url, timeout="2s")), code)

    def test_a_redirect_is_an_answer_and_leads_nowhere(self):
        with RawService(redirect_inside) as service:
            done = self.start(chain(call("x", service.url), outputs={"status": "{{ steps.x.output.status }}"}))
        self.assertEqual((done["status"], done["output"]), ("completed", {"status": 302}))
