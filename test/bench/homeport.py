"""The program homeport: settings files of relays and agents, and how they are paired."""

import dataclasses

import loopback
from processes import Failure, run_all, wait_until

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
"""

SERVICE_CONFIG = """\
[[service]]
name = "{name}"
kind = "{kind}"
{place}
target = "127.0.0.1:{target}"
{more}"""


@dataclasses.dataclass(frozen=True)
class Service:
    """Visitors come to a port of the relay or ask for a host; the target is a port of loopback."""

    name: str
    kind: str
    target: int
    port: int | None = None
    host: str | None = None
    more: str = ""              # further settings, whole lines

    def text(self):
        place = f'port = "{self.port}"' if self.port else f'hosts = ["{self.host}"]'
        return SERVICE_CONFIG.format(name=self.name, kind=self.kind, place=place,
                                     target=self.target, more=self.more)

    def grant(self):
        return ["--port", self.port] if self.port else ["--host", self.host]


class Relay:
    """Its files lie in `folder`, which exists. `ports` are those for links, http and tls."""

    def __init__(self, program, folder):
        self.ports = {name: loopback.free_port() for name in ("link", "http", "tls")}
        self._program = program
        self._settings = _write(folder, "relay", RELAY_CONFIG.format(folder=folder, **self.ports))

    def start(self, spawn, name="homeport-relay"):
        """spawn(name, command) makes a Child; returns it when the relay listens."""
        child = spawn(name, [self._program, "relay", "--config", self._settings])
        wait_until("homeport relay", lambda: loopback.listens(self.ports["link"]), [child])
        return child

    def invite(self, agents):
        """A token for each. Many are faster before the relay runs, which would note each one."""
        commands = [[self._program, "invite", agent.name, "--config", self._settings,
                     *agent.grants()] for agent in agents]
        # The first one alone: it may have to make the relay's key.
        outputs = run_all(commands[:1], PAIR_SECONDS) + run_all(commands[1:], PAIR_SECONDS)
        tokens = [output.strip() for output in outputs]
        if not all(tokens) or any(" " in token for token in tokens):
            raise Failure("homeport invite did not print one token alone")
        return tokens


class Agent:
    """Its files lie in `folder`, which exists and may be a relay's, too."""

    def __init__(self, program, folder, services, name="bench"):
        self.name = name
        self.services = services
        self._program = program
        self.settings = _write(folder, "agent", AGENT_CONFIG.format(folder=folder)
                               + "".join(service.text() for service in services))

    def start(self, spawn, name="homeport-agent"):
        return spawn(name, [self._program, "agent", "--config", self.settings])

    def grants(self):
        return [word for service in self.services for word in service.grant()]


def join(program, agents, tokens):
    """Pairs them with the running relay that the tokens are of."""
    run_all([[program, "join", token, "--config", agent.settings]
             for agent, token in zip(agents, tokens)], PAIR_SECONDS)


def _write(folder, role, text):
    (folder / role).mkdir(mode=0o700)
    settings = folder / f"{role}.toml"
    settings.write_text(text)
    settings.chmod(0o600)
    return settings
