"""Counts the system calls of a running relay and agent with strace."""

import collections
import re
import shutil
import time

from world import ROLES

QUIET_SECONDS = 0.05    # acknowledgements that wait for company leave within 10 ms

# A call that another thread interrupted has a second line, "<... NAME resumed>", which is no call.
CALL = re.compile(rb"^\d+ +(\w+)\(", re.M)


class Strace:
    """The instrument: how a process is started under it, and what happened since the last mark."""

    program = "strace"

    def __init__(self, folder):
        self._folder = folder
        self._read_to = dict.fromkeys(ROLES, 0)

    @staticmethod
    def missing():
        return [] if shutil.which("strace") else ["strace"]

    def prefix(self, role):
        return ["strace", "-f", "-qq", "-I2", "-o", self._folder / f"{role}.strace"]

    def mark(self, _):
        """{role: (counts, calls by name)} since the mark before."""
        time.sleep(QUIET_SECONDS)
        named = {role: self._calls(role) for role in ROLES}
        return {role: ({"system_calls": sum(calls.values())}, calls)
                for role, calls in named.items()}

    def _calls(self, role):
        with open(self._folder / f"{role}.strace", "rb") as file:
            file.seek(self._read_to[role])
            lines = file.read()
        whole = lines[:lines.rfind(b"\n") + 1]
        self._read_to[role] += len(whole)
        return collections.Counter(name.decode() for name in CALL.findall(whole))
