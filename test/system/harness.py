"""What every system test stands on: a lab, a relay in it, a home that has joined it."""
import atexit
import json
import os
import pathlib
import queue
import subprocess
import sys
import tempfile
import threading
import time
import unittest

import home
from lab import HOME, RELAY, Lab
from visitor import read_head, request

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = pathlib.Path(os.environ.get("HOMEPORT_BINARY", ROOT / "build/release/homeport"))
# AddressSanitizer keeps freed memory for a while: what such a binary holds says nothing.
SANITIZED = BINARY.exists() and b"__asan_init" in BINARY.read_bytes()
LONG = os.environ.get("HOMEPORT_LONG") == "1"
INSTRUMENT = pathlib.Path(__file__).with_name("visitor.py")
READY = 10       # seconds that a start may take before a test gives up
TCP_PORT = 18000
WEB, FILES_HOST = "home.example.net", "files.example.net"
# Where a visitor finds the three services that stand in every home: kind, address, port, host.
HTTP = ("http", RELAY, 80, WEB)
TLS = ("tls", RELAY, 443, FILES_HOST)
TCP = ("tcp", RELAY, TCP_PORT, WEB)


def toml(**tables):
    """{"park": {"wait": "3s"}} as TOML; JSON's strings, numbers and lists are TOML's."""
    return "".join(f"[{name}]\n" + "".join(f"{k} = {json.dumps(v)}\n" for k, v in table.items())
                   for name, table in tables.items())


def service(name, kind, target, **rest):
    rows = {"name": name, "kind": kind, "target": target, **rest}
    return "[[service]]\n" + "".join(f"{k} = {json.dumps(v)}\n" for k, v in rows.items())


STANDARD = (service("web", "http", f"{HOME}:{home.HTTP_PORT}", hosts=[WEB])
            + service("files", "tls", f"{HOME}:{home.HTTPS_PORT}", hosts=[FILES_HOST])
            + service("raw", "tcp", f"{HOME}:{home.HTTP_PORT}", port=str(TCP_PORT)))


def write_relay_settings(folder, **tables):
    """The settings of the lab's relay; `tables` replace or add to the default ones."""
    defaults = {
        "relay": {"name": "relay1", "state_dir": f"{folder}/relay", "listen": ["0.0.0.0:7843"],
                  "public_address": f"{RELAY}:7843", "control": f"{folder}/relay.sock"},
        "front": {"address": "0.0.0.0", "http": ["0.0.0.0:80"], "tls": ["0.0.0.0:443"]},
        "park": {"wait": "30s", "per_source": 512},
    }
    path = folder / "relay.toml"
    path.write_text(toml(**{**defaults, **tables}))
    return path


def write_agent_settings(folder, services=STANDARD, name="agent"):
    path = folder / f"{name}.toml"
    agent = {"state_dir": f"{folder}/{name}", "control": f"{folder}/{name}.sock"}
    path.write_text(toml(agent=agent) + services)
    return path


class Instrument:
    """visitor.py in a visitor's namespace; its JSON lines come out of `line()`."""

    def __init__(self, lab, node, *words):
        self.words, self.progress, self.lines = words, 0, queue.Queue()
        self.popen = subprocess.Popen(
            ["ip", "netns", "exec", lab.prefix + node, sys.executable, "-B", INSTRUMENT,
             *map(str, words)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True)
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for text in self.popen.stdout:
            fields = json.loads(text)
            if "progress" in fields:
                self.progress = fields["progress"]
            else:
                self.lines.put(fields)
        self.lines.put(None)

    def line(self, timeout):
        try:
            fields = self.lines.get(timeout=timeout)
        except queue.Empty:
            fields = None
        if fields is None:
            raise AssertionError(f"visitor {self.words} gave no result within {timeout} s")
        return fields

    def end(self):
        """Ends `visits` (they are waited for) or `idle`, and gives the result."""
        self.popen.terminate() if self.words[0] == "visits" else self.popen.stdin.close()
        return self.line(90)

    def kill(self):
        self.popen.kill()
        self.popen.wait()
        self.popen.stdin.close()


class SystemCase(unittest.TestCase):
    """A fresh lab per test. Keyword arguments of the settings tables are defaults below."""

    cgnat = False
    files = None  # made by the first test, shared by all

    @classmethod
    def shared_files(cls):
        if SystemCase.files is None:
            SystemCase.files = home.Files(tempfile.mkdtemp(prefix=f"hp{os.getpid()}-files"))
            atexit.register(SystemCase.files.remove)
        return SystemCase.files

    def setUp(self):
        self.lab = Lab(cgnat=self.cgnat)
        self.addCleanup(self.lab.remove)
        self.lab.build()
        self.folder = self.lab.folder
        self.nginx = home.start_nginx(self.lab, self.shared_files())
        self.relay = self.agent = None

    def tearDown(self):
        # A sanitizer, an assert or a crash fails the test that caused it.
        for process in (self.relay, self.agent):
            if process and (process.popen.poll() or 0) < 0 and not getattr(process, "meant", False):
                self.fail(f"{process.name} died by signal {-process.popen.returncode}:\n"
                          + process.output()[-2000:])

    # homeport's programs.

    def homeport(self, node, *words, check=True, timeout=30):
        return self.lab.run(node, BINARY, *words, check=check, timeout=timeout)

    def write_relay_settings(self, **tables):
        self.relay_settings = write_relay_settings(self.folder, **tables)

    def write_agent_settings(self, services=STANDARD, name="agent"):
        return write_agent_settings(self.folder, services, name)

    def start_relay(self):
        self.relay = self.lab.spawn("relay", "relay", BINARY, "relay", "--config",
                                    self.relay_settings)
        def ready():
            self.assertTrue(self.relay.alive(), f"the relay ended:\n{self.relay.output()[-2000:]}")
            return self.status("relay", self.relay_settings)
        self.wait_until(ready, "the relay's control")
        return self.relay

    def start_agent(self, settings=None, node="home"):
        settings = settings or self.agent_settings
        return self.lab.spawn(settings.stem, node, BINARY, "agent", "--config", settings)

    def invite(self, name="home", hosts=("*.example.net",), ports=("18000-18099",)):
        words = [w for host in hosts for w in ("--host", host)]
        words += [w for port in ports for w in ("--port", port)]
        done = self.homeport("relay", "invite", name, "--config", self.relay_settings, *words)
        self.assertEqual(len(done.stdout.split()), 1, f"token alone on stdout: {done.stdout!r}")
        return done.stdout.strip()

    def start_home(self, services=STANDARD, **relay_settings):
        """Relay, pairing and agent; returns when a visitor can be served."""
        self.write_relay_settings(**relay_settings)
        self.start_relay()
        self.agent_settings = self.write_agent_settings(services)
        self.homeport("home", "join", self.invite(), "--config", self.agent_settings)
        self.agent = self.start_agent()
        self.wait_link()
        if services == STANDARD:
            self.wait_until(lambda: self.get().get("status") == 200, "a first page")

    def status(self, node, settings):
        done = self.homeport(node, "status", "--config", settings, "--json", check=False)
        return json.loads(done.stdout) if done.returncode == 0 else None

    def relay_service(self, name):
        rows = self.status("relay", self.relay_settings)["services"]
        return next((row for row in rows if row["name"] == name), None)

    def wait_link(self, timeout=READY):
        def up():
            status = self.status("relay", self.relay_settings)
            return any(row["state"] == "up" for row in (status or {}).get("sessions", []))
        self.wait_until(up, "a session that is up", timeout)

    def wait_until(self, condition, what, timeout=READY):
        """Seconds it took."""
        began = time.monotonic()
        while not condition():
            if time.monotonic() - began > timeout:
                logs = "".join(f"\n--- {p.name}\n{p.output()[-1500:]}" for p in self.lab.processes)
                self.fail(f"{what}: not within {timeout} s{logs}")
            time.sleep(0.02)
        return time.monotonic() - began

    # Visitors.

    def instrument(self, node, *words):
        instrument = Instrument(self.lab, node, *words)
        self.addCleanup(instrument.kill)
        return instrument

    def download(self, place=HTTP, path="/mid.bin", rate=20e6, node="vis1"):
        return self.instrument(node, "download", *place, path, rate)

    def visits(self, *places, per_second=20, path="/small.txt", node="vis2"):
        """New visitors to the places in turn, once the first is under way."""
        targets = [":".join(map(str, place)) for place in places or (HTTP, TLS, TCP)]
        instrument = self.instrument(node, "visits", 1 / per_second, path, *targets)
        instrument.began = instrument.line(5)["began"]
        return instrument

    def get(self, place=HTTP, path="/small.txt", node="vis1"):
        """One visit, as `visits` gives them."""
        once = self.instrument(node, "visits", 60, path, ":".join(map(str, place)))
        once.line(5)
        time.sleep(0.05)
        try:
            return once.end()["visits"][0]
        finally:
            once.kill()

    def answers(self, host=WEB, node="vis1", timeout=1.0):
        """The relay's http port gives the small page within `timeout` seconds."""
        try:
            with self.lab.connect(node, RELAY, 80, timeout) as sock:
                sock.sendall(request(host, "/small.txt"))
                return read_head(sock)[0] == 200
        except (OSError, ValueError):
            return False

    def exchange(self, port, data, node="vis1", timeout=10, shut=False):
        """Sends bytes; (what came back, "end" or the name of the error that ended it)."""
        with self.lab.connect(node, RELAY, port, timeout) as sock:
            got = bytearray()
            try:
                sock.sendall(data)
                if shut:
                    sock.shutdown(1)
                while more := sock.recv(65536):
                    got += more
            except OSError as error:
                return bytes(got), type(error).__name__
            return bytes(got), "end"

    # Verdicts.

    def assert_intact(self, download, path, stall, timeout=30):
        """Complete, unharmed, and never standing still for longer than `stall` seconds."""
        result = download.line(timeout)
        self.assertEqual(result["ended"], "complete", result)
        self.assertEqual(result["sha256"], self.shared_files().sha256[path], result)
        self.assertLessEqual(result["longest_stall"], stall, result)
        return result

    def assert_all_served(self, visits, gaps=(), grace=1.0, at_least=1):
        """Every visit got its page, its first byte within `grace` seconds; one that came near a gap
        (begin, end; wall time) within the gap's length and the grace."""
        def limit(row):
            came = visits.began + row["start"]
            near = [end - begin for begin, end in gaps if begin - 1 <= came <= end + 1]
            return max(near, default=0) + grace
        rows = visits.end()["visits"]
        bad = [row for row in rows if row["error"] or row["status"] != 200]
        self.assertFalse(bad, f"{len(bad)} of {len(rows)} visits failed: {bad[:3]}")
        self.assertGreaterEqual(len(rows), at_least)
        slow = [row for row in rows if row["first_byte"] > limit(row)]
        self.assertFalse(slow, f"{len(slow)} of {len(rows)} visits waited too long: {slow[:3]}")
        return rows
