"""homeport: a relay and an agent, paired as a user would, with two tcp services and an http one."""

import os

import loopback
from homeport import Agent, Relay, Service, join
from peer import Door, Peer
from processes import run
from settings import HOST, ROOT


class Homeport(Peer):
    name = "homeport"
    row_labels = ("homeport tcp", "homeport http")
    configuration = "one relay, one agent, release build, defaults, log level warn"

    @classmethod
    def missing(cls, settings):
        return super().missing(settings) or _missing_binary(settings.homeport)

    @classmethod
    def version(cls, settings):
        return " ".join(run([settings.homeport, "version"], 5).split())

    def _start(self):
        http, bulk = self.world.origin.http_port, self.world.origin.bulk_port
        plain = Service("plain", "tcp", http, port=loopback.free_port())
        download = Service("bulk", "tcp", bulk, port=loopback.free_port())
        self._start_pair([plain, download, Service("web", "http", http, host=HOST)])
        self.doors = [Door("homeport tcp", plain.port, download.port),
                      Door("homeport http", self.relay.ports["http"], None)]

    def _start_pair(self, services):
        """Makes `relay`, and `children`: the relay, then the agent."""
        program, folder = self.world.settings.homeport, self.world.folder
        self.relay = Relay(program, folder)
        agent = Agent(program, folder, services)
        self.relay.start(self._spawn)
        join(program, [agent], self.relay.invite([agent]))
        agent.start(self._spawn)


def _missing_binary(place):
    if os.access(place, os.X_OK):
        return None
    shown = place.relative_to(ROOT) if place.is_relative_to(ROOT) else place
    return (f"{shown} not found (cmake --preset release && "
            "cmake --build --preset release, or --homeport FILE)")
