"""A service on the other side: answers as a test says, remembers what it was asked, and can keep a caller waiting."""

import http.server
import json
import threading


class Upstream:
    """Use as a context manager. `routes[path]` is an answer (status, body), a list of them (the last one stays),
    or a function of the request that makes one; a body that is a generator is streamed. `hold(path)` makes callers wait until `release(path)`."""

    def __init__(self):
        self.routes = {}
        self.requests = []
        self.arrived = {}
        self.held = {}
        self.lock = threading.Lock()

    def __enter__(self):
        upstream = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_any(self):
                length = int(self.headers.get("Content-Length") or 0)
                upstream.serve(self, self.rfile.read(length))

            do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = do_PATCH = handle_any

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        for gate in self.held.values():
            gate.set()
        self.server.shutdown()
        self.server.server_close()

    def hold(self, path):
        self.held[path] = threading.Event()
        self.arrived[path] = threading.Semaphore(0)

    def wait_for_caller(self, path, timeout=20):
        if not self.arrived[path].acquire(timeout=timeout):
            raise AssertionError(f"nobody called {path}")

    def release(self, path):
        self.held[path].set()

    def calls(self, path):
        with self.lock:
            return [request for request in self.requests if request["path"] == path]

    def serve(self, handler, body):
        path, _, query = handler.path.partition("?")
        request = {
            "method": handler.command,
            "path": path,
            "query": query,
            "headers": {name.lower(): value for name, value in handler.headers.items()},
            "body": body,
        }
        with self.lock:
            self.requests.append(request)
            answer = self.routes.get(path, (404, {"error": "no such path"}))
            if isinstance(answer, list):
                answer = answer.pop(0) if len(answer) > 1 else answer[0]
        if path in self.held:
            self.arrived[path].release()
            self.held[path].wait(60)
        if callable(answer):
            answer = answer(request)
        self.reply(handler, *answer)

    def reply(self, handler, status, body, headers=None):
        if hasattr(body, "__next__"):
            return self.stream(handler, status, body)
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        try:
            handler.send_response(status)
            for name, value in {"Content-Type": "application/json", **(headers or {})}.items():
                handler.send_header(name, value)
            handler.send_header("Content-Length", str(len(data)))
            handler.end_headers()
            handler.wfile.write(data)
        except OSError:
            pass  # the caller is gone

    @staticmethod
    def stream(handler, status, events):
        """Server-sent events, each written as it is made."""
        try:
            handler.send_response(status)
            handler.send_header("Content-Type", "text/event-stream")
            handler.send_header("Transfer-Encoding", "chunked")
            handler.end_headers()
            for event in events:
                data = f"data: {event if isinstance(event, str) else json.dumps(event)}\n\n".encode()
                handler.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
                handler.wfile.flush()
            handler.wfile.write(b"0\r\n\r\n")
        except OSError:
            pass  # the caller is gone
