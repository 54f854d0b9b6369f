"""A real server for tests that talk HTTP: started from the built binary, on a free port, on either store."""

import http.client
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile
import uuid

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BINARY = os.environ.get("QD_BINARY", str(ROOT / "build/release/qd"))
PASSWORD = "correct horse battery staple"


def postgres_url():
    return os.environ.get("QD_TEST_POSTGRES")


def stores():
    return ["sqlite", "postgres"] if postgres_url() else ["sqlite"]


class Answer:
    def __init__(self, response):
        self.status = response.status
        self.headers = response.headers
        self.body = response.read()

    @property
    def json(self):
        return json.loads(self.body) if self.body else None

    @property
    def code(self):
        return self.json["code"]


class Server:
    """Use as a context manager; `restart` and `kill` keep the data. `beside` is a node on the same PostgreSQL."""

    def __init__(self, store="sqlite", environment=None, beside=None):
        self.store = store
        self.beside = beside
        self.data = tempfile.mkdtemp(prefix="qd-api-")
        if beside:
            shutil.copy(os.path.join(beside.data, "secrets.toml"), self.data)
        self.environment = {
            "QD_BCRYPT_COST": "4",
            "QD_RATE_LIMIT_REQUESTS_PER_MINUTE": "0",
            "QD_RATE_LIMIT_AUTH_PER_MINUTE": "0",
            "QD_OUTBOUND_ALLOW": "127.0.0.0/8",
            **(environment or {}),
        }
        self.database = None
        self.process = None

    def __enter__(self):
        if self.beside:
            self.database = self.beside.database
        elif self.store == "postgres":
            self.database = "qd_api_" + uuid.uuid4().hex
            self._sql(f'CREATE DATABASE "{self.database}"')
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()
        if self.database and not self.beside:
            self._sql(f'DROP DATABASE IF EXISTS "{self.database}" WITH (FORCE)')
        shutil.rmtree(self.data, ignore_errors=True)

    def _sql(self, statement):
        subprocess.run(["psql", "-q", "-d", postgres_url(), "-c", statement], check=True, stdout=subprocess.DEVNULL)

    def _database_url(self):
        url = postgres_url()
        head, _, query = url.partition("?")
        scheme, _, rest = head.partition("://")
        authority = rest.split("/")[0]
        return f"{scheme}://{authority}/{self.database}" + (f"?{query}" if query else "")

    def start(self):
        command = [BINARY, "serve", "--port", "0", "--data", self.data]
        if self.database:
            command += ["--database", self._database_url()]
        self.log = open(os.path.join(self.data, "server.log"), "ab")
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=self.log, env=self._variables()
        )
        for line in self.process.stdout:
            found = re.search(rb"http://127\.0\.0\.1:(\d+)", line)
            if found:
                self.port = int(found.group(1))
                return
        self.process.wait()
        raise RuntimeError("the server did not start:\n" + self.log_text())

    def _variables(self):
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("QD_")}
        return {**inherited, **self.environment}

    def log_text(self):
        return pathlib.Path(self.data, "server.log").read_text()

    def kill(self):
        """SIGKILL: as a power cut would."""
        self.process.kill()
        self._reap()

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self._reap()
                raise
        if self.process:
            self._reap()

    def _reap(self):
        self.process.wait()
        self.process.stdout.close()
        self.log.close()
        code, self.process = self.process.returncode, None
        return code

    def raw(self, method, path, body=None, headers=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, path, body=body, headers=headers or {})
            return Answer(connection.getresponse())
        finally:
            connection.close()

    def client(self, token=None):
        return Client(self, token)

    def register(self, email, name="Somebody"):
        """A signed-in client for a new account."""
        anonymous = self.client()
        answer = anonymous.post("/auth/register", {"email": email, "password": PASSWORD, "full_name": name})
        assert answer.status == 201, answer.body
        client = anonymous.login(email)
        client.user = answer.json
        return client


class Client:
    def __init__(self, server, token=None):
        self.server = server
        self.token = token
        self.user = None

    def call(self, method, path, body=None, headers=None):
        headers = dict(headers or {})
        if self.token:
            headers.setdefault("Authorization", f"Bearer {self.token}")
        if body is not None and not isinstance(body, (bytes, str)):
            body = json.dumps(body)
        if body is not None:
            headers.setdefault("Content-Type", "application/json")
            body = body.encode() if isinstance(body, str) else body
        target = path if path.startswith("//") else "/api/v1" + path
        return self.server.raw(method, target.replace("//", "/", 1), body, headers)

    def get(self, path, **kw):
        return self.call("GET", path, **kw)

    def post(self, path, body=None, **kw):
        return self.call("POST", path, {} if body is None else body, **kw)

    def put(self, path, body, **kw):
        return self.call("PUT", path, body, **kw)

    def patch(self, path, body, **kw):
        return self.call("PATCH", path, body, **kw)

    def delete(self, path, **kw):
        return self.call("DELETE", path, **kw)

    def login(self, email, password=PASSWORD):
        answer = self.post("/auth/login", {"email": email, "password": password})
        assert answer.status == 200, answer.body
        client = Client(self.server, answer.json["access_token"])
        client.tokens = answer.json
        return client
