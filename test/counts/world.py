"""A relay and an agent on loopback, paired, each started under an instrument."""

import os
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(1, str(ROOT / "test/bench"))

import loopback  # noqa: E402  (found only after the path above is set)
from processes import Child, Failure, run, wait_until  # noqa: E402
from target import Target  # noqa: E402
from visitor import HOST, Visitor  # noqa: E402

BINARY = pathlib.Path(os.environ.get("HOMEPORT_BINARY", ROOT / "build/release/homeport"))
ROLES = ("relay", "agent")
PAIR_SECONDS = 15
START_SECONDS = 30      # under valgrind everything is slow

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
    """`prefix(role)`: the words before `homeport ROLE`. Ready when both services answer."""

    def __init__(self, folder, prefix):
        self.folder = folder
        self.ports = {name: loopback.free_port() for name in ("link", "http", "tcp")}
        self.children = {}
        self._target = Target()
        try:
            self._start(prefix)
        except BaseException:
            self.stop()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        for child in self.children.values():
            child.stop()
        self._target.stop()

    def visitor(self, service):
        return Visitor(self.ports[service])

    def require_running(self):
        for child in self.children.values():
            child.require_running()

    def _start(self, prefix):
        files = self._write_settings()
        self._spawn("relay", prefix, files)
        wait_until("the relay", lambda: loopback.listens(self.ports["link"]),
                   [self.children["relay"]], START_SECONDS)
        token = run([BINARY, "invite", "counts", "--config", files["relay"], "--host", HOST,
                     "--port", self.ports["tcp"]], PAIR_SECONDS).strip()
        run([BINARY, "join", token, "--config", files["agent"]], PAIR_SECONDS)
        self._spawn("agent", prefix, files)
        for service in ("tcp", "http"):
            wait_until(f"the {service} service", lambda: self._serves(service),
                       self.children.values(), START_SECONDS)

    def _write_settings(self):
        values = dict(self.ports, folder=self.folder, host=HOST, target=self._target.port)
        files = {}
        for role, text in zip(ROLES, (RELAY_CONFIG, AGENT_CONFIG)):
            (self.folder / role).mkdir(mode=0o700)
            files[role] = self.folder / f"{role}.toml"
            files[role].write_text(text.format(**values))
            files[role].chmod(0o600)
        return files

    def _spawn(self, role, prefix, files):
        command = [*prefix(role), BINARY, role, "--config", files[role]]
        self.children[role] = Child(role, command, self.folder / f"{role}.log")

    def _serves(self, service):
        try:
            with self.visitor(service) as visitor:
                visitor.ask(1)
            return True
        except OSError:
            return False


__all__ = ["BINARY", "ROLES", "World", "Failure"]
