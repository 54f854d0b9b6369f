"""Deny by default: every route of the document answers 401 to nobody, but those that say they are public."""

import json
import re

from tests.api.scenario import Scenario, on_every_store


@on_every_store
class Permissions(Scenario):
    def routes(self):
        document = json.loads(self.server.raw("GET", "/openapi.json").body)
        for path, item in document["paths"].items():
            for method, operation in item.items():
                yield method.upper(), re.sub(r"\{[^}]+\}", "0", path), operation

    def test_nobody_gets_in_anywhere(self):
        public = set()
        for method, path, operation in self.routes():
            if operation["security"] == []:
                public.add(operation["operationId"])
                continue
            answer = self.server.raw(method, path, b"{}", {"Content-Type": "application/json"})
            self.assertEqual(answer.status, 401, f"{method} {path}")
        self.assertEqual(public, {"register", "login", "refresh", "getSetupStatus"})

    def test_a_key_without_scope_gets_nowhere(self):
        made = self.expect(self.admin.post("/api-keys", {"name": "narrow", "scopes": ["audit:read"]}), 201)
        client = self.server.client(made["api_key"])
        for method, path, operation in self.routes():
            if operation["security"] == [] or "audit:read" in operation.get("description", ""):
                continue
            answer = self.server.raw(method, path, b"{}", {"Content-Type": "application/json", "X-API-Key": client.token})
            self.assertEqual(answer.status, 403, f"{method} {path}: {answer.body}")

    def test_operation_ids_are_unique_and_every_route_has_a_summary(self):
        ids = [operation["operationId"] for _, _, operation in self.routes()]
        self.assertEqual(len(ids), len(set(ids)))
        self.assertTrue(all(operation["summary"] for _, _, operation in self.routes()))
