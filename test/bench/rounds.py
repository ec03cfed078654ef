"""The course of a run: peers up, interleaved rounds, then each afresh for the other tests."""

import sys

import measures
import measures_homeport
from peer import Direct, HaProxy, World
from peer_crowds import Crowds
from peer_homeport import Homeport
from peer_ssh import Ssh
from peer_stunnel import Stunnel
from peer_trust import HomeportTrust
from processes import Failure

PEERS = (Direct, HaProxy, Stunnel, Ssh, Homeport, HomeportTrust)    # also the order of the rows
SPEED_TESTS = {"bulk": measures.bulk, "keepalive": measures.keepalive,
               "connect": measures.connect, "single": measures.single, "mixed": measures.mixed}
HOMEPORT_TESTS = {"idle": (Homeport, measures_homeport.idle),
                  "agents": (Crowds, measures_homeport.agents)}
NEED_BULK = ("bulk", "mixed")
MAX_FAILURES = 2                # of one row in one test; then it is not tried again


class Run:
    """Owns the peers of one run. Whatever happens, no process outlives measure()."""

    def __init__(self, settings, folder, origin, file_limit, results):
        self._settings = settings
        self._folder = folder
        self._origin = origin
        self._file_limit = file_limit
        self._results = results
        self._failures = {}
        self._starts = 0

    def measure(self):
        kinds = self._available()
        tests = [test for test in self._settings.tests if test in SPEED_TESTS]
        if tests:
            self._speed_rounds(kinds, tests)
        if "memory" in self._settings.tests:
            self._memory_round(kinds)
        if Homeport in kinds:
            for test, (kind, measure) in HOMEPORT_TESTS.items():
                if test in self._settings.tests:
                    _say(test)
                    self._afresh(test, measure, kind, 0)

    def _available(self):
        kinds = []
        for kind in PEERS:
            if kind.name not in self._settings.peers:
                continue
            reason = kind.missing(self._settings)
            if reason:
                self._results.skipped[kind.name] = reason
                _say(f"skipped {kind.name}: {reason}")
            else:
                kinds.append(kind)
        return kinds

    def _speed_rounds(self, kinds, tests):
        peers = []
        try:
            for kind in kinds:
                peer = self._start(kind)
                if peer:
                    peers.append(peer)
            for number in range(self._settings.rounds):
                self._round(number, peers, tests)
        finally:
            for peer in peers:
                peer.stop()

    def _round(self, number, peers, tests):
        """Everybody takes each test in turn; who begins moves on with every round."""
        contenders = [(peer, door) for peer in peers for door in peer.doors]
        if not contenders:
            return
        shift = number % len(contenders)
        for test in tests:
            _say(f"round {number + 1} of {self._settings.rounds}: {test}")
            for peer, door in contenders[shift:] + contenders[:shift]:
                if test in peer.tests and (door.bulk_port or test not in NEED_BULK):
                    self._attempt(test, SPEED_TESTS[test], peer, door)

    def _memory_round(self, kinds):
        wanted, possible = self._settings.wanted_visitors, self._settings.visitors
        if possible < wanted:
            self._report(f"memory: {possible} visitors instead of {wanted}: at most "
                         f"{self._file_limit} open files (raise it with ulimit -Hn)")
        for kind in kinds:
            for index, label in enumerate(kind.row_labels):
                if "memory" in kind.tests:
                    _say(f"memory: {label}, {self._settings.visitors} visitors")
                    self._afresh("memory", measures.memory, kind, index)

    def _afresh(self, test, measure, kind, index):
        peer = self._start(kind)
        if not peer:
            return
        try:
            self._attempt(test, measure, peer, peer.doors[index])
        finally:
            peer.stop()

    def _start(self, kind):
        self._starts += 1
        folder = self._folder / f"{self._starts}-{kind.name}"
        folder.mkdir()
        peer = kind(World(folder, self._origin, self._file_limit, self._settings))
        try:
            peer.start()
        except (Failure, OSError) as error:
            self._report(f"{kind.name} did not start: {error}")
            return None
        return peer

    def _attempt(self, test, measure, peer, door):
        key = (door.label, test)
        if self._failures.get(key, 0) >= MAX_FAILURES:
            return
        try:
            peer.require_running()
            measure(peer, door, self._settings, self._results)
        except (Failure, OSError) as error:
            self._failures[key] = self._failures.get(key, 0) + 1
            self._report(f"{door.label}, {test}: {error}")

    def _report(self, text):
        self._results.note(text)
        _say("problem: " + text)


def _say(text):
    print(text, file=sys.stderr, flush=True)
