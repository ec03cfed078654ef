"""What a connection has put on the wire, as the kernel counts it."""

import dataclasses
import re

from processes import Failure, find_program, run

HEADER_BYTES = 66               # of a segment: Ethernet, IPv4, TCP with timestamps
COUNT = re.compile(r"\b(bytes_sent|bytes_received|segs_out|segs_in):(\d+)")


@dataclasses.dataclass(frozen=True)
class Connection:
    local: str                  # address and port of the end that dialled
    bytes: int                  # so far, both directions, with headers


def connection_to(port):
    """The only one to this port of loopback."""
    ss = find_program("ss")
    if not ss:
        raise Failure("ss not found (apt-get install --no-install-recommends iproute2)")
    found = parse(run([ss, "-tinH", "state", "established", f"dport = :{port}"], 5))
    if len(found) != 1:
        raise Failure(f"{len(found)} connections to port {port} instead of one")
    return found[0]


def parse(text):
    """Of the output of ss: two lines for each connection, addresses and counters."""
    lines = text.splitlines()
    return [Connection(addresses.split()[2], _bytes(counters))
            for addresses, counters in zip(lines[::2], lines[1::2])]


def _bytes(counters):
    counts = {name: int(value) for name, value in COUNT.findall(counters)}
    segments = counts.get("segs_out", 0) + counts.get("segs_in", 0)
    return counts.get("bytes_sent", 0) + counts.get("bytes_received", 0) + HEADER_BYTES * segments
