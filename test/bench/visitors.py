"""Many idle visitors: each fetches one page and then stays connected, silent."""

import selectors
import socket
import time

import loopback

AT_ONCE = 100                   # visitors being served at a time
BATCH_SECONDS = 10              # a batch that takes longer has failed
READ_BYTES = 4096
PER_SOURCE = 1000               # visitors from one address; then the next of 127.1.0.0/16
IP_BIND_ADDRESS_NO_PORT = 24    # linux/in.h: choose the port at connect, so that it is not scarce


class Visitors:
    """Holds up to `count` connections in this process. `failed` counts those not served."""

    def __init__(self, port):
        self._port = port
        self._open = []
        self._dialled = 0
        self.failed = 0

    def arrive(self, count, budget_seconds):
        """Lets visitors come until count or the end of the budget; returns the seconds it took."""
        started = time.monotonic()
        while len(self._open) + self.failed < count:
            if time.monotonic() - started > budget_seconds:
                break
            self._batch(min(AT_ONCE, count - len(self._open) - self.failed))
        return time.monotonic() - started

    def present(self):
        return len(self._open)

    def lost(self):
        """Visitors whose connection was closed from the other side meanwhile."""
        gone = 0
        for visitor in self._open:
            try:
                gone += visitor.recv(1) == b""
            except BlockingIOError:
                continue
            except OSError:
                gone += 1
        return gone

    def leave(self):
        for visitor in self._open:
            visitor.close()
        self._open.clear()

    def _batch(self, size):
        with selectors.DefaultSelector() as selector:
            for _ in range(size):
                visitor = self._dial()
                selector.register(visitor, selectors.EVENT_WRITE, bytearray())
            deadline = time.monotonic() + BATCH_SECONDS
            while selector.get_map() and time.monotonic() < deadline:
                for key, _ in selector.select(timeout=1):
                    self._step(selector, key)
            for key in list(selector.get_map().values()):
                self._finish(selector, key.fileobj, served=False)

    def _dial(self):
        """From changing addresses: a front may limit the connections of one source."""
        visitor = socket.socket()
        visitor.setblocking(False)
        visitor.setsockopt(socket.IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1)
        visitor.bind((f"127.1.0.{1 + self._dialled // PER_SOURCE % 250}", 0))
        self._dialled += 1
        visitor.connect_ex((loopback.ADDRESS, self._port))
        return visitor

    def _step(self, selector, key):
        visitor, answer = key.fileobj, key.data
        try:
            if key.events == selectors.EVENT_WRITE:
                visitor.sendall(loopback.REQUEST)
                selector.modify(visitor, selectors.EVENT_READ, answer)
                return
            chunk = visitor.recv(READ_BYTES)
        except BlockingIOError:
            return
        except OSError:
            chunk = b""
        answer += chunk
        if not chunk or loopback.answer_complete(bytes(answer)):
            self._finish(selector, visitor, served=bool(chunk))

    def _finish(self, selector, visitor, served):
        selector.unregister(visitor)
        if served:
            self._open.append(visitor)
        else:
            visitor.close()
            self.failed += 1
