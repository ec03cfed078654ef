"""A server and a visitor who shake hands in TLS; then noise comes in records of full size.

To those between them it looks like a download over TLS, but nobody spends time on a cipher, so the
load costs no more than iperf3. By itself the server: noise.py PORT FOLDER (of cert.pem, key.pem).
"""

import os
import pathlib
import socket
import ssl
import sys
import threading
import time

from loopback import ADDRESS

SEALED_BYTES = 16 * 1024 + 17   # of a full record: plain bytes, their type, the tag
RECORDS_AT_ONCE = 8             # as much as iperf3 writes at once


def receive(port, host, seconds):
    """Bytes that came in these seconds. OSError also when nothing comes for so long."""
    deadline = time.monotonic() + seconds
    received, buffer = 0, bytearray(RECORDS_AT_ONCE * SEALED_BYTES)
    with greet(port, host, seconds) as source:
        while time.monotonic() < deadline:
            count = source.recv_into(buffer)
            if count == 0:
                raise ConnectionError("the download ended early")
            received += count
    return received


def greet(port, host, seconds):
    """A socket on which the handshake is done. Nobody's certificate is believed or doubted."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with socket.create_connection((ADDRESS, port), timeout=seconds) as plain:
        return _bare(context.wrap_socket(plain, server_hostname=host), seconds)


def _bare(tls, seconds=None):
    """The same connection without TLS on it."""
    bare = socket.socket(fileno=tls.detach())
    bare.settimeout(seconds)
    return bare


def _send(context, visitor, block):
    try:
        with visitor, _bare(context.wrap_socket(visitor, server_side=True)) as bare:
            while True:
                bare.sendall(block)
    except OSError:
        return                  # the visitor has left


def _serve(port, folder):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    record = b"\x17\x03\x03" + SEALED_BYTES.to_bytes(2, "big") + os.urandom(SEALED_BYTES)
    with socket.create_server((ADDRESS, port), backlog=64) as listener:
        while True:
            visitor, _ = listener.accept()
            threading.Thread(target=_send, args=(context, visitor, RECORDS_AT_ONCE * record),
                             daemon=True).start()


if __name__ == "__main__":
    _serve(int(sys.argv[1]), pathlib.Path(sys.argv[2]))
