"""Scenario tests run on every store: each class here starts one server a store for all its tests."""

import unittest

from tests.support.server import Server, stores


class Scenario(unittest.TestCase):
    """Derive, and decorate with `on_every_store`; `self.server`, `self.admin` are there."""

    store = None
    environment = {}

    @classmethod
    def setUpClass(cls):
        if cls.store is None:
            raise unittest.SkipTest("the base of the store classes")
        cls.server = Server(cls.store, cls.environment)
        cls.server.__enter__()
        cls.addClassCleanup(cls.server.__exit__)
        cls.admin = cls.server.register("admin@example.com", "Ada Admin")

    def expect(self, answer, status, code=None):
        self.assertEqual(answer.status, status, answer.body[:2000])
        if code:
            self.assertEqual(answer.code, code, answer.body)
        return answer.json


def on_every_store(cls):
    """Puts one class a store in the place of `cls`."""
    import sys

    module = sys.modules[cls.__module__]
    for store in stores():
        name = f"{cls.__name__}_{store}"
        setattr(module, name, type(name, (cls,), {"store": store, "__module__": cls.__module__}))
    return None
