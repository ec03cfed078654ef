"""The service at home: answers `GET /1k` and `GET /bytes/N`, keeps connections open."""

import socket
import threading

ADDRESS = "127.0.0.1"
SMALL_BYTES = 1024
PIECE = b"x" * (64 * 1024)
MAX_HEAD_BYTES = 16 * 1024
IDLE_SECONDS = 60


class Target:
    """Serves each connection in a thread of its own until stop()."""

    def __init__(self):
        self._listener = socket.create_server((ADDRESS, 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def stop(self):
        self._listener.shutdown(socket.SHUT_RDWR)   # wakes the thread in accept()
        self._listener.close()

    def _accept(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=_serve, args=(connection,), daemon=True).start()


def _serve(connection):
    with connection:
        connection.settimeout(IDLE_SECONDS)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            for path in _paths(connection):
                _answer(connection, path)
        except OSError:
            pass        # the visitor left, or the test is over


def _paths(connection):
    """The path of every request."""
    data = b""
    while True:
        head, end, data = data.partition(b"\r\n\r\n")
        if end:
            yield head.split(b" ", 2)[1].decode()
            continue
        data, more = head, connection.recv(MAX_HEAD_BYTES)
        if not more or len(data) > MAX_HEAD_BYTES:
            return
        data += more


def _answer(connection, path):
    wanted = SMALL_BYTES if path == "/1k" else int(path.removeprefix("/bytes/"))
    head = f"HTTP/1.1 200 OK\r\nContent-Length: {wanted}\r\n\r\n".encode()
    first = PIECE[:wanted]
    connection.sendall(head + first)
    left = wanted - len(first)
    while left:
        piece = PIECE[:left]
        connection.sendall(piece)
        left -= len(piece)
