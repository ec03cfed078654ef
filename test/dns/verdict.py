"""What of an answer counts, and whether homeport's agrees with what most of the others say."""
import dataclasses

import packets
from packets import A, AAAA, ANY, NS, SOA

HOMEPORT = "homeport"
PEERS = ("knot", "nsd", "named")
ERRORS = (packets.FORMERR, packets.NOTIMP, packets.REFUSED, packets.BADVERS, packets.SERVFAIL)
SILENT = "no answer"
BROKEN = "malformed answer"


@dataclasses.dataclass(frozen=True)
class View:
    """An answer without what may differ: order, case, what minimal answers leave out."""
    rcode: object               # or SILENT, BROKEN
    aa: bool = False
    answer: frozenset = frozenset()
    authority: frozenset = frozenset()
    additional: frozenset = frozenset()
    flags: int = 0              # QR, opcode and RD as they come back, and what must be 0
    cd: bool = False
    echo: bool = True           # the question as it was asked
    edns: tuple | None = None   # version and DO


CONTENT = ("rcode", "aa", "answer", "authority", "additional")
HEADER = ("flags", "cd", "echo", "edns")


@dataclasses.dataclass
class Case:
    """One request with all answers, parsed: Message, None (silence) or Broken."""
    request: object
    transport: str
    answers: dict
    views: dict
    world: object

    @property
    def home(self):
        return self.views[HOMEPORT]

    def peers(self, *names):
        return [self.views[name] for name in names or PEERS]

    def differing(self, group):
        """The parts of a group that differ from most others. None: homeport agrees with two of
        them in the whole group."""
        mine = self._values(HOMEPORT, group)
        others = [self._values(name, group) for name in PEERS]
        if others.count(mine) >= 2:
            return []
        parts = [part for at, part in enumerate(group)
                 if [other[at] for other in others].count(mine[at]) < 2]
        return parts or [part for at, part in enumerate(group)
                         if any(other[at] != mine[at] for other in others)]

    def like(self, part):
        """The peers that say the same as homeport there."""
        mine = getattr(self.home, part)
        return [name for name in PEERS if getattr(self.views[name], part) == mine]

    def _values(self, name, group):
        return [getattr(self.views[name], part) for part in group]


def make_case(request, transport, raw, world):
    answers, views = {}, {}
    for name in (HOMEPORT, *PEERS):
        answers[name] = None
        if raw.get(name) is not None:
            try:
                answers[name] = packets.read(raw[name])
            except packets.Broken as error:
                answers[name] = error
        views[name] = view(request, answers[name], world)
    return Case(request, transport, answers, views, world)


def view(request, message, world):
    if message is None:
        return View(SILENT)
    if isinstance(message, packets.Broken):
        return View(BROKEN)
    if not request.plain or message.rcode in ERRORS:
        return error_view(request, message)
    answer, authority, additional = message.sections
    edns = (message.opt[1], message.opt[2]) if message.opt else None
    return View(message.rcode, bool(message.flags & packets.AA), answers_of(request, answer),
                authorities_of(answer, authority, world),
                glue_of(additional, authority, world),
                message.flags & ~(packets.AA | packets.TC | packets.CD | 15),
                bool(message.flags & packets.CD), message.question == asked(request), edns)


def error_view(request, message):
    """Of an error counts which one it is, and that EDNS is spoken as it was by the requester."""
    edns = None
    if request.plain:
        edns = (message.opt[1],) if message.opt else None
    return View(message.rcode, edns=edns)


def asked(request):
    return packets.question(packets.wire(request.name), request.type, request.rr_class)


def answers_of(request, records):
    """ANY may get any part of what there is (RFC 8482): that there is something counts. What
    homeport gives is compared by any_is_a_set()."""
    if request.type != ANY:
        return frozenset(map(without_serial, records))
    return frozenset({"something"} if records else ())


def without_serial(record):
    """homeport counts the versions of a zone by itself."""
    if record.type != SOA:
        return record
    end = len(record.rdata) - 16
    return dataclasses.replace(record, rdata=record.rdata[:end - 4] + record.rdata[end:])


def authorities_of(answer, authority, world):
    """Without the zone's own NS beside a positive answer."""
    positive = answer and not any(record.type == SOA for record in authority)
    return frozenset(
        without_serial(record) for record in authority
        if not (positive and record.type == NS and packets.labels_of(record.owner) in world.apexes))


def glue_of(additional, authority, world):
    """Addresses below cuts, of the name servers of the referral. Some expand wildcards there."""
    servers = {r.rdata: r.owner for r in authority if r.type == NS}
    if not servers or not additional:
        return frozenset()
    zone = world.zone_of(packets.labels_of(next(iter(servers.values()))))
    return frozenset(record for record in additional
                     if record.type in (A, AAAA) and record.owner in servers
                     and zone.has_below_cut(packets.labels_of(record.owner)))


def any_is_a_set(case):
    """homeport's answer to ANY is one whole set of the name, or of the wildcard that covers it."""
    records = case.answers[HOMEPORT].sections[0]
    kinds = {packets.type_text(record.type) for record in records}
    here = case.world.sets_for(case.request.name)
    return len(kinds) == 1 and len(here.get(*kinds, ())) == len(records)


def truncation_fault(request, udp, tcp, most, amplification):
    """Whether homeport's TC bit over UDP is right, by the size of its answer over TCP; None or the
    fault as a text."""
    limit = most
    if request.version == 0 or request.size is None:
        limit = min(most, max(512, request.size or 0))
    proven = request.has_cookie and request.version == 0
    if not proven:
        limit = min(limit, amplification * len(request.data))
    if udp.size > limit and not udp.truncated:
        return f"{udp.size} octets, more than {limit}"
    if tcp.size <= limit and udp.truncated:
        return f"TC although the whole answer has {tcp.size} octets and {limit} may be sent"
    if tcp.size > limit and not udp.truncated:
        same = all(set(a) == set(b) for a, b in zip(udp.sections[:2], tcp.sections[:2]))
        if not same or not set(udp.sections[2]) <= set(tcp.sections[2]):
            return "records left out without TC"
        cut = next((r.owner for r in udp.sections[1] if r.type == NS), None)
        left_out = set(tcp.sections[2]) - set(udp.sections[2])
        if cut is None or any(r.owner.endswith(cut) for r in left_out):
            return "glue left out without TC"
    return None
