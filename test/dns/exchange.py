"""Sends the same packets to all servers and collects what comes back, over UDP and over TCP."""
import contextlib
import select
import socket
import struct
import time

from questions import IGNORED, QUICK, SLOW

ADDRESS = "127.0.0.1"
BATCH = 100                     # on their way to one server at once
SLOW_BATCH = 200
QUIET_SECONDS = 0.3             # nothing more is expected after so long a silence
ALONE_SECONDS = 0.1             # the same for a request that is asked alone
TRIES, SLOW_TRIES = 4, 3        # a datagram may get lost; some are meant to stay unanswered
RECEIVE_BYTES = 1 << 21
TCP_SECONDS = 5
TCP_BATCH = 40


class Udp:
    def __init__(self, ports):
        self.sockets = {}
        for name, port in ports.items():
            sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BYTES)
            sock.connect((ADDRESS, port))
            sock.setblocking(False)
            self.sockets[name] = sock
        self.poll = select.poll()
        self.by_number = {sock.fileno(): name for name, sock in self.sockets.items()}
        for number in self.by_number:
            self.poll.register(number, select.POLLIN)

    def close(self):
        for sock in self.sockets.values():
            sock.close()

    def ask(self, requests):
        """[{server: answer or None}] in the order of the requests."""
        results = [{} for _ in requests]
        for pace, size, tries in ((QUICK, BATCH, TRIES), (SLOW, SLOW_BATCH, SLOW_TRIES),
                                  (IGNORED, SLOW_BATCH, SLOW_TRIES)):
            chosen = [i for i, request in enumerate(requests) if request.pace == pace]
            for first in range(0, len(chosen), size):
                self._ask_batch(requests, chosen[first:first + size], results, tries)
            if pace == SLOW:
                for i in chosen:    # alone: a neighbour may have been the reason
                    if len(results[i]) < len(self.sockets):
                        self._ask_batch(requests, [i], results, 1, ALONE_SECONDS)
        return results

    def _ask_batch(self, requests, chosen, results, tries, quiet=QUIET_SECONDS):
        waiting = {name: {requests[i].number: i for i in chosen if name not in results[i]}
                   for name in self.sockets}
        for _ in range(tries):
            for name, sock in self.sockets.items():
                for i in waiting[name].values():
                    with contextlib.suppress(OSError):
                        sock.send(requests[i].data)
            self._collect(waiting, results, quiet)
            if not any(waiting.values()):
                return

    def _collect(self, waiting, results, quiet):
        deadline = time.monotonic() + quiet
        while any(waiting.values()) and time.monotonic() < deadline:
            for number, _ in self.poll.poll(20):
                name = self.by_number[number]
                if self._drain(name, waiting[name], results):
                    deadline = time.monotonic() + quiet

    def _drain(self, name, waiting, results):
        count = 0
        while True:
            try:
                data = self.sockets[name].recv(65535)
            except OSError:
                return count
            index = waiting.pop(int.from_bytes(data[:2], "big"), None)
            if index is not None:
                results[index][name] = data
                count += 1


def ask_tcp(ports, requests):
    """As Udp.ask(), over a connection per server and TCP_BATCH requests."""
    results = [{} for _ in requests]
    for name, port in ports.items():
        for first in range(0, len(requests), TCP_BATCH):
            batch = list(enumerate(requests))[first:first + TCP_BATCH]
            for number, data in _ask_connection(port, [r.data for _, r in batch]):
                index = next((i for i, r in batch if r.number == number), None)
                if index is not None:
                    results[index][name] = data
    return results


def _ask_connection(port, datas):
    """Yields (id, answer) until all are there or the server ends it."""
    with socket.create_connection((ADDRESS, port), timeout=TCP_SECONDS) as sock:
        sock.sendall(b"".join(struct.pack(">H", len(data)) + data for data in datas))
        stream = sock.makefile("rb")
        for _ in datas:
            try:
                size = stream.read(2)
                data = stream.read(int.from_bytes(size, "big"))
            except OSError:
                return
            if len(data) < 2:
                return
            yield int.from_bytes(data[:2], "big"), data
