"""What a run measures and for how long: the command line, and every limit of the bench."""

import argparse
import dataclasses
import pathlib
import resource

PEER_NAMES = ("direct", "haproxy", "ssh", "stunnel", "homeport", "trust")
PEER_TESTS = ("bulk", "keepalive", "connect", "single", "mixed", "memory")
HOMEPORT_TESTS = ("idle", "agents")     # there is nothing to compare with
TEST_NAMES = PEER_TESTS + HOMEPORT_TESTS

MAX_ROUNDS = 50
MAX_SECONDS = 60
VISITORS = 9000
QUICK_VISITORS = 500
AGENTS = 1000
QUICK_AGENTS = 20
SPREAD = 50
IDLE_SECONDS = 60
ASK_SECONDS = 20                # an idle link asks this often: no measurement of many is shorter
INTERACTIVE = 50                # visitors of the keep-alive, connect and mixed tests
BODY_BYTES = 1024
LEAVE_SECONDS = 5               # from the last visitor's leaving to the last memory reading
START_SECONDS = 15              # a peer that does not serve by then has failed
SPARE_FILES = 200               # open files a process needs beside its visitors
HOST = "bench.homeport.test"    # sent as Host by every load, so that all peers carry the same bytes

ROOT = pathlib.Path(__file__).resolve().parents[2]


@dataclasses.dataclass(frozen=True)
class Settings:
    """One run. Durations are whole seconds because wrk and iperf3 take only those."""

    rounds: int
    peers: tuple
    tests: tuple
    seconds: int
    idle_seconds: int
    agents: int                 # of the agents test
    spread: int                 # of them, those who share the requests where not one serves all
    visitors: int               # of the memory test
    wanted_visitors: int        # before the limit of open files had its say
    homeport: pathlib.Path
    json_file: pathlib.Path | None
    write: bool
    keep: bool


def raise_file_limit():
    """Lifts the soft limit of open files to the hard one; children inherit it. Returns it."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    if hard == resource.RLIM_INFINITY:
        hard = 1 << 20
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard


def within_files(wanted, file_limit):
    """A hop in one process holds two sockets per visitor (a relay per agent): as many of them as
    that allows."""
    return max(1, min(wanted, (file_limit - SPARE_FILES) // 2))


def parse(arguments, file_limit):
    options = _parser().parse_args(arguments)
    seconds = options.seconds or (1 if options.quick else 3)
    visitors = options.visitors or (QUICK_VISITORS if options.quick else VISITORS)
    agents = options.agents or (QUICK_AGENTS if options.quick else AGENTS)
    agents = max(2, within_files(agents, file_limit))
    return Settings(
        rounds=options.rounds or (1 if options.quick else 5),
        peers=options.only,
        tests=options.tests,
        seconds=seconds,
        idle_seconds=2 if options.quick else IDLE_SECONDS,
        agents=agents,
        spread=min(SPREAD, agents // 2),
        visitors=within_files(visitors, file_limit),
        wanted_visitors=visitors,
        homeport=options.homeport or _built_homeport(),
        json_file=options.json,
        write=options.write,
        keep=options.keep)


def _parser():
    parser = argparse.ArgumentParser(
        prog="bench tunnel", formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Compares homeport with its peers on this machine's loopback.")
    add = parser.add_argument
    add("--rounds", type=_count(1, MAX_ROUNDS), help="interleaved rounds (default 5)")
    add("--quick", action="store_true",
        help=f"one round of 1 s measurements, {QUICK_VISITORS} idle visitors, {QUICK_AGENTS} "
             "agents: does it run?")
    add("--only", type=_names(PEER_NAMES), default=PEER_NAMES, metavar="PEER,PEER",
        help="of " + ", ".join(PEER_NAMES))
    add("--tests", type=_names(TEST_NAMES), default=TEST_NAMES, metavar="TEST,TEST",
        help="of " + ", ".join(TEST_NAMES))
    add("--seconds", type=_count(1, MAX_SECONDS), help="length of a measurement (default 3)")
    add("--visitors", type=_count(1, 100_000), help=f"idle visitors (default {VISITORS})")
    add("--agents", type=_count(2, 10_000), help=f"attached agents (default {AGENTS})")
    add("--homeport", type=pathlib.Path, metavar="FILE", help="the binary to measure")
    add("--json", type=pathlib.Path, metavar="FILE", help="write every single figure there")
    add("--write", action="store_true", help="write docs/benchmarks.md")
    add("--keep", action="store_true", help="keep the temporary directory with all logs")
    return parser


def _count(low, high):
    def convert(text):
        value = int(text)
        if not low <= value <= high:
            raise argparse.ArgumentTypeError(f"{text} is not within {low} to {high}")
        return value
    return convert


def _names(known):
    def convert(text):
        chosen = text.split(",")
        unknown = [name for name in chosen if name not in known]
        if unknown:
            raise argparse.ArgumentTypeError(
                f"unknown: {', '.join(unknown)} (known: {', '.join(known)})")
        return tuple(name for name in known if name in chosen)
    return convert


def _built_homeport():
    places = [ROOT / "build/release/bin/homeport", ROOT / "build/release/homeport"]
    return next((place for place in places if place.exists()), places[-1])
