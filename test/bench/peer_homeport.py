"""homeport: a relay and an agent, paired as a user would, with two tcp services and an http one."""

import os

import loopback
from peer import Door, Peer
from processes import Failure, run, wait_until
from settings import HOST, ROOT

PAIR_SECONDS = 15

RELAY_CONFIG = """\
[relay]
name = "bench"
state_dir = "{folder}/relay"
listen = ["127.0.0.1:{link}"]
public_address = "127.0.0.1:{link}"
control = "{folder}/relay.sock"
[front]
address = "127.0.0.1"
http = ["127.0.0.1:{http}"]
tls = ["127.0.0.1:{tls}"]
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
port = "{plain}"
target = "127.0.0.1:{origin_http}"
[[service]]
name = "bulk"
kind = "tcp"
port = "{bulk}"
target = "127.0.0.1:{origin_bulk}"
[[service]]
name = "web"
kind = "http"
hosts = ["{host}"]
target = "127.0.0.1:{origin_http}"
"""


class Homeport(Peer):
    name = "homeport"
    row_labels = ("homeport tcp", "homeport http")
    configuration = "one relay, one agent, release build, defaults, log level warn"

    @classmethod
    def missing(cls, settings):
        if os.access(settings.homeport, os.X_OK):
            return None
        place = settings.homeport
        shown = place.relative_to(ROOT) if place.is_relative_to(ROOT) else place
        return (f"{shown} not found (cmake --preset release && "
                "cmake --build --preset release, or --homeport FILE)")

    @classmethod
    def version(cls, settings):
        return " ".join(run([settings.homeport, "version"], 5).split())

    def _start(self):
        ports = {name: loopback.free_port() for name in ("link", "http", "tls", "plain", "bulk")}
        relay_file, agent_file = self._write_settings(ports)
        program = self.world.settings.homeport
        relay = self._spawn("homeport-relay", [program, "relay", "--config", relay_file])
        wait_until("homeport relay", lambda: loopback.listens(ports["link"]), [relay])
        self._pair(program, relay_file, agent_file, ports)
        self._spawn("homeport-agent", [program, "agent", "--config", agent_file])
        self.doors = [Door("homeport tcp", ports["plain"], ports["bulk"]),
                      Door("homeport http", ports["http"], None)]

    def _write_settings(self, ports):
        folder, origin = self.world.folder, self.world.origin
        values = dict(ports, folder=folder, host=HOST, origin_http=origin.http_port,
                      origin_bulk=origin.bulk_port)
        relay_file, agent_file = folder / "relay.toml", folder / "agent.toml"
        relay_file.write_text(RELAY_CONFIG.format(**values))
        agent_file.write_text(AGENT_CONFIG.format(**values))
        for role in ("relay", "agent"):
            (folder / role).mkdir(mode=0o700)
        return relay_file, agent_file

    def _pair(self, program, relay_file, agent_file, ports):
        token = run([program, "invite", "bench", "--config", relay_file, "--host", HOST,
                     "--port", ports["plain"], "--port", ports["bulk"]], PAIR_SECONDS).strip()
        if not token or " " in token:
            raise Failure("homeport invite did not print one token alone")
        run([program, "join", token, "--config", agent_file], PAIR_SECONDS)
