"""The engine's own figures: pure steps, effect steps, maps, what waits, and how it comes back after SIGKILL."""

import http.client
import json
import pathlib
import re
import statistics
import subprocess
import time
import urllib.request

from measure import CONNECTIONS, ROOT, limits, line, post_script, resident_mib, wrk
from tests.support.server import Server, stores

SEQUENCE = 40
WAITING = 10_000
ITEMS = 100_000


def chain(nodes, **more):
    edges = [{"from": a["id"], "to": b["id"]} for a, b in zip(nodes, nodes[1:])]
    return {"nodes": nodes, "edges": edges, **more}


def transform(index):
    return {"id": f"n{index}", "type": "transform", "with": {"set": {"n": "{{ input.n + %d }}" % index}}}


class Bench:
    """A server with a project, and one connection to it that is kept."""

    def __init__(self, server):
        self.server = server
        self.client = server.register("bench@example.com")
        self.project = self.client.post("/projects/", {"name": "bench"}).json["id"]
        self.connection = http.client.HTTPConnection("127.0.0.1", server.port)

    def define(self, name, definition):
        return self.client.post(f"/projects/{self.project}/workflows", {"name": name, "definition": definition}).json["id"]

    def execute(self, workflow, body):
        headers = {"Authorization": f"Bearer {self.client.token}", "Content-Type": "application/json"}
        self.connection.request("POST", f"/api/v1/workflows/{workflow}/execute", json.dumps(body), headers)
        answer = self.connection.getresponse()
        return json.loads(answer.read())

    def url(self, workflow):
        return f"http://127.0.0.1:{self.server.port}/api/v1/workflows/{workflow}/execute"

    def total(self, status):
        return self.client.get(f"/executions?limit=1&status={status}&project_id={self.project}").json["total"]


def peak_mib(process):
    status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+)", status).group(1)) / 1024


def pure_sequence(bench, store):
    workflow = bench.define("forty", chain([transform(i) for i in range(SEQUENCE)]))
    times = []
    for n in range(300):
        begun = time.perf_counter()
        done = bench.execute(workflow, {"input": {"n": n}, "wait_ms": 10_000})
        times.append(time.perf_counter() - begun)
        assert done["status"] == "completed", done
    line(f"{store}: {SEQUENCE} pure nodes, started and waited for, p50", statistics.median(times) * 1000, "ms")


def ten_nodes(bench, store, seconds):
    workflow = bench.define("ten", chain([transform(i) for i in range(10)]))
    script = post_script(bench.client.token, '{"input":{"n":%d},"wait_ms":10000}')
    rate, p99 = wrk(bench.url(workflow), seconds, script)
    line(f"{store}: 10-node pure workflows, {CONNECTIONS} clients", rate, "executions/s")
    line(f"{store}: their p99", p99 * 1000, "ms")


def effect_steps(bench, store, seconds, group, single, service):
    nodes = [{"id": f"h{i}", "type": "http", "with": {"url": service}} for i in range(SEQUENCE)]
    workflow = bench.define("effects", chain(nodes))
    times = []
    for _ in range(10):
        begun = time.perf_counter()
        done = bench.execute(workflow, {"wait_ms": 60_000})
        times.append((time.perf_counter() - begun) / SEQUENCE)
        assert done["status"] == "completed", done
    line(f"{store}: an effect step among {SEQUENCE}", statistics.median(times) * 1000, "ms", statistics.median(times) * single, "commits' latency")

    known, begun = answers(service), time.perf_counter()
    wrk(bench.url(workflow), seconds, post_script(bench.client.token, '{"input":{"n":%d},"wait_ms":60000}'))
    # Each step is begun and ended: two transitions. Executions that are half done count half.
    rate = (answers(service) - known) * 2 / (time.perf_counter() - begun)
    line(f"{store}: step transitions, {CONNECTIONS} executions at once", rate, "per second", rate / group, "raw group commit")


def big_map(bench, store):
    definition = {
        "nodes": [{"id": "each", "type": "map", "with": {"items": "{{ input.items }}", "body": {
            "nodes": [{"id": "x", "type": "transform", "with": {"set": {"n": "{{ item * 2 }}"}}}]}}}],
        "outputs": {"size": "{{ size(steps.each.output) }}"}}
    workflow = bench.define("map", definition)
    begun = time.perf_counter()
    done = bench.execute(workflow, {"input": {"items": list(range(ITEMS))}, "wait_ms": 120_000})
    took = time.perf_counter() - begun
    assert done.get("output") == {"size": ITEMS}, str(done)[:500]
    line(f"{store}: map over {ITEMS:,} pure items", ITEMS / took, "items/s")
    line(f"{store}: peak memory with it", peak_mib(bench.server.process), "MiB")


def waiting(bench, store, service):
    """Many executions wait; then the server is killed, and what is due is dispatched by the next one."""
    nodes = [{"id": "w", "type": "wait", "with": {"until": "{{ input.until }}"}}, {"id": "h", "type": "http", "with": {"url": service}}]
    workflow = bench.define("waiting", chain(nodes))
    until = time.time() + 60
    moment = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(until))
    body = json.dumps({"input": {"until": moment}})
    script = post_script(bench.client.token, body.replace("%", "%%") + "%.0s")
    begun = time.perf_counter()
    wrk_count(bench.url(workflow), script, WAITING)
    line(f"{store}: {WAITING:,} executions begun to wait", WAITING / (time.perf_counter() - begun), "executions/s")
    while (begun_to_wait := bench.total("waiting")) < WAITING:
        time.sleep(0.1)
    line(f"{store}: resident while they wait", resident_mib(bench.server.process), "MiB")
    known = answers(service)
    bench.server.kill()
    time.sleep(max(0, until + 1 - time.time()))
    begun = time.perf_counter()
    bench.server.start()
    line(f"{store}: start to ready with them due", (time.perf_counter() - begun) * 1000, "ms")
    while answers(service) < known + begun_to_wait and time.perf_counter() < begun + 60:
        time.sleep(0.02)
    line(f"{store}: start to all of their steps dispatched", time.perf_counter() - begun, "s")
    bench.client = bench.client.login("bench@example.com")
    while bench.total("waiting") + bench.total("running") > 0 and time.perf_counter() < begun + 60:
        time.sleep(0.02)
    line(f"{store}: start to all of them done", time.perf_counter() - begun, "s")
    line(f"{store}: peak memory with it", peak_mib(bench.server.process), "MiB")


def answers(service):
    with urllib.request.urlopen(service + "count") as answer:
        return int(answer.read())


def wrk_count(url, script, count):
    """At least `count` requests, in rounds of a second."""
    done = 0
    while done < count:
        rate, _ = wrk(url, 1, script)
        done += rate


def bench_engine(options):
    known = limits(options.seconds)
    bare = subprocess.Popen([ROOT / "build/release/bare_server"], stdout=subprocess.PIPE, text=True)
    service = f"http://127.0.0.1:{bare.stdout.readline().strip()}/"
    try:
        for store in stores():
            group = known[f"{store}_raw_commits_of_{CONNECTIONS}"]
            single = known.get(f"{store}_raw_commits_of_1", group)
            with Server(store) as server:
                bench = Bench(server)
                pure_sequence(bench, store)
                ten_nodes(bench, store, options.seconds)
                effect_steps(bench, store, options.seconds, group, single, service)
            with Server(store) as server:
                big_map(Bench(server), store)
            with Server(store) as server:
                waiting(Bench(server), store, service)
    finally:
        bare.terminate()
        bare.wait()
