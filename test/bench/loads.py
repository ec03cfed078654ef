"""The loads: iperf3 for bulk, wrk for requests. Each returns plain numbers or raises Failure."""

import concurrent.futures
import dataclasses
import json
import pathlib
import subprocess
import time

import loopback
import noise
from processes import Failure, begin, cpu_seconds, find_program, run
from settings import HOST, INTERACTIVE

GRACE_SECONDS = 15              # beyond the asked duration before a load is given up
MAX_FAILED = 0.01               # share of failed requests beyond which a figure means nothing
PAUSE_MS = 20                   # between the requests of one visitor in the mixed test
BULK_LEAD_SECONDS = 1           # the bulk stream runs this long before the requests start
WRK_SCRIPT = pathlib.Path(__file__).with_name("wrk_summary.lua")


@dataclasses.dataclass(frozen=True)
class Place:
    """Where requests go."""

    port: int
    host: str = HOST


@dataclasses.dataclass(frozen=True)
class Bulk:
    gbit_per_s: float
    cpu_s_per_gb: float         # GB = 1e9 bytes


@dataclasses.dataclass(frozen=True)
class Requests:
    per_s: float
    p50_us: float
    p99_us: float
    cpu_us: float               # per request
    failed: int                 # requests without a good answer
    answered: int


def bulk(port, streams, seconds, pids):
    """Downloads as many bytes as go through in these seconds."""
    before = cpu_seconds(pids)
    received = _received(run(_iperf_command(port, streams, seconds), seconds + GRACE_SECONDS))
    spent = cpu_seconds(pids) - before
    return Bulk(received["bits_per_second"] / 1e9, spent / (received["bytes"] / 1e9))


def tls_bulk(port, streams, seconds, pids):
    """As bulk(), from the server in noise.py."""
    before = cpu_seconds(pids)
    with concurrent.futures.ThreadPoolExecutor(streams) as threads:
        parts = [threads.submit(noise.receive, port, HOST, seconds) for _ in range(streams)]
        gigabytes = sum(part.result() for part in parts) / 1e9
    spent = cpu_seconds(pids) - before
    return Bulk(gigabytes * 8 / seconds, spent / gigabytes)


def requests(port, visitors, seconds, pids, close=False, pause_ms=0):
    """GET /1k again and again; with close each time on a new connection."""
    return requests_to([Place(port)], visitors, seconds, pids, close, pause_ms)


def requests_to(places, visitors, seconds, pids, close=False, pause_ms=0):
    """As requests(); the visitors are spread over the places."""
    before = cpu_seconds(pids)
    output = run(_wrk_command(places, visitors, seconds, close, pause_ms),
                 seconds + GRACE_SECONDS)
    spent = cpu_seconds(pids) - before
    found = _summary(output)
    return Requests(found["requests"] / (found["duration_us"] / 1e6), found["p50_us"],
                    found["p99_us"], spent * 1e6 / found["requests"], found["errors"],
                    found["requests"])


def requests_beside_bulk(door, seconds, pids):
    """Paced visitors while one bulk stream runs from before their start to after their end."""
    length = seconds + BULK_LEAD_SECONDS + 1
    stream = begin(_iperf_command(door.bulk_port, 1, length))
    try:
        time.sleep(BULK_LEAD_SECONDS)
        found = requests(door.http_port, INTERACTIVE, seconds, pids, pause_ms=PAUSE_MS)
        output = stream.communicate(timeout=GRACE_SECONDS)[0]
    except subprocess.TimeoutExpired:
        raise Failure("the bulk stream did not end in time") from None
    finally:
        if stream.poll() is None:
            stream.kill()
            stream.communicate()
    return found, _received(output)["bits_per_second"] / 1e9


def _iperf_command(port, streams, seconds):
    return [find_program("iperf3"), "-c", loopback.ADDRESS, "-p", port, "-R", "-P", streams,
            "-t", seconds, "-J", "--connect-timeout", 3000]


def _received(output):
    try:
        report = json.loads(output)
    except ValueError:
        raise Failure(f"iperf3 printed no report: {output.strip()[-120:]}") from None
    if "error" in report:
        raise Failure(f"iperf3: {report['error']}")
    received = report["end"]["sum_received"]
    if received["bytes"] == 0:
        raise Failure("iperf3 received nothing")
    return received


def _wrk_command(places, visitors, seconds, close, pause_ms):
    headers = ["-H", "Connection: close"] if close else []
    return [find_program("wrk"), f"-t{len(places)}", f"-c{visitors}", f"-d{seconds}s",
            "-s", WRK_SCRIPT, *headers, f"http://{loopback.ADDRESS}:{places[0].port}/1k", "--",
            pause_ms, *(word for place in places for word in (place.port, place.host))]


def _summary(output):
    lines = [line for line in output.splitlines() if line.startswith("SUMMARY ")]
    if not lines:
        raise Failure("wrk printed no summary")
    found = json.loads(lines[0].removeprefix("SUMMARY "))
    if found["requests"] == 0:
        raise Failure("wrk got no answer")
    if found["errors"] > found["requests"] * MAX_FAILED:
        raise Failure(f"{found['errors']} requests failed, {found['requests']} were answered")
    return found
