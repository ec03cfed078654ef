"""Visitors: one connection each, one request after the other."""

import socket

from target import ADDRESS, SMALL_BYTES

HOST = "counts.homeport.test"
VISIT_SECONDS = 30
MAX_HEAD_BYTES = 16 * 1024
BUFFER_BYTES = 256 * 1024


class Visitor:
    """A keep-alive connection to one of the relay's doors."""

    def __init__(self, port):
        self._socket = socket.create_connection((ADDRESS, port), timeout=VISIT_SECONDS)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._buffer = bytearray(BUFFER_BYTES)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._socket.close()

    def ask(self, count):
        """That many requests for 1 KB, each after the answer to the one before."""
        for _ in range(count):
            self._get("/1k", SMALL_BYTES)

    def download(self, wanted):
        """One answer of that many bytes."""
        self._get(f"/bytes/{wanted}", wanted)

    def _get(self, path, wanted):
        self._socket.sendall(f"GET {path} HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode())
        head, end = b"", ""
        while not end:
            head += self._receive(MAX_HEAD_BYTES)
            head, end, body = head.partition(b"\r\n\r\n")
        if b" 200 " not in head[:20]:
            raise OSError(f"{path} was answered by {head[:60]!r}")
        left = wanted - len(body)
        while left > 0:
            left -= len(self._receive(BUFFER_BYTES))
        if left < 0:
            raise OSError(f"{path} brought {-left} bytes too many")

    def _receive(self, most):
        count = self._socket.recv_into(self._buffer, most)
        if count == 0:
            raise OSError("the connection ended inside an answer")
        return memoryview(self._buffer)[:count]
