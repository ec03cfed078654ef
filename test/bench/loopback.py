"""Ports and plain HTTP on 127.0.0.1."""

import pathlib
import random
import socket

from settings import BODY_BYTES, HOST

ADDRESS = "127.0.0.1"
LOWEST_PORT = 10_000
MAX_TRIES = 500
LISTEN_STATE, HEX_ADDRESS = "0A", "0100007F:"     # in /proc/net/tcp
MAX_ANSWER_BYTES = 8192
REQUEST = f"GET /1k HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode()

_given = set()


def free_port():
    """A port nobody listens on, below the range the kernel uses for outgoing connections."""
    for _ in range(MAX_TRIES):
        port = random.randrange(LOWEST_PORT, _first_ephemeral_port())
        if port not in _given and _can_listen(port):
            _given.add(port)
            return port
    raise OSError("no free port on 127.0.0.1 (end some listeners)")


def serves(port):
    """Whether GET /1k on this port brings the whole body."""
    try:
        with socket.create_connection((ADDRESS, port), timeout=2) as visitor:
            visitor.sendall(REQUEST)
            return _read_answer(visitor)
    except OSError:
        return False


def listens(port):
    try:
        socket.create_connection((ADDRESS, port), timeout=2).close()
        return True
    except OSError:
        return False


def has_listener(port):
    """As listens(), but without connecting: some servers take every connection for a client."""
    return port in listening_ports()


def listening_ports():
    sockets = (line.split()[1:4] for line
               in pathlib.Path("/proc/net/tcp").read_text().splitlines()[1:])
    return {int(local.removeprefix(HEX_ADDRESS), 16) for local, _, state in sockets
            if state == LISTEN_STATE and local.startswith(HEX_ADDRESS)}


def answer_complete(data):
    """Whether these bytes are a whole 200 answer with the expected body."""
    head, separator, body = data.partition(b"\r\n\r\n")
    return bool(separator) and b" 200 " in head[:20] and len(body) == BODY_BYTES


def _read_answer(visitor):
    data = b""
    while len(data) < MAX_ANSWER_BYTES and not answer_complete(data):
        chunk = visitor.recv(MAX_ANSWER_BYTES)
        if not chunk:
            return False
        data += chunk
    return answer_complete(data)


def _first_ephemeral_port():
    text = pathlib.Path("/proc/sys/net/ipv4/ip_local_port_range").read_text()
    first = int(text.split()[0])
    return first if first > LOWEST_PORT + 2 * MAX_TRIES else 32_768


def _can_listen(port):
    with socket.socket() as probe:
        try:
            probe.bind((ADDRESS, port))
            return True
        except OSError:
            return False
