"""Name servers with the same zone, and dnsperf, which asks them."""

import base64
import contextlib
import pathlib
import random
import re
import statistics
import subprocess
import tempfile
import threading
import time

import loopback
from processes import Child, Failure, cpu_seconds, find_program, resident_kib, run, wait_until
from table import cell, render

APEX = "dyn.example."
QUESTIONS = 200_000             # in the file that dnsperf goes round
START_SECONDS = 120             # a large zone takes its time
CLIENTS, UNDER_WAY = 16, 500    # sockets of dnsperf, and its questions without an answer
UPDATE_PAUSE = 0.05             # seconds between two handfuls of updates
KEY, SECRET = "bench", base64.b64encode(b"0123456789abcdef0123456789abcdef").decode()
KNOT_KEY = """\
key:
  - id: {key}
    algorithm: hmac-sha256
    secret: {secret}
acl:
  - id: updates
    key: {key}
    action: update
"""
MISSING_SHARE = 0.1             # of the questions are for names that are not there

HOMEPORT = """\
[relay]
name = "bench"
state_dir = "{folder}/relay"
listen = ["127.0.0.1:{spare}"]
public_address = "127.0.0.1:{spare}"
control = "{folder}/relay.sock"
[dns]
listen = ["127.0.0.1:{port}"]
workers = {threads}
rate_limit = 0
[log]
level = "warn"
[[key]]
name = "{key}"
secret = "{secret}"
update = ["*.dyn.example"]
[[zone]]
name = "dyn.example"
file = "{zone}"
"""
KNOT = """\
server:
    listen: 127.0.0.1@{port}
    udp-workers: {threads}
    rundir: {folder}
database:
    storage: {folder}
""" + KNOT_KEY + """\
zone:
  - domain: {apex}
    file: {zone}
    acl: updates
    zonefile-sync: -1
"""
NSD = """\
server:
    ip-address: 127.0.0.1@{port}
    server-count: {threads}
    reuseport: yes
    username: ""
    chroot: ""
    zonesdir: {folder}
    pidfile: {folder}/nsd.pid
    xfrdfile: {folder}/xfrd.state
    zonelistfile: {folder}/zone.list
    rrl-ratelimit: 0
    rrl-whitelist-ratelimit: 0
remote-control:
    control-enable: no
zone:
    name: {apex}
    zonefile: {zone}
"""


def write_zone(path, names):
    """The zone as text: one A record for each of `names` names."""
    with open(path, "w", encoding="ascii") as out:
        out.write(f"$ORIGIN {APEX}\n$TTL 60\n@ SOA ns1 hostmaster 1 3600 600 86400 60\n"
                  "@ NS ns1\nns1 A 127.0.0.1\n")
        for number in range(names):
            out.write(f"h{number:07d} A 10.{number >> 16 & 255}.{number >> 8 & 255}."
                      f"{number & 255}\n")
    path.chmod(0o644)


def write_questions(path, names):
    pick = random.Random(53)
    with open(path, "w", encoding="ascii") as out:
        for _ in range(QUESTIONS):
            missing = pick.random() < MISSING_SHARE
            number = pick.randrange(names)
            out.write(f"{'x' if missing else 'h'}{number:07d}.{APEX} A\n")


class Updates:
    """Changes names of the zone, so many a second, by one nsupdate, while it is entered."""

    def __init__(self, server, per_second):
        self._server, self._per_second = server, per_second
        self._over = threading.Event()
        self.sent = 0

    def __enter__(self):
        self._nsupdate = subprocess.Popen(
            [find_program("nsupdate"), "-y", f"hmac-sha256:{KEY}:{SECRET}"], text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self._nsupdate.stdin.write(f"server 127.0.0.1 {self._server.port}\nzone {APEX}\n")
        self._thread = threading.Thread(target=self._send)
        self._thread.start()
        return self

    def _send(self):
        while not self._over.wait(UPDATE_PAUSE):
            for _ in range(int(self._per_second * UPDATE_PAUSE)):
                name = f"u{self.sent % 1000:04d}.{APEX}"
                self._nsupdate.stdin.write(
                    f"update delete {name} A\nupdate add {name} 60 A 10.1."
                    f"{self.sent >> 8 & 255}.{self.sent & 255}\nsend\n")
                self.sent += 1
            self._nsupdate.stdin.flush()

    def __exit__(self, *_):
        """Waits for those that the server is behind with."""
        self._over.set()
        self._thread.join()
        began = time.monotonic()
        said = self._nsupdate.communicate(timeout=60)[0].strip()
        self._server.update_delays.append(time.monotonic() - began)
        if said:
            raise Failure(f"{self._server.name}: {said[:200]}")


class Server:
    """One server with its files in `folder`."""

    def __init__(self, name, folder, zone, threads, homeport):
        self.name, self.port = name, loopback.free_port()
        self._folder = folder
        self.update_delays = []     # seconds behind, at the end of each measurement
        folder.mkdir(mode=0o700)
        values = {"folder": folder, "zone": zone, "port": self.port, "apex": APEX,
                  "threads": threads, "spare": loopback.free_port(),
                  "key": KEY, "secret": SECRET}
        self._settings = folder / "settings"
        text = {"homeport": HOMEPORT, "knotd": KNOT, "nsd": NSD}[name].format(**values)
        self._settings.write_text(text)
        self._settings.chmod(0o600)
        self._program = homeport if name == "homeport" else find_program(name)

    def start(self):
        words = {"homeport": ["relay", "--config", self._settings],
                 "knotd": ["-c", self._settings], "nsd": ["-d", "-c", self._settings]}[self.name]
        self.child = Child(self.name, [self._program, *words], self._folder / "log")
        wait_until(self.name, self._answers, [self.child], START_SECONDS)

    def _answers(self):
        if not self._listens():
            return False
        try:
            answer = run([find_program("dig"), "+short", "+tries=1", "+timeout=1", "-p", self.port,
                          "@127.0.0.1", f"h0000000.{APEX}"], 5)
        except Failure:     # it has no time for us while it reads a large zone
            return False
        return answer.strip() == "10.0.0.0"

    def _listens(self):
        return loopback.listens(self.port)      # its TCP port, which comes with the other

    def measure(self, questions, seconds):
        """(questions a second, CPU us for each, KiB)"""
        before, began = cpu_seconds([self.child.pid]), time.monotonic()
        output = run([find_program("dnsperf"), "-s", "127.0.0.1", "-p", self.port, "-d", questions,
                      "-l", seconds, "-c", CLIENTS, "-T", 1, "-q", UNDER_WAY], seconds + 20)
        self.child.require_running()
        answered = int(re.search(r"Queries completed:\s+(\d+)", output).group(1))
        lost = int(re.search(r"Queries lost:\s+(\d+)", output).group(1))
        if answered == 0 or lost > answered / 100:
            raise Failure(f"{self.name}: {lost} questions lost, {answered} answered")
        took = time.monotonic() - began
        used = cpu_seconds([self.child.pid]) - before
        return answered / min(took, seconds), used * 1e6 / answered, resident_kib(self.child.pid)


def measure_all(options):
    wanted = options.only.split(",")
    if options.updates:
        wanted = [name for name in wanted if name != "nsd"]     # it takes none
    absent = [name for name in ("dnsperf", "dig", "nsupdate", *wanted)
              if name != "homeport" and not find_program(name)]
    if absent:
        print(f"not measured: {', '.join(absent)} missing")
        return 1
    with tempfile.TemporaryDirectory(prefix="homeport-names-") as made, \
            contextlib.ExitStack() as stack:
        folder = pathlib.Path(made)
        zone, questions = folder / "zone", folder / "questions"
        write_zone(zone, options.names)
        write_questions(questions, options.names)
        servers = []
        for name in wanted:
            server = Server(name, folder / name, zone, 1, options.homeport)
            server.start()
            stack.callback(server.child.stop)
            servers.append(server)
        print_results(options, servers, run_rounds(options, servers, questions))
    return 0


def run_rounds(options, servers, questions):
    figures = {server.name: [] for server in servers}
    for _ in range(options.rounds):
        for server in servers:
            with Updates(server, options.updates) if options.updates else contextlib.nullcontext():
                figures[server.name].append(server.measure(questions, options.seconds))
    return figures


def print_results(options, servers, figures):
    if options.updates:
        print(f"While {options.updates:,} updates arrive in a second:")
    print(f"{options.names:,} names, one thread each, medians of {options.rounds} rounds of "
          f"{options.seconds} s\n")
    rows = []
    for server in servers:
        per_second, cpu, memory = zip(*figures[server.name])
        rows.append([server.name, cell(per_second), cell(cpu), cell(memory[-1:], 1 / 1024)])
        if options.updates:
            rows[-1].append(cell(server.update_delays))
    header = ["server", "questions/s", "CPU us each", "RSS, MiB"]
    header += ["updates behind, s"] * bool(options.updates)
    print("\n".join(render(header, rows)))
    ours = figures.get("homeport")
    for name, theirs in figures.items():
        if not ours or name == "homeport":
            continue
        def ratio(index, of=theirs):
            return (statistics.median(row[index] for row in ours)
                    / statistics.median(row[index] for row in of))
        print(f"homeport : {name}  questions/s {ratio(0):.2f}, CPU {ratio(1):.2f}")
