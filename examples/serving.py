"""What the examples' small services have in common: serve on a free port of this machine, alone or around a command.

    service.py [--port 8901]                      serves until it is stopped
    service.py qd run … --set weather_url={url}   serves while the command runs, {url} being the service's address
"""

import http.server
import subprocess
import sys
import threading


def serve(handler, arguments=None):
    """Serves with `handler`, a class for http.server; the exit code."""
    arguments = sys.argv[1:] if arguments is None else list(arguments)
    port = 0
    if arguments[:1] == ["--port"]:
        port, arguments = int(arguments[1]), arguments[2:]
    server = http.server.ThreadingHTTPServer(("127.0.0.1", port), handler)
    url = f"http://127.0.0.1:{server.server_port}"
    if not arguments:
        print(f"serving {url}", flush=True)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            pass
        return 0
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return subprocess.call([argument.replace("{url}", url) for argument in arguments])
