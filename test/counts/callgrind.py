"""Counts instructions and calls of a running relay and agent with valgrind's callgrind.

At every mark each process writes a profile of what it did since the mark before. valgrind shows
programs a processor without AVX-512, so homeport seals records with OpenSSL here, by the suite that
is faster under valgrind, and not with what users run on processors that have it. Therefore the
instructions of the TLS libraries, and of what they call, are told apart and have no limit.
"""

import collections
import re
import shutil
import subprocess

from world import ROLES, Failure

DUMP_SECONDS = 30

NAME = re.compile(r"\((\d+)\)(?: (.*))?$")
RECURSION = re.compile(r"'\d+$")
COST = re.compile(r"(?:[+-]?\d+|\*) (\d+)$")

OWN = re.compile(r"/homeport$")
TLS = re.compile(r"/lib(crypto|ssl|IPSec_MB)\.so")
COPY = re.compile(r"(mem(cpy|move|pcpy)|__mem(cpy|move|pcpy)_\w+)$")
ALLOCATION = re.compile(r"(malloc|calloc|realloc|aligned_alloc|posix_memalign)$")
SOCKET_CALL = re.compile(r"(recv|recvmsg|recvfrom|read|readv|send|sendmsg|sendto|write|writev"
                         r"|epoll_wait|epoll_ctl|ioctl)$")

Call = collections.namedtuple("Call", "from_object from_function object function")


class Profile:
    """What one file of callgrind says.

    own[object, function]: instructions in the function itself
    calls[Call]            how often
    inside[Call]           instructions in the called function and all that it calls

    The format is in valgrind's manual, "Callgrind Format Specification": a name stands once as
    `(ID) NAME` and later as `(ID)` alone; the line after `calls=` is the cost inside the call.
    """

    def __init__(self, path):
        self.own = collections.Counter()
        self.calls = collections.Counter()
        self.inside = collections.Counter()
        self._names = {}
        with open(path, encoding="utf-8", errors="replace") as lines:
            self._read(lines)

    def _read(self, lines):
        at = {}
        for line in lines:
            key, equals, value = line.rstrip("\n").partition("=")
            if equals and key in ("ob", "fn", "cob", "cfn"):
                at[key] = self._name(key.removeprefix("c"), value)
            elif equals and key == "calls":
                # `cob=` stands only where the called function is in another object.
                call = Call(at["ob"], at["fn"], at.pop("cob", at["ob"]), at["cfn"])
                self.calls[call] += int(value.split()[0])
                self.inside[call] += int(COST.match(next(lines).rstrip())[1])
            elif cost := COST.match(key):
                self.own[at["ob"], at["fn"]] += int(cost[1])

    def _name(self, kind, value):
        """Functions and objects have numbers of their own."""
        number, name = NAME.match(value).groups()
        if name is not None:
            self._names[kind, number] = RECURSION.sub("", name)
        return self._names[kind, number]


def counts(profile):
    """The figures that may have a limit, and by the way what TLS cost."""
    total = sum(profile.own.values())
    own = sum(count for (place, _), count in profile.own.items() if OWN.search(place))
    tls = tls_instructions(profile)
    ours = [call for call in profile.calls if not TLS.search(call.from_object)]
    copies = sum(profile.inside[call] for call in ours if COPY.match(call.function))

    def calls(pattern):
        return sum(profile.calls[call] for call in ours if pattern.match(call.function))

    return {
        "own_instructions": own,
        "library_instructions": total - own - tls - copies,
        "tls_instructions": tls,
        "copy_instructions": copies,
        "allocations": calls(ALLOCATION),
        "socket_calls": calls(SOCKET_CALL),
    }


def tls_instructions(profile):
    """Of the TLS libraries, and of the C library on their behalf. What calls them back (qsort,
    pthread_once) is not followed: its inside would count twice."""
    calls_back = {(call.from_object, call.from_function) for call in profile.calls
                  if TLS.search(call.object)}
    own = sum(count for (place, _), count in profile.own.items() if TLS.search(place))
    return own + sum(count for call, count in profile.inside.items()
                     if TLS.search(call.from_object) and not TLS.search(call.object)
                     and (call.object, call.function) not in calls_back)


class Callgrind:
    """The instrument: how a process is started under it, and what happened since the last mark."""

    program = "valgrind"

    def __init__(self, folder):
        self._folder = folder
        self._marks = 0

    @staticmethod
    def missing():
        return [name for name in ("valgrind", "vgdb") if not shutil.which(name)]

    def prefix(self, role):
        return ["valgrind", "--tool=callgrind", "--dump-line=no",
                f"--callgrind-out-file={self._folder}/{role}.callgrind",
                f"--log-file={self._folder}/{role}.valgrind", self._pipes()]

    def mark(self, world):
        """{role: (counts, instructions by function)} since the mark before."""
        # Both at once: while one stood still alone, the other would think that the link is dead.
        asked = [subprocess.Popen(["vgdb", self._pipes(), f"--pid={world.children[role].pid}",
                                   "dump"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
                 for role in ROLES]
        self._marks += 1
        said = [_end(process) for process in asked]
        if any(process.returncode != 0 for process in asked):
            raise Failure(f"vgdb got no profile: {b''.join(said).decode().strip()[:200]}")
        profiles = {role: Profile(self._folder / f"{role}.callgrind.{self._marks}")
                    for role in ROLES}
        return {role: (counts(profile), _by_function(profile))
                for role, profile in profiles.items()}

    def _pipes(self):
        return f"--vgdb-prefix={self._folder}/vgdb"


def _end(process):
    try:
        return process.communicate(timeout=DUMP_SECONDS)[0]
    except subprocess.TimeoutExpired:
        process.kill()
        return process.communicate()[0]


def _by_function(profile):
    functions = collections.Counter()
    for (place, function), count in profile.own.items():
        functions[f"{place.rpartition('/')[2]}: {function}"] += count
    return functions
