#!/usr/bin/env python3
"""The instruments in a visitor's namespace. Each prints JSON lines on stdout.

    visitor.py download KIND ADDRESS PORT HOST PATH BYTES_PER_SECOND
    visitor.py visits EVERY_SECONDS PATH KIND:ADDRESS:PORT:HOST...    until SIGTERM
    visitor.py idle COUNT ADDRESS PORT                                until stdin ends

KIND is http, tcp (both plain; HOST goes into the Host field) or tls (HOST is the SNI name too).
"""
import hashlib
import json
import signal
import socket
import ssl
import sys
import threading
import time

RECEIVE_BUFFER = 512 << 10  # bytes; the kernel doubles it
SILENCE = 150               # seconds without a byte after which a download gives up
VISIT_TIMEOUT = 60          # seconds
PROGRESS_EVERY = 0.1        # seconds

# Made once: loading the system's authorities, not needed here, takes longer than a visit.
TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
TLS.check_hostname, TLS.verify_mode = False, ssl.CERT_NONE


def say(**fields):
    print(json.dumps(fields), flush=True)


def connect(kind, address, port, host, timeout):
    sock = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
    sock.settimeout(timeout)
    sock.connect((address, int(port)))
    if kind == "tls":
        sock = TLS.wrap_socket(sock, server_hostname=host, suppress_ragged_eofs=False)
    return sock


def request(host, path):
    return f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode()


def read_head(sock):
    """(status, fields in lower case, first bytes of the body)"""
    data = b""
    while b"\r\n\r\n" not in data:
        got = sock.recv(4096)
        if not got:
            raise ConnectionError(f"closed after {len(data)} bytes of the head")
        data += got
    head, body = data.split(b"\r\n\r\n", 1)
    lines = head.decode("latin-1").split("\r\n")
    pairs = (line.partition(":") for line in lines[1:])
    return int(lines[0].split()[1]), {k.strip().lower(): v.strip() for k, _, v in pairs}, body


class Body:
    """What has arrived of a download, and the longest time it stood still."""

    def __init__(self, first):
        self.digest, self.bytes, self.stall = hashlib.sha256(first), len(first), 0.0
        self.last = self.began = self.told = time.monotonic()

    def add(self, data):
        now = time.monotonic()
        self.stall, self.last = max(self.stall, now - self.last), now
        self.digest.update(data)
        self.bytes += len(data)
        if now - self.told > PROGRESS_EVERY:
            self.told = now
            say(progress=self.bytes)


def download(kind, address, port, host, path, rate):
    """Reads at `rate` bytes per second; after a stall it does not hurry to catch up."""
    sock = connect(kind, address, port, host, SILENCE)
    sock.sendall(request(host, path))
    status, fields, first = read_head(sock)
    size, body, ended = int(fields.get("content-length", -1)), Body(first), "complete"
    due = time.monotonic()
    try:
        while body.bytes != size:
            data = sock.recv(65536)
            if not data:
                ended = "closed"
                break
            body.add(data)
            due = max(due + len(data) / float(rate), body.last - 0.05)
            if due > body.last:
                time.sleep(due - body.last)
    except (OSError, ssl.SSLError) as error:
        ended = "reset" if isinstance(error, ConnectionResetError) else repr(error)
    body.stall = max(body.stall, time.monotonic() - body.last)
    say(status=status, size=size, bytes=body.bytes, sha256=body.digest.hexdigest(), ended=ended,
        longest_stall=round(body.stall, 3), seconds=round(time.monotonic() - body.began, 3))


def visit(began, path, kind, address, port, host):
    """One visit on its own connection; times in seconds."""
    start, first, status, error, fields = time.monotonic(), None, 0, "", {}
    try:
        with connect(kind, address, port, host, VISIT_TIMEOUT) as sock:
            sock.sendall(request(host, path))
            status, fields, body = read_head(sock)
            first = time.monotonic() - start
            size = int(fields.get("content-length", 1 << 60))
            while len(body) < size and (data := sock.recv(65536)):
                body += data
            if "content-length" in fields and len(body) != size:
                error = f"{len(body)} bytes of {size}"
    except (OSError, ValueError) as problem:
        error = repr(problem)
    return {"kind": kind, "start": round(start - began, 3), "status": status, "error": error,
            "first_byte": first and round(first, 3), "retry_after": fields.get("retry-after"),
            "body": "" if error else body[:100].decode("latin-1")}


def visits(every, path, *targets):
    """A new visitor every so many seconds, to each target in turn; all are waited for."""
    stop, threads, results = threading.Event(), [], []
    signal.signal(signal.SIGTERM, lambda number, frame: stop.set())
    began, count = time.monotonic(), 0
    say(began=time.time())
    while not stop.wait(max(0.0, began + count * float(every) - time.monotonic())):
        kind, address, port, host = targets[count % len(targets)].split(":")
        thread = threading.Thread(
            target=lambda *args: results.append(visit(began, path, *args)),
            args=(kind, address, port, host))
        thread.start()
        threads.append(thread)
        count += 1
    for thread in threads:
        thread.join()
    say(visits=sorted(results, key=lambda one: one["start"]))


def idle(count, address, port):
    """Visitors who come and say nothing."""
    socks, refused = [], 0
    for _ in range(int(count)):
        sock = socket.socket()
        sock.settimeout(10)
        try:
            sock.connect((address, int(port)))
            socks.append(sock)
        except OSError:
            refused += 1
    say(open=len(socks), refused=refused)
    sys.stdin.read()
    ended = 0
    for sock in socks:
        sock.setblocking(False)
        try:
            ended += sock.recv(1) == b""
        except BlockingIOError:
            pass
        except OSError:
            ended += 1
        sock.close()
    say(ended_early=ended)


if __name__ == "__main__":
    {"download": download, "visits": visits, "idle": idle}[sys.argv[1]](*sys.argv[2:])
