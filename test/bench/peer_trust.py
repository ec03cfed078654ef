"""homeport with a tls service whose bytes, sealed already by their TLS, are not sealed again."""

import pathlib
import sys
import tempfile

import loopback
import noise
from homeport import Agent, Service
from peer import Door
from peer_homeport import Homeport
from processes import Child, Failure, run, wait_until
from settings import HOST

CHECK_SECONDS = 5
GREET_SECONDS = 2
TRUST = 'inner = "trust"\n'


class HomeportTrust(Homeport):
    """Has an origin of its own, whose CPU does not count, as that of the others' does not."""

    name = "trust"
    tests = ("bulk",)
    row_labels = ("homeport trust",)
    programs = {"openssl": "openssl"}
    configuration = f"as homeport, but a tls service with {TRUST.strip()}; its load is noise.py"

    def __init__(self, world):
        super().__init__(world)
        self._origin = None

    @classmethod
    def missing(cls, settings):
        return super().missing(settings) or _refusal(settings.homeport)

    @classmethod
    def version(cls, settings):
        return ""               # stands there already

    def stop(self):
        super().stop()
        if self._origin:
            self._origin.stop()

    def serves(self, door):
        try:
            noise.greet(door.bulk_port, HOST, GREET_SECONDS).close()
        except OSError:
            return False
        return True

    def _start(self):
        folder, port = self.world.folder, loopback.free_port()
        self._make_certificate()
        self._origin = Child("noise", [sys.executable, "-B", noise.__file__, port, folder],
                             folder / "noise.log")
        wait_until("noise", lambda: loopback.has_listener(port), [self._origin])
        self._start_pair([Service("sealed", "tls", port, host=HOST, more=TRUST)])
        self.doors = [Door("homeport trust", None, self.relay.ports["tls"], tls=True)]


def _refusal(program):
    """Why this homeport does not take the setting; None if it does."""
    with tempfile.TemporaryDirectory() as folder:
        service = Service("sealed", "tls", 1, host=HOST, more=TRUST)
        agent = Agent(program, pathlib.Path(folder), [service])
        try:
            run([program, "check", "--config", agent.settings], CHECK_SECONDS)
        except Failure as error:
            return str(error).replace(f"{folder}/", "")
    return None
