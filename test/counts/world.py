"""A relay and an agent on loopback, paired, each started under an instrument."""

import os
import pathlib
import shutil
import signal
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(1, str(ROOT / "test/bench"))

import loopback  # noqa: E402  (found only after the path above is set)
from processes import Child, Failure, family_of, run, wait_until  # noqa: E402
from target import Target  # noqa: E402
from visitor import HOST, Visitor  # noqa: E402

BINARY = pathlib.Path(os.environ.get("HOMEPORT_BINARY", ROOT / "build/release/homeport")).resolve()
ROLES = ("relay", "agent")
PAIR_SECONDS = 15
START_SECONDS = 30      # under valgrind everything is slow
STOP_SECONDS = 5
LAST_WORDS_SECONDS = 0.5

RELAY_CONFIG = """\
[relay]
name = "counts"
state_dir = "{folder}/relay"
listen = ["127.0.0.1:{link}"]
public_address = "127.0.0.1:{link}"
control = "{folder}/relay.sock"
[front]
address = "127.0.0.1"
http = ["127.0.0.1:{http}"]
[log]
level = "warn"
"""

AGENT_CONFIG = """\
[agent]
state_dir = "{folder}/agent"
control = "{folder}/agent.sock"
[log]
level = "warn"
[[service]]
name = "plain"
kind = "tcp"
port = "{tcp}"
target = "127.0.0.1:{target}"
[[service]]
name = "web"
kind = "http"
hosts = ["{host}"]
target = "127.0.0.1:{target}"
"""


class World:
    """`prefix(role)`: the words in front of `homeport ROLE`. Entered when both services answer.

    Runs a copy of the binary, so that a build meanwhile does no harm.
    """

    def __init__(self, folder, prefix):
        self.children = {}
        self._binary = shutil.copy(BINARY, folder / "homeport")
        self._folder = folder
        self._prefix = prefix
        self._ports = {name: loopback.free_port() for name in ("link", "http", "tcp")}
        self._target = Target()

    def __enter__(self):
        try:
            self._start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        for child in self.children.values():
            _terminate(child)
        for child in self.children.values():
            try:
                wait_until(child.name, lambda: _ended(child), seconds=STOP_SECONDS)
            except Failure:
                pass            # stop() insists
            child.stop()
        self._target.stop()

    def visitor(self, service):
        return Visitor(self._ports[service])

    def explain(self, what, error):
        """Raises a Failure that tells which of the processes has ended, or what they said."""
        time.sleep(LAST_WORDS_SECONDS)
        for child in self.children.values():
            child.require_running()
        words = "; ".join(f"{child.name}: {child.last_words()}"
                          for child in self.children.values())
        raise Failure(f"{what}: {error} ({words})") from error

    def _start(self):
        files = self._write_settings()
        relay = self._spawn("relay", files)
        wait_until("the relay", lambda: loopback.listens(self._ports["link"]), [relay],
                   START_SECONDS)
        token = run([self._binary, "invite", "counts", "--config", files["relay"], "--host", HOST,
                     "--port", self._ports["tcp"]], PAIR_SECONDS).strip()
        run([self._binary, "join", token, "--config", files["agent"]], PAIR_SECONDS)
        agent = self._spawn("agent", files)
        wait_until("the tunnel", lambda: self._serves("tcp") and self._serves("http"),
                   [relay, agent], START_SECONDS)

    def _write_settings(self):
        values = dict(self._ports, folder=self._folder, host=HOST, target=self._target.port)
        files = {}
        for role, text in zip(ROLES, (RELAY_CONFIG, AGENT_CONFIG)):
            (self._folder / role).mkdir(mode=0o700)
            files[role] = self._folder / f"{role}.toml"
            files[role].write_text(text.format(**values))
            files[role].chmod(0o600)
        return files

    def _spawn(self, role, files):
        command = [*self._prefix(role), self._binary, role, "--config", files[role]]
        self.children[role] = Child(role, command, self._folder / f"{role}.log")
        return self.children[role]

    def _serves(self, service):
        try:
            with self.visitor(service) as visitor:
                visitor.ask(1)
            return True
        except OSError:
            return False


def _terminate(child):
    """strace lets go of what it watches when it is told to end, and ends when that has ended."""
    family = family_of(child.pid)
    for pid in family.keys() - {child.pid} or family:
        try:
            os.kill(pid, signal.SIGTERM)
        except ProcessLookupError:
            pass


def _ended(child):
    try:
        child.require_running()
    except Failure:
        return True
    return False
