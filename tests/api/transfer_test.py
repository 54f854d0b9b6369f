"""A project with everything in it travels: as an export, as a clone, as a template."""

import json

from tests.api.scenario import Scenario, on_every_store

WORKFLOW = {
    "name": "triage",
    "definition": {
        "nodes": [{"id": "think", "type": "agent", "with": {"agent": "AGENT", "input": "hello"}}],
        "edges": [],
    },
}


@on_every_store
class Transfer(Scenario):
    def fill(self, name):
        project = self.expect(self.admin.post("/projects", {"name": name, "tags": ["x"]}), 201)
        path = f"/projects/{project['id']}"
        self.expect(self.admin.call("PUT", f"{path}/variables/limit", {"value": {"n": 1}}), 200)
        credential = self.expect(
            self.admin.post(f"{path}/credentials", {"name": "key", "type": "bearer", "value": {"token": "s3cret"}}), 201
        )
        tool = self.expect(
            self.admin.post(
                f"{path}/tools",
                {
                    "name": "lookup",
                    "kind": "http",
                    "config": {"method": "GET", "url": "http://127.0.0.1:9/x"},
                    "credential_id": credential["id"],
                    "is_global": True,
                },
            ),
            201,
        )
        agent = self.expect(
            self.admin.post(
                f"{path}/agents",
                {"name": "clerk", "provider": "openai", "model": "m", "tools": [tool["id"]], "connection_id": credential["id"]},
            ),
            201,
        )
        text = json.dumps(WORKFLOW).replace("AGENT", agent["id"])
        self.expect(self.admin.post(f"{path}/workflows", json.loads(text)), 201)
        return project, {credential["id"], tool["id"], agent["id"]}

    def check(self, client, project):
        path = f"/projects/{project['id']}"
        tool = self.expect(client.get(f"{path}/tools?name=lookup"), 200)["items"]
        tool = [item for item in tool if item["project_id"] == project["id"]]
        self.assertEqual(tool[0]["credential_id"], "key")
        self.assertFalse(tool[0].get("is_global"))
        agent = self.expect(client.get(f"{path}/agents"), 200)["items"][0]
        self.assertEqual((agent["tools"], agent["connection_id"]), (["lookup"], "key"))
        workflow = self.expect(client.get(f"{path}/workflows"), 200)["items"][0]
        workflow = self.expect(client.get(f"/workflows/{workflow['id']}"), 200)
        self.assertEqual(workflow["definition"]["nodes"][0]["with"]["agent"], "clerk")
        self.assertFalse(self.expect(client.get(f"{path}/credentials"), 200)["items"][0]["filled"])

    def test_an_export_is_read_by_another_user_and_names_no_id_or_secret(self):
        project, ids = self.fill("Export")
        document = self.expect(self.admin.get(f"/projects/{project['id']}/export"), 200)
        text = json.dumps(document)
        self.assertNotIn("s3cret", text)
        self.assertEqual([id for id in ids if id in text], [])
        other = self.server.register("reader@example.com", "Rea")
        self.check(other, self.expect(other.post("/projects/import", document), 201))

    def test_a_public_template_is_cloned_and_begun_with_by_another_user(self):
        project, _ = self.fill("Template")
        self.expect(self.admin.call("PATCH", f"/projects/{project['id']}", {"is_public": True, "is_template": True}), 200)
        other = self.server.register("cloner@example.com", "Clo")
        self.check(other, self.expect(other.post(f"/projects/{project['id']}/clone", {"name": "Mine"}), 201))
        made = self.expect(other.post("/projects", {"name": "New", "template_id": project["id"]}), 201)
        self.assertEqual(made["tags"], ["x"])
        self.check(other, made)
