"""What is done to the tunnel while it is counted, and how counts become figures."""

import dataclasses
import typing

from visitor import Visitor
from world import ROLES, Failure

MB = 1 << 20
BLOCK = 48 * 1024       # three records of the tunnel, sent at once
# Timers, a look after memory, a link dialled anew while the machine was busy: all this only adds.
# So the least of several rounds is what the work itself takes.
ROUNDS = 3


@dataclasses.dataclass(frozen=True)
class Load:
    """`act(visitor, amount)` is done on one connection, in short and in long rounds; the figures
    are the difference of the two, per unit of the amount, or per so many as `per` says."""

    name: str
    service: str
    act: typing.Callable
    warm: int
    short: int
    long: int
    figures: tuple
    per: dict = dataclasses.field(default_factory=dict)

    @property
    def unit(self):
        """What parts are counted for."""
        return "MB" if self.per else "request"


INSTRUCTIONS = ("own_instructions", "library_instructions", "copy_instructions",
                "tls_instructions")
IN_REQUESTS = (*INSTRUCTIONS, "allocations", "system_calls")
IN_DOWNLOADS = (*INSTRUCTIONS, "allocations", "socket_calls")
PER_MB = {"allocations": MB, "system_calls": MB, "socket_calls": MB}


def ask_for_blocks(visitor, wanted):
    """Answers of one block each. All of a block is there before the next hop reads it, so it always
    moves in the same steps, which those of a long answer do not."""
    for _ in range(wanted // BLOCK):
        visitor.download(BLOCK)


TCP_REQUEST = Load("tcp_request", "tcp", Visitor.ask, 50, 100, 400, IN_REQUESTS)
HTTP_REQUEST = Load("http_request", "http", Visitor.ask, 50, 100, 400, IN_REQUESTS)
BLOCKS = Load("blocks", "tcp", ask_for_blocks, 10 * BLOCK, 20 * BLOCK, 70 * BLOCK, IN_REQUESTS,
              PER_MB)
DOWNLOAD = Load("download", "tcp", Visitor.download, 2 * MB, 2 * MB, 10 * MB, IN_DOWNLOADS, PER_MB)


@dataclasses.dataclass
class Measured:
    """figures["LOAD.ROLE.FIGURE"], and what is behind them: parts["LOAD.ROLE"] has the functions or
    system calls of the last round, per unit."""

    unit: str
    figures: dict
    parts: dict


def measure(world, instrument, load):
    short, long = [], []
    try:
        with world.visitor(load.service) as visitor:
            load.act(visitor, load.warm)
            instrument.mark(world)
            for _ in range(ROUNDS):
                load.act(visitor, load.short)
                short.append(instrument.mark(world))
                load.act(visitor, load.long)
                long.append(instrument.mark(world))
    except (Failure, OSError) as error:
        world.explain(load.name, error)
    measured = Measured(load.unit, {}, {})
    for role in ROLES:
        counts = ([mark[role][0] for mark in marks] for marks in (short, long))
        for name, figure in _figures(load, *counts).items():
            measured.figures[f"{load.name}.{role}.{name}"] = figure
        measured.parts[f"{load.name}.{role}"] = _parts(load, short[-1][role][1], long[-1][role][1])
    return measured


def _figures(load, short, long):
    """Of one role; short and long are lists of counts, one for each round."""
    figures = {}
    for name in load.figures:
        if name in long[0]:
            more = min(counts[name] for counts in long) - min(counts[name] for counts in short)
            figures[name] = more / (load.long - load.short) * load.per.get(name, 1)
    return figures


def _parts(load, short, long):
    units = (load.long - load.short) / (MB if load.unit == "MB" else 1)
    return {name: (count - short[name]) / units for name, count in long.items()}
