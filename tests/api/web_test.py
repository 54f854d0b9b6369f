"""The pages of the program: what a browser is allowed to do with them, also when it has them already."""

import json

from tests.api.scenario import Scenario, on_every_store
from tests.support.server import ROOT


@on_every_store
class Web(Scenario):
    def test_a_page_that_is_asked_for_again_keeps_its_policy(self):
        first = self.server.raw("GET", "/projects")
        self.assertEqual(first.status, 200)
        self.assertIn("script-src", first.headers["Content-Security-Policy"])
        again = self.server.raw("GET", "/projects", headers={"If-None-Match": first.headers["ETag"]})
        self.assertEqual(again.status, 304)
        self.assertEqual(again.headers["Content-Security-Policy"], first.headers["Content-Security-Policy"])

    def test_data_may_do_nothing(self):
        for path in ["/openapi.json", "/healthz", "/api/v1/nothing"]:
            self.assertIn("default-src 'none'", self.server.raw("GET", path).headers["Content-Security-Policy"])

    def test_the_client_was_generated_from_this_description(self):
        """Where it was not: `qd openapi > web/openapi.json`, then `npm run api` in web/."""
        served = json.loads(self.server.raw("GET", "/openapi.json").body)
        self.assertEqual(served, json.loads((ROOT / "web/openapi.json").read_text()))
