"""Whoever uses the name service: people who sign up, programs that update, a look at the wire."""
import base64
import hashlib
import http.client
import itertools
import json
import socket
import ssl
import struct
import time

from test_names import query

PASSWORD = "correct horse battery"
PLAIN_PORT, TLS_PORT = 80, 443
A, AAAA, TXT = 1, 28, 16
FAMILIES = {A: socket.AF_INET, AAAA: socket.AF_INET6}


def solve(challenge, right=True):
    """The first nonce that fits a challenge as GET /v1/challenge gives it, or that does not."""
    for number in itertools.count():
        text = f"{challenge['challenge']}|{number}"
        digest = hashlib.sha256(text.encode()).digest()
        fits = int.from_bytes(digest, "big") >> (256 - challenge["bits"]) == 0
        if fits == right:
            return str(number)


def basic(user, secret):
    return "Basic " + base64.b64encode(f"{user}:{secret}".encode()).decode()


class Reply:
    """An answer of the service; `json` of what is none is the text."""

    def __init__(self, status, fields, text):
        self.status, self.fields, self.text = status, fields, text

    @property
    def json(self):
        return json.loads(self.text)

    @property
    def error(self):
        """The word of JSON for what is wrong; empty: nothing."""
        return "" if self.status < 400 else self.json["error"]

    def __repr__(self):
        return f"<{self.status} {self.text.strip()}>"


class Line:
    """A connection to the service that stays; `source` is what a trusted proxy says it comes from.
    What ends it raises OSError or http.client.HTTPException."""

    def __init__(self, lab, node, address, port=PLAIN_PORT, source=None, ca=None, bind=None):
        with lab.inside(node):
            sock = socket.create_connection((address, port), 30, bind and (bind, 0))
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if ca:
            sock = ssl.create_default_context(cafile=ca).wrap_socket(sock, server_hostname=address)
        self.source = source
        self.http = http.client.HTTPConnection(address, port)
        self.http.sock, self.http.auto_open = sock, 0

    def send(self, method, path, body=None, auth=None, source=None, agent="probe/1"):
        fields = {"User-Agent": agent}
        if source or self.source:
            fields["X-Forwarded-For"] = source or self.source
        if body is not None:
            fields["Content-Type"] = "application/json"
        if auth:
            fields["Authorization"] = auth if " " in auth else "Bearer " + auth
        self.http.request(method, path, None if body is None else json.dumps(body), fields)

    def receive(self):
        response = self.http.getresponse()
        return Reply(response.status, response.headers, response.read().decode())

    def call(self, *words, **rest):
        self.send(*words, **rest)
        return self.receive()

    def update(self, host, auth, **query_items):
        """dyndns2; the first line of the answer."""
        words = "".join(f"&{name}={value}" for name, value in query_items.items())
        return self.call("GET", f"/nic/update?hostname={host}{words}", auth=basic("-", auth))

    def sign_up(self, account, source=None):
        challenge = self.call("GET", "/v1/challenge", source=source).json
        return self.call("POST", "/v1/accounts", source=source, body={
            "account": account, "password": PASSWORD, "challenge": challenge["challenge"],
            "nonce": solve(challenge)})

    def token(self, account, source=None, **wish):
        """A new token of the account."""
        reply = self.call("POST", "/v1/tokens", wish, basic(account, PASSWORD), source)
        if reply.status != 201:
            raise AssertionError(f"no token for {account}: {reply}")
        return reply.json["token"]

    def take(self, name, token, source=None):
        return self.call("POST", "/v1/names", {"name": name}, token, source)

    def close(self):
        self.http.close()


def skip_name(data, at):
    while data[at]:
        if data[at] >= 0xC0:
            return at + 2
        at += data[at] + 1
    return at + 1


def read_answer(data, kind):
    """(response code, the data of the records of that type as text)."""
    flags, _, answers = struct.unpack_from(">3H", data, 2)
    at, found = skip_name(data, 12) + 4, []
    for _ in range(answers):
        at = skip_name(data, at)
        its_kind, _, _, size = struct.unpack_from(">2HIH", data, at)
        at += 10
        if its_kind == kind:
            octets = data[at:at + size]
            found.append(socket.inet_ntop(FAMILIES[kind], octets) if kind in FAMILIES
                         else octets[1:].decode())
        at += size
    return flags & 15, sorted(found)


class Wire:
    """Questions to the name server from a socket that stays."""

    def __init__(self, lab, node, address, timeout=2):
        with lab.inside(node):
            self.sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.sock.settimeout(timeout)
        self.sock.connect((address, 53))
        self.numbers = itertools.cycle(range(1, 65536))

    def ask(self, name, kind=A):
        """What the records are; [] when there is no such name."""
        number = next(self.numbers)
        self.sock.send(query(name, kind, number))
        while True:
            data = self.sock.recv(4096)
            if data[:2] == struct.pack(">H", number):
                return read_answer(data, kind)[1]

    def close(self):
        self.sock.close()


def percentile(values, share):
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


class Watch:
    """Asks the name server for one name over and over, from a thread, until `end()`."""

    def __init__(self, wire, name, expected, pause=0.02):
        self.wire, self.name, self.expected, self.pause = wire, name, expected, pause
        self.seconds, self.wrong, self.over = [], [], False

    def run(self):
        while not self.over:
            began = time.monotonic()
            try:
                answer = self.wire.ask(self.name)
            except OSError as error:
                answer = repr(error)
            self.seconds.append(time.monotonic() - began)
            if answer != self.expected:
                self.wrong.append(answer)
            time.sleep(self.pause)
