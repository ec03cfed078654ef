"""What the figures were taken on."""

import datetime
import os
import pathlib
import platform

from processes import Failure, find_program, run
from settings import ROOT


def describe():
    """Lines of "what: value"."""
    memory_gib = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {
        "date": datetime.date.today().isoformat(),
        "processor": f"{_processor()}, {os.cpu_count()} logical cores",
        "memory": f"{memory_gib:.0f} GiB",
        "kernel": f"{platform.system()} {platform.release()}",
        "system": _distribution(),
        "congestion control": _first_line("/proc/sys/net/ipv4/tcp_congestion_control"),
        "commit": _commit(),
    }


def load_average():
    return os.getloadavg()[0]


def load_versions():
    """Of the origin and the load generators."""
    nginx = run([find_program("sh"), "-c", f"{find_program('nginx')} -v 2>&1"], 5)
    wrk = run([find_program("sh"), "-c", f"{find_program('wrk')} -v 2>&1; true"], 5)
    iperf = run([find_program("iperf3"), "--version"], 5)
    return {"nginx": nginx.strip().rpartition("/")[2],
            "wrk": wrk.split()[1] if len(wrk.split()) > 1 else "unknown",
            "iperf3": iperf.split()[1]}


def _processor():
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _distribution():
    try:
        return platform.freedesktop_os_release()["PRETTY_NAME"]
    except (OSError, KeyError):
        return "unknown"


def _commit():
    git = find_program("git")
    try:
        return run([git, "-C", ROOT, "describe", "--always", "--dirty"], 5).strip()
    except (Failure, OSError):  # no git, no commit yet: the figures stand without it
        return "unknown"


def _first_line(path):
    try:
        return pathlib.Path(path).read_text().split("\n")[0]
    except OSError:
        return "unknown"
