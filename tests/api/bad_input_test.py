"""Whatever arrives, the answer is a precise 4xx and the server goes on."""

import base64
import hashlib
import hmac
import json
import socket
import time

from tests.api.scenario import Scenario, on_every_store
from tests.support.server import PASSWORD


def encode(part):
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()


def forged(header, claims, key=b""):
    text = f"{encode(header)}.{encode(claims)}"
    signature = base64.urlsafe_b64encode(hmac.new(key, text.encode(), hashlib.sha256).digest()).rstrip(b"=").decode()
    return f"{text}.{signature if key else ''}"


@on_every_store
class BadInput(Scenario):
    def tearDown(self):
        self.assertEqual(self.server.raw("GET", "/healthz").status, 200)

    def create(self, body, **kw):
        return self.admin.call("POST", "/projects/", body, **kw)

    def test_malformed_json_says_where(self):
        problem = self.expect(self.create("{\n  nope"), 400, "json.syntax")
        self.assertIn("line 2", problem["detail"])
        self.assertTrue(problem["request_id"])

    def test_wrong_types_are_listed_with_their_paths(self):
        problem = self.expect(self.create({"name": 7, "tags": "x", "is_public": "yes"}), 422, "validation")
        self.assertEqual({error["path"] for error in problem["errors"]}, {"/name", "/tags", "/is_public"})

    def test_unknown_fields_are_refused_by_name(self):
        problem = self.expect(self.create({"name": "x", "colour": "red"}), 422)
        self.assertEqual([(e["path"], e["code"]) for e in problem["errors"]], [("/colour", "unknown_field")])

    def test_nul_and_invalid_utf8(self):
        self.expect(self.create('{"name":"a\\u0000b"}'), 400, "json.nul")
        self.expect(self.create(b'{"name":"a\xff"}'), 400, "json.utf8")
        self.expect(self.admin.get("/projects/search?q=%ff"), 400)
        self.expect(self.admin.get("/projects/%00"), 400)

    def test_bodies_over_the_limit_are_not_read(self):
        with socket.create_connection(("127.0.0.1", self.server.port), timeout=30) as peer:
            peer.sendall(
                b"POST /api/v1/projects/ HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                b"Content-Length: 104857600\r\n\r\n"
            )
            self.assertIn(b" 413 ", peer.recv(4096).split(b"\r\n")[0])

    def test_deep_nesting(self):
        self.expect(self.create('{"name":"x","settings":' + '{"a":' * 10_000 + "1" + "}" * 10_000 + "}"), 400, "json.depth")

    def test_numbers_out_of_range(self):
        self.expect(self.create('{"name":"x","settings":{"n":1e999}}'), 400, "json.number")
        self.expect(self.create('{"name":"x","settings":{"n":18446744073709551616000}}'), 201)
        for limit in ["-1", "0", "201", "99999999999999999999", "x", "1.5"]:
            self.expect(self.admin.get(f"/projects/?limit={limit}"), 422)

    def test_tokens_that_are_not_ours(self):
        claims = {"sub": self.admin.user["id"], "role": "admin", "iat": int(time.time()), "exp": int(time.time()) + 900}
        for token in [
            forged({"alg": "none", "typ": "JWT"}, claims),
            forged({"alg": "HS256", "typ": "JWT"}, claims, b"somebody else's key of at least thirty-two bytes"),
            self.admin.token[:-4] + "AAAA",
            "a.b.c",
            "x" * 10_000,
        ]:
            self.expect(self.server.client(token).get("/auth/me"), 401)
        self.expect(self.server.client().get("/auth/me"), 401)

    def test_another_users_ids_do_not_exist(self):
        mine = self.expect(self.create({"name": "Mine alone"}), 201)
        other = self.server.register(f"other-{time.time_ns()}@example.com")
        self.expect(other.get(f"/projects/{mine['id']}"), 404, "project.not_found")
        self.expect(other.put(f"/projects/{mine['id']}", {"name": "Theirs"}), 404)
        self.expect(other.delete(f"/projects/{mine['id']}"), 404)

    def test_path_traversal(self):
        for path in ["/../../etc/passwd", "/..%2f..%2fetc%2fpasswd", "/assets/%2e%2e/%2e%2e/etc/passwd", "/%5c..%5cetc"]:
            answer = self.server.raw("GET", path)
            self.assertNotIn(b"root:", answer.body)
            self.assertLess(answer.status, 500)

    def test_duplicate_email_in_other_case(self):
        email = f"Some.One-{time.time_ns()}@Example.com"
        self.server.register(email)
        answer = self.server.client().post(
            "/auth/register", {"email": email.swapcase(), "password": PASSWORD, "full_name": "Again"}
        )
        self.expect(answer, 409, "user.email_taken")

    def test_sql_and_script_in_every_string(self):
        evil = "'; DROP TABLE projects; -- <script>alert(1)</script> \" OR 1=1 %' _ \\"
        made = self.expect(self.create({"name": evil, "description": evil, "tags": ["'; DROP TABLE x; -- <script>"]}), 201)
        self.assertEqual(made["name"], evil)
        self.assertEqual(self.expect(self.admin.get(f"/projects/{made['id']}"), 200)["description"], evil)
        for query in ["%27%3B+DROP", "%22", "*", "AND+OR+NOT", "(", "a:b", "-", "NEAR(", "%25", "%3Cscript%3E"]:
            found = self.expect(self.admin.get(f"/projects/search?q={query}"), 200)
            self.assertNotIn("<script>", json.dumps([item["highlights"] for item in found["items"]]))

    def test_unknown_methods_types_and_addresses(self):
        self.expect(self.admin.call("PATCH", "/projects/"), 405)
        self.expect(self.admin.get("/nothing"), 404)
        self.expect(self.create("name=x", headers={"Content-Type": "application/x-www-form-urlencoded"}), 415)

    def test_stale_writes_are_refused(self):
        made = self.admin.post("/projects/", {"name": "Stale"})
        path = f"/projects/{made.json['id']}"
        self.expect(self.admin.patch(path, {"description": "1"}, headers={"If-Match": made.headers["ETag"]}), 200)
        self.expect(self.admin.patch(path, {"description": "2"}, headers={"If-Match": made.headers["ETag"]}), 412)

    def test_idempotency_key(self):
        key = {"Idempotency-Key": f"k-{time.time_ns()}"}
        first = self.expect(self.create({"name": "Once"}, headers=key), 201)
        again = self.expect(self.create({"name": "Once"}, headers=key), 201)
        self.assertEqual(first["id"], again["id"])
        self.expect(self.create({"name": "Twice"}, headers=key), 409, "idempotency.mismatch")

    def test_garbage_instead_of_http(self):
        for bytes_ in [b"\x16\x03\x01\x02\x00" + b"\x00" * 64, b"GET / HTTP/9.9\r\n\r\n", b"\r\n" * 1000, b"A" * 100_000]:
            with socket.create_connection(("127.0.0.1", self.server.port), timeout=30) as peer:
                try:
                    peer.sendall(bytes_)
                    peer.shutdown(socket.SHUT_WR)
                    while peer.recv(4096):
                        pass
                except OSError:
                    pass
