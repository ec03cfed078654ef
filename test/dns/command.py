"""The command: zones, servers, questions, verdicts, summary. Exit code 0: everything agrees or is
explained; 1: not, or a server did not run; 2: wrong usage."""
import argparse
import collections
import pathlib
import random
import shutil
import signal
import sys
import tempfile
import time

import exchange
import packets
import verdict
from explained import explain
from questions import Asker
from servers import UDP_BYTES, Failure, Servers, missing_programs
from verdict import HOMEPORT, PEERS
from zones import World

ROOT = pathlib.Path(__file__).resolve().parents[2]
SHOWN = 10
SHARE = 10000                   # requests in memory at once
TCP_SAMPLE = 0.02
AMPLIFICATION = 4               # kMaxAmplification of src/dns/server/limits.hpp
MOST_LINES, MOST_RECORDS = 30, 40


def parse(arguments):
    parser = argparse.ArgumentParser(
        prog="compare", description="Asks homeport, knotd, nsd and named the same questions.")
    parser.add_argument("--queries", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--names", type=int, default=150, help="made per zone (150)")
    parser.add_argument("--homeport", type=pathlib.Path, default=ROOT / "build/release/homeport")
    parser.add_argument("--keep", action="store_true", help="keep the zones, settings and logs")
    parser.add_argument("--show", type=int, default=SHOWN, help="unexplained ones in full (10)")
    return parser.parse_args(arguments)


def main(arguments):
    options = parse(arguments)
    missing = missing_programs()
    if missing:
        return fail(f"{', '.join(missing)} not found (apt-get install --no-install-recommends "
                    f"{' '.join(missing.values())})")
    if not options.homeport.exists():
        return fail(f"{options.homeport} is not there (./dev build, or --homeport FILE)")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    folder = pathlib.Path(tempfile.mkdtemp(prefix="homeport-dns-"))
    try:
        return compare(options, folder)
    except (Failure, OSError) as error:
        return fail(str(error))
    except KeyboardInterrupt:
        return fail("interrupted")
    finally:
        if options.keep:
            print(f"kept in {folder}", file=sys.stderr)
        else:
            shutil.rmtree(folder, ignore_errors=True)


def fail(text):
    print(f"compare: {text}", file=sys.stderr)
    return 1


def compare(options, folder):
    world, tally = World(options.seed, options.names), Tally(options.show)
    started = time.monotonic()
    with Servers(folder, world, options.homeport) as servers:
        asker = Asker(options.seed, world, servers.server_cookie())
        udp = exchange.Udp(servers.ports)
        try:
            run = Run(world, servers, udp, tally, random.Random(options.seed))
            requests = asker.requests(options.queries)
            while share := [request for _, request in zip(range(SHARE), requests)]:
                run.ask(share)
                servers.require_running()
        finally:
            udp.close()
    tally.print_summary(options, time.monotonic() - started)
    return 1 if tally.unexplained else 0


class Run:
    """Asks over UDP. Answers that somebody cut short there, with TC or by leaving glue out, are
    judged over TCP, and so is a sample."""

    def __init__(self, world, servers, udp, tally, rng):
        self.world, self.servers, self.udp = world, servers, udp
        self.tally, self.rng = tally, rng

    def ask(self, requests):
        again, before = [], []
        for request, raw in zip(requests, self.udp.ask(requests)):
            case = verdict.make_case(request, "UDP", raw, self.world)
            truncated = any(isinstance(answer, packets.Message) and answer.truncated
                            for answer in case.answers.values())
            cut = request.plain and (truncated or "additional" in case.differing(verdict.CONTENT))
            if cut or (request.plain and self.rng.random() < TCP_SAMPLE):
                again.append(request)
                before.append(case)
            if not cut:
                self.tally.judge(case)
        for request, raw, case in zip(again, exchange.ask_tcp(self.servers.ports, again), before):
            over_tcp = verdict.make_case(request, "TCP", raw, self.world)
            self.tally.judge(over_tcp)
            self.tally.judge_truncation(case, over_tcp)


class Tally:
    def __init__(self, shown):
        self.shown = shown
        self.asked, self.agreed, self.unexplained = 0, 0, 0
        self.transports = collections.Counter()
        self.explained, self.kinds = collections.Counter(), collections.Counter()
        self.cases = []

    def judge(self, case):
        self.asked += 1
        self.transports[case.transport] += 1
        agreed = True
        for group in (verdict.CONTENT, verdict.HEADER):
            parts = case.differing(group)
            if group is verdict.HEADER and "rcode" in case.differing(verdict.CONTENT):
                break           # of different kinds of answers
            agreed = agreed and not parts
            why = explain(case, parts) if parts else None
            if why:
                self.explained[why] += 1
            elif parts:
                self.differ(case, describe(case, parts))
        self.agreed += agreed
        self.judge_any(case)

    def judge_any(self, case):
        comparable = case.request.type == packets.ANY and case.home.answer \
            and not case.answers[HOMEPORT].truncated
        if comparable and not verdict.any_is_a_set(case):
            self.differ(case, "ANY: not one whole set")

    def judge_truncation(self, over_udp, over_tcp):
        udp, tcp = over_udp.answers[HOMEPORT], over_tcp.answers[HOMEPORT]
        if not isinstance(udp, packets.Message) or not isinstance(tcp, packets.Message):
            return
        fault = verdict.truncation_fault(over_udp.request, udp, tcp, UDP_BYTES, AMPLIFICATION)
        if fault:
            self.differ(over_udp, f"UDP size: {fault}")

    def differ(self, case, kind):
        self.unexplained += 1
        self.kinds[kind] += 1
        if self.kinds[kind] == 1 or len(self.cases) < self.shown:
            self.cases.append((kind, case))

    def print_summary(self, options, seconds):
        first = {}
        for kind, case in self.cases:
            first.setdefault(kind, case)
        for kind, case in list(first.items())[:self.shown]:
            print_case(kind, case)
        print(f"seed {options.seed}: {self.asked} comparisons of {options.queries} queries "
              f"({self.transports['UDP']} over UDP, {self.transports['TCP']} over TCP) "
              f"in {seconds:.0f} s")
        print(f"agreed: {self.agreed}")
        print(f"explained: {sum(self.explained.values())}")
        for why, count in self.explained.most_common():
            print(f"  {count:7} {why}")
        print(f"unexplained: {self.unexplained}")
        for kind, count in self.kinds.most_common():
            print(f"  {count:7} {kind}")


def describe(case, parts):
    """The kind of a difference, to group by: which parts, who else says the same."""
    words = [case.request.kind] if not case.request.plain else []
    for part in parts:
        if part == "rcode":
            codes = [packets.RCODES.get(case.views[name].rcode, str(case.views[name].rcode))
                     for name in (HOMEPORT, *PEERS)]
            words.append(f"{codes[0]}, others {'/'.join(codes[1:])}")
        else:
            words.append(f"{part} as {'+'.join(case.like(part)) or 'nobody'}")
    return "; ".join(words)


def print_case(kind, case):
    request = case.request
    print(f"--- {kind}\n{case.transport}: {request.text()}\n  {request.data.hex()}")
    lines = case.world.lines_near(request.name)
    for answer in case.answers.values():
        if isinstance(answer, packets.Message):
            for record in answer.sections[0]:
                if record.type == packets.CNAME:
                    target = packets.labels_of(record.rdata)
                    lines += [line for line in case.world.lines_near(target) if line not in lines]
    for line in lines[:MOST_LINES]:
        print(f"  zone: {line[:160]}")
    home = case.answers[HOMEPORT]
    for name, answer in case.answers.items():
        print(f"  {name}: {message_text(answer)}")
        if isinstance(answer, packets.Message):
            print_sections(answer, home if name != HOMEPORT else None)
    print()


def print_sections(message, home):
    """All records; of the others those that homeport has not (+), and homeport's that miss (-)."""
    known = home.sections if isinstance(home, packets.Message) else [[], [], []]
    for title, section, other in zip(("answer", "authority", "additional"), message.sections,
                                     known):
        rows = [("+" if home else " ", record) for record in section if record not in other]
        rows += [("-", record) for record in other if record not in section]
        for sign, record in rows[:MOST_RECORDS]:
            print(f"   {sign} {title}: {packets.record_text(record)}")


def message_text(answer):
    if not isinstance(answer, packets.Message):
        return str(answer or verdict.SILENT)
    edns = f"EDNS {answer.opt[1]} {answer.opt[0]} {answer.opt[2]:04x}" if answer.opt else "no EDNS"
    rcode = packets.RCODES.get(answer.rcode, answer.rcode)
    return (f"{rcode} flags {answer.flags:04x} {'/'.join(str(len(s)) for s in answer.sections)} "
            f"{edns} {answer.size} octets")
