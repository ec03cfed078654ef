"""What has no counterpart in other programs: a link without visitors, a relay with many agents."""

import time

import goals
import loads
import wire
from measures import REST_SECONDS
from processes import Failure, exact_cpu_seconds, resident_kib
from settings import ASK_SECONDS, INTERACTIVE

AGENT_ROUNDS, AGENT_SECONDS = 3, 2      # at most: there are eight loads in a round
SECONDS_PER_DAY = 86_400


def idle(peer, _, settings, results):
    """The peer must be freshly started. One row for both ends: nobody comes by any door."""
    time.sleep(REST_SECONDS)
    port = peer.relay.ports["link"]
    before = wire.connection_to(port)
    shares = _cpu_percent(peer.pids(), settings.idle_seconds)
    after = wire.connection_to(port)
    if after.local != before.local:
        raise Failure("the link was dialled anew meanwhile")
    days = settings.idle_seconds / SECONDS_PER_DAY
    results.add(goals.PAIR, "idle.mb_per_day", (after.bytes - before.bytes) / 1e6 / days)
    for role, share in zip(("relay", "agent"), shares):
        results.add(goals.PAIR, f"idle.{role}_percent", share)


def agents(crowds, _, settings, results):
    time.sleep(REST_SECONDS)
    share, = _cpu_percent([crowds.many.relay_child.pid], min(settings.idle_seconds, ASK_SECONDS))
    one, many = (resident_kib(crowd.relay_child.pid) for crowd in (crowds.one, crowds.many))
    for row in goals.OURS:
        results.add(row, "agents.relay_percent", share)
        results.add(row, "agents.relay_kib", (many - one) / (len(crowds.many.agents) - 1))
    seconds = min(settings.seconds, AGENT_SECONDS)
    for _ in range(min(settings.rounds, AGENT_ROUNDS)):
        for load, crowd, count in (("one", crowds.one, 1), ("one_of_many", crowds.many, 1),
                                   ("some", crowds.some, settings.spread),
                                   ("some_of_many", crowds.many, settings.spread)):
            for row, places in ((goals.TCP, crowd.by_port), (goals.HTTP, crowd.by_host)):
                found = loads.requests_to(places(count), INTERACTIVE, seconds, crowd.pids(count))
                results.add(row, f"agents.{load}_cpu_us", found.cpu_us)


def _cpu_percent(pids, seconds):
    """Of a core, for each process, during these seconds."""
    before = [exact_cpu_seconds(pid) for pid in pids]
    time.sleep(seconds)
    return [(exact_cpu_seconds(pid) - spent) / seconds * 100
            for pid, spent in zip(pids, before)]
