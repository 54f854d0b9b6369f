"""How the benchmarks measure: wrk, the machine's own limits, memory, and one way to print a figure."""

import os
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("QD_BINARY", str(ROOT / "build/release/qd"))

CONNECTIONS = 64


def line(name, value, unit="", ratio=None, of=""):
    beside = f"  {ratio:.2f} of {of}" if ratio is not None else ""
    print(f"{name:<44} {value:>12,.1f} {unit:<12}{beside}", flush=True)


def seconds_of(text):
    number, unit = re.match(r"([\d.]+)(us|ms|s|m)", text).groups()
    return float(number) * {"us": 1e-6, "ms": 1e-3, "s": 1, "m": 60}[unit]


def wrk(url, seconds, script=None):
    """Requests a second and the 99th percentile in seconds; fails where an answer was no success."""
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--latency", url]
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as file:
        if script:
            file.write(script)
            file.flush()
            command[1:1] = ["-s", file.name]
        out = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    if "Non-2xx" in out or "Socket errors" in out:
        raise SystemExit(f"{url}: {out}")
    return float(re.search(r"Requests/sec:\s+([\d.]+)", out).group(1)), seconds_of(re.search(r"^\s+99%\s+(\S+)", out, re.M).group(1))


def get_script(token):
    return f'wrk.headers["Authorization"] = "Bearer {token}"'


def post_script(token, body):
    return f"""
wrk.method = "POST"
wrk.headers["Authorization"] = "Bearer {token}"
wrk.headers["Content-Type"] = "application/json"
local n = 0
request = function()
  n = n + 1
  return wrk.format(nil, nil, nil, string.format([[{body}]], n))
end
"""


def resident_mib(process):
    status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+)", status).group(1)) / 1024


def bare_rate(seconds):
    process = subprocess.Popen([ROOT / "build/release/bare_server"], stdout=subprocess.PIPE, text=True)
    try:
        rate, _ = wrk(f"http://127.0.0.1:{process.stdout.readline().strip()}/", seconds)
        line("bare Beast server", rate, "requests/s")
        return rate
    finally:
        process.terminate()
        process.wait()


def limits(seconds):
    out = subprocess.run([ROOT / "build/release/limits", str(seconds)], check=True, capture_output=True, text=True).stdout
    print(out, end="")
    return {name.strip(): float(value) for name, value in re.findall(r"^(.*?)\s{2,}(\d+) per second", out, re.M)}
