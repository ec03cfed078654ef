"""What the bench needs to know of a peer, and the two simplest: no hop, and HAProxy."""

import dataclasses
import pathlib

import loopback
from origin import Origin
from processes import Child, Failure, find_program, run, wait_until
from settings import PEER_TESTS, SPARE_FILES, START_SECONDS, Settings


@dataclasses.dataclass(frozen=True)
class World:
    """What a peer is given to start with."""

    folder: pathlib.Path        # its own, empty
    origin: Origin
    file_limit: int
    settings: Settings


@dataclasses.dataclass(frozen=True)
class Door:
    """A way in for visitors. Its label names the row in the tables."""

    label: str
    http_port: int | None
    bulk_port: int | None       # where the iperf3 server answers; None: not offered here
    tls: bool = False           # then it is the server in noise.py


class Peer:
    """A contender: start() makes `doors` and `children` (both ends); stop() ends them all.

    Started twice in one run: once for the speed rounds, once afresh for the memory test.
    """

    name = ""
    tests = PEER_TESTS          # that it takes part in
    row_labels = ()             # of the doors, in their order
    programs = {}               # program -> Debian package
    configuration = ""          # one line for the report

    def __init__(self, world):
        self.world = world
        self.doors = []
        self.children = []

    @classmethod
    def missing(cls, settings):
        """Why it cannot be measured here and what to do about it; None if it can."""
        absent = {p: package for p, package in cls.programs.items() if not find_program(p)}
        if not absent:
            return None
        packages = " ".join(sorted(set(absent.values())))
        return f"{', '.join(absent)} not found (apt-get install --no-install-recommends {packages})"

    @classmethod
    def version(cls, settings):
        return ""

    def start(self):
        try:
            self._start()
            for door in self.doors:
                wait_until(door.label, lambda: self.serves(door), self.children, START_SECONDS)
        except BaseException:
            self.stop()
            raise

    def stop(self):
        """In reverse order: the end that dials first, so that the other one sees it go."""
        while self.children:
            self.children.pop().stop()

    def serves(self, door):
        return loopback.serves(door.http_port)

    def pids(self):
        return [child.pid for child in self.children]

    def require_running(self):
        for child in self.children:
            child.require_running()

    def _start(self):
        raise NotImplementedError

    def _make_certificate(self):
        """key.pem and cert.pem in its folder, signed by itself."""
        folder = self.world.folder
        run([find_program("openssl"), "req", "-x509", "-newkey", "ec", "-pkeyopt",
             "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=bench",
             "-keyout", folder / "key.pem", "-out", folder / "cert.pem"], 10)

    def _spawn(self, name, command):
        child = Child(name, command, self.world.folder / f"{name}.log")
        self.children.append(child)
        return child


class Direct(Peer):
    name = "direct"
    tests = tuple(test for test in PEER_TESTS if test != "memory")
    row_labels = ("direct",)
    configuration = "the load speaks to nginx and iperf3 without anything between"

    def _start(self):
        origin = self.world.origin
        self.doors = [Door("direct", origin.http_port, origin.bulk_port)]


HAPROXY_CONFIG = """\
global
    nbthread 1
    maxconn {connections}
defaults
    mode tcp
    timeout connect 5s
    timeout client 1h
    timeout server 1h
listen http
    bind 127.0.0.1:{http}
    server origin 127.0.0.1:{origin_http}
listen bulk
    bind 127.0.0.1:{bulk}
    server origin 127.0.0.1:{origin_bulk}
"""


class HaProxy(Peer):
    name = "haproxy"
    row_labels = ("haproxy tcp hop",)
    programs = {"haproxy": "haproxy"}
    configuration = "one process, nbthread 1, mode tcp, no splice option, not encrypted"

    @classmethod
    def version(cls, settings):
        return " ".join(run(["haproxy", "-v"], 5).splitlines()[0].split()[:3])

    def _start(self):
        origin = self.world.origin
        door = Door("haproxy tcp hop", loopback.free_port(), loopback.free_port())
        config = self.world.folder / "haproxy.cfg"
        config.write_text(HAPROXY_CONFIG.format(
            http=door.http_port, bulk=door.bulk_port, origin_http=origin.http_port,
            origin_bulk=origin.bulk_port, connections=(self.world.file_limit - 100) // 2))
        self._spawn("haproxy", [find_program("haproxy"), "-db", "-f", config])
        self.doors = [door]
