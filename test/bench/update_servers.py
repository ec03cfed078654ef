"""Name servers that take updates, and what changes names in them: nsupdate, and wrk over http."""

import base64
import contextlib
import hashlib
import http.client
import itertools
import json
import pathlib
import re
import socket
import statistics
import struct
import tempfile
import threading
import time

import loopback
from name_servers import KEY, KNOT_KEY, SECRET
from processes import Child, Failure, cpu_seconds, find_program, run, wait_until
from table import cell, render

ZONE, SERVICE = "upd.example", "dyn.example"
BATCH = 100                     # changes of one message in the second test
ACCOUNTS, NAMES_EACH = 5, 1000
DIFFICULTY = 8                  # bits of the proof of work
PASSWORD = "correct horse battery"
CONNECTIONS = 50
PROBES = 300                    # updates followed to the answer on the wire
WRK_SCRIPT = pathlib.Path(__file__).with_name("wrk_updates.lua")

HOMEPORT = """\
[relay]
name = "bench"
state_dir = "{folder}/relay"
listen = ["127.0.0.1:{spare}"]
public_address = "127.0.0.1:{spare}"
control = "{folder}/relay.sock"
[dns]
listen = ["127.0.0.1:{port}"]
workers = 1
rate_limit = 0
[log]
level = "warn"
[[key]]
name = "{key}"
secret = "{secret}"
update = ["*.{zone}"]
[[zone]]
name = "{zone}"
records = ["@ NS ns1", "ns1 A 127.0.0.1"]
[[zone]]
name = "{service}"
records = ["@ NS ns1", "ns1 A 127.0.0.1"]
[names]
listen = ["127.0.0.1:{http}"]
zones = ["{service}"]
names_per_account = {names_each}
difficulty = {difficulty}
sign_ups_per_day = 0
rate_limit = 0
change_interval = "0s"
quarantine = "0s"
allow_private = true
"""
NAMED = """\
key "{key}" {{ algorithm hmac-sha256; secret "{secret}"; }};
options {{
    directory "{folder}"; pid-file "{folder}/named.pid"; session-keyfile "{folder}/session.key";
    listen-on port {port} {{ 127.0.0.1; }}; listen-on-v6 {{ none; }};
    recursion no; dnssec-validation no; notify no; minimal-responses yes;
}};
controls {{ }};
zone "{zone}" {{ type primary; file "{folder}/zone"; allow-update {{ key "{key}"; }}; }};
"""
KNOT = """\
server:
    listen: 127.0.0.1@{port}
    udp-workers: 1
    rundir: {folder}
database:
    storage: {folder}
""" + KNOT_KEY + """\
zone:
  - domain: {zone}
    file: {folder}/zone
    acl: updates
    zonefile-sync: -1
"""
ZONE_TEXT = """\
$ORIGIN {zone}.
$TTL 60
@ SOA ns1 hostmaster 1 3600 600 86400 60
@ NS ns1
ns1 A 127.0.0.1
"""
SETTINGS = {"homeport": HOMEPORT, "named": NAMED, "knotd": KNOT}


class Server:
    """One server with its files in `folder`."""

    def __init__(self, name, folder, homeport):
        self.name, self.port, self.http = name, loopback.free_port(), loopback.free_port()
        self._folder = folder
        folder.mkdir(mode=0o700)
        values = {"folder": folder, "zone": ZONE, "service": SERVICE, "port": self.port,
                  "http": self.http, "key": KEY, "secret": SECRET, "names_each": NAMES_EACH,
                  "difficulty": DIFFICULTY, "spare": loopback.free_port()}
        self._settings = folder / "settings"
        self._settings.write_text(SETTINGS[name].format(**values))
        self._settings.chmod(0o600)
        (folder / "zone").write_text(ZONE_TEXT.format(zone=ZONE))
        self._program = homeport if name == "homeport" else find_program(name)

    def start(self):
        words = {"homeport": ["relay", "--config", self._settings],
                 "named": ["-g", "-n", "2", "-c", self._settings],
                 "knotd": ["-c", self._settings]}[self.name]
        self.child = Child(self.name, [self._program, *words], self._folder / "log")
        wait_until(self.name, self._answers, [self.child], 20)

    def _answers(self):
        return loopback.listens(self.port) and run(
            [find_program("dig"), "+short", "+tries=1", "+timeout=1", "-p", self.port,
             "@127.0.0.1", f"ns1.{ZONE}"], 5).strip() == "127.0.0.1"

    def update(self, count, per_message, round_number):
        """Changes a second by one nsupdate, and CPU us for each."""
        script = self._folder / "updates"
        with script.open("w", encoding="ascii") as out:
            out.write(f"server 127.0.0.1 {self.port}\nzone {ZONE}\n")
            for number in range(count):
                name = f"h{number % 1000:04d}.{ZONE}"
                out.write(f"update delete {name} A\nupdate add {name} 60 A "
                          f"10.{round_number}.{number >> 8 & 255}.{number & 255}\n")
                if number % per_message == per_message - 1:
                    out.write("send\n")
        before, began = cpu_seconds([self.child.pid]), time.monotonic()
        said = run([find_program("nsupdate"), "-y", f"hmac-sha256:{KEY}:{SECRET}", script], 120)
        took = time.monotonic() - began
        self.child.require_running()
        if said.strip():
            raise Failure(f"{self.name}: nsupdate said {said.strip()[:200]}")
        return count / took, (cpu_seconds([self.child.pid]) - before) * 1e6 / count


class Client:
    """Somebody with a connection to the name service."""

    def __init__(self, port):
        self._line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def ask(self, method, path, body=None, authorization=None):
        fields = {"User-Agent": "bench/1"}
        if authorization:
            fields["Authorization"] = authorization
        if body is not None:
            fields["Content-Type"] = "application/json"
            body = json.dumps(body)
        self._line.request(method, path, body, fields)
        answer = self._line.getresponse()
        text = answer.read().decode()
        if answer.status >= 400:
            raise Failure(f"{method} {path}: {answer.status} {text.strip()}")
        return text


def basic(user, secret):
    return "Basic " + base64.b64encode(f"{user}:{secret}".encode()).decode()


def solve(challenge):
    for number in itertools.count():
        digest = hashlib.sha256(f"{challenge['challenge']}|{number}".encode()).digest()
        if int.from_bytes(digest, "big") >> (256 - challenge["bits"]) == 0:
            return str(number)


def sign_up(port, account):
    """An account's token."""
    client = Client(port)
    challenge = json.loads(client.ask("GET", "/v1/challenge"))
    client.ask("POST", "/v1/accounts",
               {"account": account, "password": PASSWORD, "challenge": challenge["challenge"],
                "nonce": solve(challenge)})
    made = client.ask("POST", "/v1/tokens", {"label": "bench"}, basic(account, PASSWORD))
    return json.loads(made)["token"]


def take_names(port, account, token):
    client = Client(port)
    for number in range(NAMES_EACH):
        client.ask("POST", "/v1/names", {"name": f"{account}{number:04d}.{SERVICE}"},
                   "Bearer " + token)


def fill_service(server):
    """Accounts and their names; returns the tokens by account."""
    tokens = {f"acc{number}": "" for number in range(ACCOUNTS)}
    for account in tokens:
        tokens[account] = sign_up(server.http, account)
    takers = [threading.Thread(target=take_names, args=(server.http, account, token))
              for account, token in tokens.items()]
    for taker in takers:
        taker.start()
    for taker in takers:
        taker.join()
    return tokens


def load_service(server, tokens, seconds, change):
    """(requests a second, p99 in ms, CPU us for each)"""
    words = [f"{account}:{basic('x', token)}" for account, token in tokens.items()]
    before = cpu_seconds([server.child.pid])
    output = run([find_program("wrk"), "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "-s",
                  WRK_SCRIPT, f"http://127.0.0.1:{server.http}", "--",
                  "change" if change else "same", SERVICE, NAMES_EACH, *words], seconds + 30)
    used = cpu_seconds([server.child.pid]) - before
    found = re.search(r"SUMMARY (\{.*\})", output)
    if not found:
        raise Failure("wrk printed no summary")
    said = json.loads(found.group(1))
    if said["errors"] or said["wrong"]:
        raise Failure(f"{said['errors']} errors and {said['wrong']} wrong answers of wrk")
    return (said["requests"] * 1e6 / said["duration_us"], said["p99_us"] / 1000,
            used * 1e6 / said["requests"])


def question(name):
    labels = b"".join(bytes([len(part)]) + part.encode() for part in name.split("."))
    return struct.pack(">HHHHHH", 7, 0, 1, 0, 0, 0) + labels + b"\0" + struct.pack(">HH", 1, 1)


def on_the_wire(server, tokens):
    """Seconds from the request to the new answer over UDP, of PROBES updates."""
    account, token = next(iter(tokens.items()))
    client, wire = Client(server.http), socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    wire.connect(("127.0.0.1", server.port))
    wire.settimeout(5)
    took = []
    for number in range(PROBES):
        name = f"{account}{number % NAMES_EACH:04d}.{SERVICE}"
        address = bytes([10, 200, number >> 8, number & 255])
        began = time.monotonic()
        client.ask("GET", f"/nic/update?hostname={name}&myip={'.'.join(map(str, address))}",
                   authorization=basic("x", token))
        while True:
            wire.send(question(name))
            if wire.recv(512).endswith(address):
                break
        took.append(time.monotonic() - began)
    return took


def measure_all(options):
    wanted = options.only.split(",")
    absent = [name for name in ("nsupdate", "wrk", "dig", *wanted)
              if name != "homeport" and not find_program(name)]
    if absent:
        print(f"not measured: {', '.join(absent)} missing")
        return 1
    with tempfile.TemporaryDirectory(prefix="homeport-updates-") as made, \
            contextlib.ExitStack() as stack:
        servers = []
        for name in wanted:
            server = Server(name, pathlib.Path(made) / name, options.homeport)
            server.start()
            stack.callback(server.child.stop)
            servers.append(server)
        print_updates(options, servers)
        if wanted[0] == "homeport":
            print_service(options, servers[0])
    return 0


def print_updates(options, servers):
    figures = {server.name: [] for server in servers}
    for number in range(options.rounds):
        for server in servers:
            single = server.update(options.updates, 1, 2 * number)
            batched = server.update(4 * options.updates, BATCH, 2 * number + 1)
            figures[server.name].append((*single, *batched))
    print(f"DNS updates with TSIG by one nsupdate over UDP, medians of {options.rounds} rounds\n")
    rows = [[name, *(cell(column) for column in zip(*rounds))] for name, rounds in figures.items()]
    print("\n".join(render(["server", "single, changes/s", "CPU us each",
                            f"{BATCH} in a message, changes/s", "CPU us each"], rows)))
    ours = figures.get("homeport")
    for name, theirs in figures.items():
        if not ours or name == "homeport":
            continue
        ratios = [statistics.median(row[index] for row in ours)
                  / statistics.median(row[index] for row in theirs) for index in (0, 2)]
        print(f"homeport : {name}  single {ratios[0]:.2f}, {BATCH} in a message {ratios[1]:.2f}")


def print_service(options, server):
    tokens = fill_service(server)
    load_service(server, tokens, 1, True)
    rows = []
    for what, change in (("nothing to change", False), ("every request changes", True)):
        rounds = [load_service(server, tokens, options.seconds, change)
                  for _ in range(options.rounds)]
        rows.append([what, *(cell(column) for column in zip(*rounds))])
    print(f"\nThe name service over http: {ACCOUNTS * NAMES_EACH:,} names, {CONNECTIONS} kept "
          "connections\n")
    print("\n".join(render(["requests", "per second", "p99, ms", "CPU us each"], rows)))
    took = sorted(on_the_wire(server, tokens))
    middle, slow = (took[len(took) * share // 100] * 1000 for share in (50, 99))
    print(f"\nFrom the request to the answer on the wire, one at a time: p50 {middle:.2f} ms, "
          f"p99 {slow:.2f} ms")
