"""A model server as small as one can be: OpenAI's Chat Completions, answered by a function of the messages."""

import http.server
import json
import threading


class FakeModel:
    """Use as a context manager. `answer(request)` gives the assistant's message; `requests` keeps what was asked."""

    def __init__(self, answer):
        self.answer = answer
        self.requests = []

    def __enter__(self):
        model = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                length = int(self.headers.get("Content-Length", 0))
                request = json.loads(self.rfile.read(length))
                model.requests.append(request)
                message = {"role": "assistant", "content": None, **model.answer(request)}
                finish = "tool_calls" if message.get("tool_calls") else "stop"
                body = json.dumps(
                    {
                        "id": "chatcmpl-1",
                        "object": "chat.completion",
                        "model": request["model"],
                        "choices": [{"index": 0, "message": message, "finish_reason": finish}],
                        "usage": {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120},
                    }
                ).encode()
                self.send_response(200 if self.path == "/v1/chat/completions" else 404)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()

    @property
    def setting(self):
        """For `models.default`."""
        return f"http://127.0.0.1:{self.server.server_port}/v1?model=fake"


def call(number, tool, **arguments):
    """One tool call of an assistant's message."""
    return {"id": f"call_{number}", "type": "function", "function": {"name": tool, "arguments": json.dumps(arguments)}}
