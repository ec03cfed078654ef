"""One measurement of each test, for one door of one running peer, into the results."""

import time

import loads
import loopback
from processes import Failure, resident_kib
from settings import INTERACTIVE, LEAVE_SECONDS
from visitors import Visitors

ARRIVE_SECONDS = 180            # then it goes on with those who were served
SETTLE_SECONDS = 1
REST_SECONDS = 5                # after the start: what only starting took may be given back


def bulk(peer, door, settings, results):
    for streams in (1, 8):
        peer.world.origin.fresh_bulk()
        load = loads.tls_bulk if door.tls else loads.bulk
        found = load(door.bulk_port, streams, settings.seconds, peer.pids())
        results.add(door.label, f"bulk{streams}.gbit_per_s", found.gbit_per_s)
        if peer.children:
            results.add(door.label, f"bulk{streams}.cpu_s_per_gb", found.cpu_s_per_gb)


def keepalive(peer, door, settings, results):
    _requests("keepalive", peer, door, results,
              loads.requests(door.http_port, INTERACTIVE, settings.seconds, peer.pids()))


def connect(peer, door, settings, results):
    _requests("connect", peer, door, results,
              loads.requests(door.http_port, INTERACTIVE, settings.seconds, peer.pids(),
                             close=True))


def single(peer, door, settings, results):
    _requests("single", peer, door, results,
              loads.requests(door.http_port, 1, settings.seconds, peer.pids()))


def mixed(peer, door, settings, results):
    alone = loads.requests(door.http_port, INTERACTIVE, settings.seconds, peer.pids(),
                           pause_ms=loads.PAUSE_MS)
    peer.world.origin.fresh_bulk()
    beside, gbit_per_s = loads.requests_beside_bulk(door, settings.seconds, peer.pids())
    for test, found in (("alone", alone), ("beside", beside)):
        _requests(f"mixed_{test}", peer, door, results, found)
    results.add(door.label, "mixed_beside.gbit_per_s", gbit_per_s)


def memory(peer, door, settings, results):
    """The peer must be freshly started. Memory of every process in three states."""
    visitors = Visitors(door.http_port)
    time.sleep(REST_SECONDS)
    try:
        _record_memory(peer, door, "idle", results)
        results.add(door.label, "memory.arrive_s",
                    visitors.arrive(settings.visitors, ARRIVE_SECONDS))
        time.sleep(SETTLE_SECONDS)
        _record_memory(peer, door, "held", results)
        results.add(door.label, "memory.one_more_ms", _one_more_ms(door))
        _requests("crowded", peer, door, results,
                  loads.requests(door.http_port, INTERACTIVE, settings.seconds, peer.pids()))
        _record_losses(visitors, door, settings, results)
        held = visitors.present()
    finally:
        visitors.leave()
    time.sleep(LEAVE_SECONDS)
    _record_memory(peer, door, "left", results)
    grown = (results.values(door.label, "memory.held_kib")[-1]
             - results.values(door.label, "memory.idle_kib")[-1])
    results.add(door.label, "memory.kib_per_visitor", grown / held)


def _requests(test, peer, door, results, found):
    results.add(door.label, f"{test}.per_s", found.per_s)
    results.add(door.label, f"{test}.p50_us", found.p50_us)
    results.add(door.label, f"{test}.p99_us", found.p99_us)
    if peer.children:
        results.add(door.label, f"{test}.cpu_us", found.cpu_us)
    if found.failed:
        results.note(f"{door.label}, {test}: {found.failed} requests failed, "
                     f"{found.answered} were answered")


def _record_memory(peer, door, state, results):
    total = 0
    for child in peer.children:
        kib = resident_kib(child.pid)
        results.add(door.label, f"memory.{state}_kib.{child.name}", kib)
        total += kib
    results.add(door.label, f"memory.{state}_kib", total)


def _one_more_ms(door):
    started = time.monotonic()
    if not loopback.serves(door.http_port):
        raise Failure("one more visitor was not served while the others were held")
    return (time.monotonic() - started) * 1e3


def _record_losses(visitors, door, settings, results):
    lost = visitors.lost()
    if visitors.present() < settings.visitors or lost:
        results.note(f"{door.label}, memory: of {settings.visitors} visitors "
                     f"{visitors.present()} were served within {ARRIVE_SECONDS} s, "
                     f"{visitors.failed} failed, {lost} lost their connection while idle; "
                     "KiB per visitor counts those served")
    if visitors.present() == 0:
        raise Failure("no visitor was served")
