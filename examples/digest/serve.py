#!/usr/bin/env python3
"""Serves the pages in site/, so that there is something to fetch. How to start it: see serving.py."""

import functools
import http.server
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from serving import serve  # noqa: E402


class Pages(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


if __name__ == "__main__":
    site = pathlib.Path(__file__).resolve().parent / "site"
    sys.exit(serve(functools.partial(Pages, directory=str(site))))
