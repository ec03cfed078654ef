"""DNS updates (RFC 2136) under TSIG (RFC 8945), made octet by octet: a test can send the same one
twice, sign it for another time, or send thousands without a program for each."""
import base64
import hashlib
import hmac
import pathlib
import socket
import struct
import sys
import time

from lab import RELAY

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "dns"))

import packets  # noqa: E402  (found only after the path above is set)

UPDATE = 5 << 11
TSIG, NONE, ANY_CLASS = 250, 254, 255
FUDGE = 300         # seconds
NOTZONE, BADTIME = 10, 18
PATIENCE = 5        # seconds for an answer


def wire(name):
    return packets.wire(name.encode().rstrip(b".").split(b"."))


class Key:
    """hmac-sha256, as programs of name servers know it."""

    def __init__(self, name):
        self.name = name
        self.secret = hashlib.sha256(name.encode()).digest()

    def secret_text(self):
        return base64.b64encode(self.secret).decode()

    def option(self):
        """After -y of dig, nsupdate and the like."""
        return f"hmac-sha256:{self.name}:{self.secret_text()}"

    def sign(self, message, at=None):
        """`at`: seconds since 1970, now if it is not given."""
        at = int(time.time()) if at is None else at
        name, algorithm = wire(self.name), wire("hmac-sha256")
        times = struct.pack(">HIH", at >> 32, at & 0xffffffff, FUDGE)
        no_error = struct.pack(">2H", 0, 0)
        signed = (message + name + struct.pack(">HI", ANY_CLASS, 0) + algorithm + times + no_error)
        mac = hmac.digest(self.secret, signed, "sha256")
        rdata = algorithm + times + struct.pack(">H", len(mac)) + mac + message[:2] + no_error
        more = struct.unpack_from(">H", message, 10)[0] + 1
        return (message[:10] + struct.pack(">H", more) + message[12:] + name
                + struct.pack(">2HIH", TSIG, ANY_CLASS, 0, len(rdata)) + rdata)


def record(owner, kind, rr_class, ttl, rdata):
    return wire(owner) + struct.pack(">2HIH", packets.NUMBERS[kind], rr_class, ttl,
                                     len(rdata)) + rdata


def add(owner, kind, data, ttl=60):
    """`data`: an address, or text of up to 255 octets."""
    if kind == "A":
        rdata = socket.inet_aton(data)
    else:
        rdata = bytes([len(data)]) + data.encode()
    return record(owner, kind, packets.IN, ttl, rdata)


def remove(owner, kind="ANY"):
    return record(owner, kind, ANY_CLASS, 0, b"")


def update(zone, *changes, number=1):
    return (packets.header(number, UPDATE, (1, 0, len(changes), 0))
            + packets.question(wire(zone), packets.SOA) + b"".join(changes))


def query(name, kind="A", number=1):
    return packets.header(number) + packets.question(wire(name), packets.NUMBERS[kind])


class Client:
    """Speaks UDP to the relay from a node of the lab."""

    def __init__(self, lab, node="vis1", patience=PATIENCE):
        with lab.inside(node):
            self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.settimeout(patience)
        self.socket.connect((RELAY, 53))

    def ask(self, message):
        """A packets.Message, or None: no answer in time. What answers earlier ones is skipped."""
        try:
            self.socket.send(message)
            while (answer := self.socket.recv(65535))[:2] != message[:2]:
                pass
        except OSError:
            return None
        return packets.read(answer)

    def rcode(self, message):
        answer = self.ask(message)
        return None if answer is None else packets.RCODES.get(answer.rcode, answer.rcode)

    def close(self):
        self.socket.close()
