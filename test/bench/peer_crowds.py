"""Relays with one agent, some and many. All run at the same time, so that they can be measured
alternately; what differs between them is how many agents are attached."""

import dataclasses

import loopback
from homeport import Agent, Relay, Service, join
from loads import Place
from peer import Door, Peer
from processes import Child, stop_all, wait_until
from settings import HOST, START_SECONDS

WAVE = 25                       # agents that start at a time; a relay greets 64 of one source


@dataclasses.dataclass
class Crowd:
    """A relay and its agents. Each publishes the origin by a port and by a host of its own."""

    relay: Relay
    agents: list
    relay_child: Child
    agent_children: list = dataclasses.field(default_factory=list)

    def by_port(self, count):
        """Places of the first agents."""
        return [Place(_plain(agent).port) for agent in self.agents[:count]]

    def by_host(self, count):
        http = self.relay.ports["http"]
        return [Place(http, _host(agent.name)) for agent in self.agents[:count]]

    def pids(self, count):
        """Of the relay and of the first agents."""
        return [child.pid for child in (self.relay_child, *self.agent_children[:count])]


class Crowds(Peer):
    """`one`, `some` and `many` are the crowds."""

    name = "homeport agents"

    def stop(self):
        """The agents before their relays, each kind at once: one by one takes minutes."""
        agents = [child for child in self.children if child.name.startswith("agent")]
        relays = [child for child in self.children if child not in agents]
        self.children.clear()
        stop_all(agents)
        stop_all(relays)

    def _start(self):
        wanted = self.world.settings
        self.one = self._start_crowd("one", 1)
        self.some = self._start_crowd("some", wanted.spread)
        self.many = self._start_crowd("many", wanted.agents)
        self.doors = [Door(self.name, self.many.by_port(1)[0].port, None)]

    def _start_crowd(self, name, count):
        program, folder = self.world.settings.homeport, self.world.folder / name
        folder.mkdir()
        relay = Relay(program, folder)
        agents = [self._agent(folder, number) for number in range(count)]
        tokens = relay.invite(agents)
        crowd = Crowd(relay, agents, relay.start(self._spawn, f"relay-{name}"))
        join(program, agents, tokens)
        for first in range(0, count, WAVE):
            self._start_wave(crowd, name, agents[first:first + WAVE])
        return crowd

    def _agent(self, folder, number):
        name, target = f"home{number}", self.world.origin.http_port
        (folder / name).mkdir()
        return Agent(self.world.settings.homeport, folder / name, [
            Service("plain", "tcp", target, port=loopback.free_port()),
            Service("web", "http", target, host=_host(name))], name)

    def _start_wave(self, crowd, name, agents):
        children = [agent.start(self._spawn, f"agent-{name}-{agent.name}") for agent in agents]
        crowd.agent_children += children
        ports = {_plain(agent).port for agent in agents}
        wait_until(f"a wave of {len(agents)} agents",
                   lambda: ports <= loopback.listening_ports(), children, START_SECONDS)


def _plain(agent):
    return agent.services[0]


def _host(name):
    return f"{name}.{HOST}"
