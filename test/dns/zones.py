"""Zones made from a seed: everything that the algorithm of RFC 1034 section 4.3.2 can meet."""
import functools
import random

from packets import name_text

WORDS = [b"a", b"b", b"c", b"www", b"mail", b"x", b"y", b"z", b"ns", b"deep", b"Host", b"_tcp",
         b"0", b"long-word-with-dashes", b"WWW2", b"n1", b"n2"]
ODD = [b"dot.in", b"sp ace", b"\0", b"\xff\xfe", b"quo\"te", b"semi;colon", b"back\\slash", b"@",
       b"a*b", b"**", b"\xc0\x0c", b"@A[Z`a{z", b"(", b"$TTL", b"\x7f"]
APEXES = [(b"a", b"test"), (b"child", b"a", b"test"), (b"b", b"test"),
          (b"Kid", b"deep", b"b", b"test"), (b"orphan", b"b", b"test"), (b"solo",)]
ELSEWHERE = [(b"ns", b"elsewhere", b"example"), (b"example",), (b"x", b"tes"), (b"Test",)]
TTLS = [0, 30, 60, 300, 3600, 86400]
STAR = (b"*",)


@functools.lru_cache(1 << 16)
def lower(name):
    return tuple(label.lower() for label in name)


def shorten(name):
    """Without leading labels until it fits into 255 octets."""
    while sum(len(label) + 1 for label in name) > 254:
        name = name[1:]
    return name


class Zone:
    """Records by name; `cuts` are the names of delegations."""

    def __init__(self, apex, rng):
        self.apex, self.rng = apex, rng
        self.sets = {}          # lower-case name: {type: (name, ttl, [rdata text])}
        self.cuts = set()

    def put(self, name, kind, rdata, ttl=None):
        """Adds a set, unless it is there, or would stand beside a CNAME."""
        if sum(len(label) + 1 for label in name) > 254:
            return False
        here = self.sets.setdefault(lower(name), {})
        if kind in here or "CNAME" in here or (kind == "CNAME" and here):
            return False
        seen = {text.lower(): text for text in rdata}
        here[kind] = (name, self.rng.choice(TTLS) if ttl is None else ttl, list(seen.values()))
        return True

    def names(self):
        return [next(iter(sets.values()))[0] for sets in self.sets.values() if sets]

    @functools.lru_cache(1 << 16)
    def has_below_cut(self, name):
        """A name in lower case with records, at or below a delegation."""
        return bool(self.sets.get(name)) and any(
            name[i:] in self.cuts for i in range(len(name) - len(self.apex)))

    def lines(self):
        order = sorted(self.sets, key=lambda name: name != lower(self.apex))
        for name in order:
            for kind in sorted(self.sets[name], key=lambda kind: kind != "SOA"):
                owner, ttl, rdata = self.sets[name][kind]
                for text in rdata:
                    yield f"{name_text(owner)} {ttl} IN {kind} {text}"


class World:
    """All zones, and what is asked of them as a whole."""

    def __init__(self, seed, names_per_zone):
        self.rng = random.Random(f"zones {seed}")
        self.zones = [Zone(apex, self.rng) for apex in APEXES]
        self.apexes = {lower(zone.apex) for zone in self.zones}
        for zone in self.zones:
            Maker(self, zone).fill(names_per_zone)

    def zone_of(self, name):
        """The closest zone, or None."""
        name = lower(name)
        fitting = [z for z in self.zones if name[-len(z.apex):] == lower(z.apex)]
        return max(fitting, key=lambda zone: len(zone.apex), default=None)

    def sets_for(self, name):
        """{type: [rdata text]} of a name in its zone, from a wildcard if need be."""
        name, zone = lower(name), self.zone_of(name)
        sets, at = zone.sets.get(name), 0
        while not sets and not any(owner[-len(name[at:]):] == name[at:] for owner in zone.sets):
            at += 1
            sets = zone.sets.get(STAR + name[at:])
        return {kind: rdata for kind, (_, _, rdata) in (sets or {}).items()}

    def some_name(self, rng):
        names = rng.choice(self.zones).names()
        return rng.choice(names) if names else rng.choice(ELSEWHERE)

    def lines_near(self, name):
        """The zone lines that an answer about a name can come from."""
        zone = self.zone_of(name)
        if zone is None:
            return []
        name = lower(name)
        near = {name[i:] for i in range(len(name))} | {STAR + name[i:] for i in range(len(name))}
        texts = {name_text(n).lower() for n in near}
        return [line for line in zone.lines() if line.split(" ", 1)[0].lower() in texts]


class Maker:
    """Fills one zone."""

    def __init__(self, world, zone):
        self.world, self.zone, self.rng = world, zone, zone.rng

    def fill(self, names):
        rng, zone = self.rng, self.zone
        ttl, minimum = rng.choice([(3600, 60), (30, 3600), (300, 300)])
        zone.put(zone.apex, "SOA", ["ns1.elsewhere.example. Host.Master.example. 7 3600 600 86400 "
                                    f"{minimum}"], ttl)
        servers = [name_text((b"ns",) + zone.apex), "ns2.elsewhere.example."]
        zone.put(zone.apex, "NS", servers)
        zone.put((b"ns",) + zone.apex, "A", self.rdata("A"))    # or named refuses the zone
        for other in self.world.zones:
            below = len(other.apex) > len(zone.apex)
            if below and lower(other.apex)[-len(zone.apex):] == lower(zone.apex) \
                    and b"orphan" not in other.apex:
                self.delegate(other.apex)
        kinds = [(self.data, 40), (self.wildcard, 14), (self.cut, 12), (self.chain, 10),
                 (self.alias, 14), (self.loop, 3), (self.many, 5), (self.longest, 2)]
        makers, weights = zip(*kinds)
        for make in rng.choices(makers, weights, k=names):
            make()
        for kind in ("MX", "TXT", "CAA", "A"):
            zone.put(zone.apex, kind, self.rdata(kind))

    def label(self):
        rng, dice = self.rng, self.rng.random()
        if dice < 0.03:
            return bytes(rng.choices(b"abcXYZ019-", k=63))
        if dice < 0.10:
            return rng.choice(ODD)
        word = rng.choice(WORDS)
        return word.upper() if dice < 0.15 else word

    def name(self, most=3):
        rng = self.rng
        depth = rng.choices(range(1, most + 1), [3 ** (most - i) for i in range(most)])[0]
        base = rng.choice(self.zone.names()) if rng.random() < 0.3 else self.zone.apex
        return shorten(tuple(self.label() for _ in range(depth)) + base)

    def target(self):
        """A name that records point to: here, in another zone, or nowhere."""
        rng, dice = self.rng, self.rng.random()
        if dice < 0.6:
            return rng.choice(self.zone.names())
        if dice < 0.75:
            return self.name()
        if dice < 0.9:
            return self.world.some_name(rng)
        return rng.choice(ELSEWHERE)

    def rdata(self, kind, count=None):
        count = count or self.rng.choice([1, 1, 1, 2, 3])
        return [self.one(kind) for _ in range(count)]

    def one(self, kind):
        rng = self.rng
        name = name_text(self.target())
        digest = f"{rng.getrandbits(256):064x}"
        texts = {
            "A": lambda: f"203.0.113.{rng.randrange(256)}",
            "AAAA": lambda: f"2001:db8::{rng.randrange(1, 65536):x}",
            "NS": lambda: name, "PTR": lambda: name, "CNAME": lambda: name,
            "MX": lambda: f"{rng.randrange(99)} {name}",
            "SRV": lambda: f"{rng.randrange(9)} {rng.randrange(9)} {rng.randrange(65536)} {name}",
            "TXT": lambda: " ".join(self.string() for _ in range(rng.choice([1, 1, 2, 5]))),
            "CAA": lambda: f"{rng.choice([0, 128])} issue {self.string()}",
            "DS": lambda: f"{rng.randrange(65536)} 13 2 {digest}",
            "TLSA": lambda: f"3 1 1 {digest}",
            "SSHFP": lambda: f"4 2 {digest}",
            "HINFO": lambda: f"{self.string()} {self.string()}",
            "RP": lambda: f"{name} {name_text(self.target())}",
            "AFSDB": lambda: f"1 {name}",
            "NAPTR": lambda: f"1 2 \"u\" \"E2U\" \"!^.*$!x!\" {name}",
            "URI": lambda: f"1 2 \"https://x.example/{rng.randrange(99)}\"",
            "SVCB": lambda: f"{rng.randrange(1, 9)} {name} alpn=\"h2\" port={rng.randrange(9999)}",
            "HTTPS": lambda: rng.choice([f"0 {name}", "1 . alpn=\"h3,h2\""]),
            "TYPE65280": lambda: f"\\# 4 {rng.getrandbits(32):08x}",
        }
        return texts[kind]()

    def string(self):
        octets = self.rng.randbytes(self.rng.choice([0, 1, 5, 20, 255])) \
            if self.rng.random() < 0.2 else b"text" * self.rng.randrange(1, 9)
        return '"' + "".join(chr(c) if c in b"text" else f"\\{c:03}" for c in octets) + '"'

    KINDS = ["A", "A", "A", "AAAA", "AAAA", "TXT", "MX", "SRV", "CAA", "PTR", "TLSA", "SSHFP",
             "HINFO", "RP", "AFSDB", "NAPTR", "URI", "SVCB", "HTTPS", "TYPE65280"]

    def data(self, name=None):
        name = name or self.name()
        for kind in self.rng.choices(self.KINDS, k=self.rng.choice([1, 1, 2, 4])):
            self.zone.put(name, kind, self.rdata(kind))

    def wildcard(self):
        name = STAR + (self.name(2) if self.rng.random() < 0.8 else self.zone.apex)
        if self.rng.random() < 0.2:
            name = (self.label(),) + name   # below an asterisk: RFC 4592 section 2.1.3
        if self.rng.random() < 0.25:
            self.zone.put(name, "CNAME", [name_text(self.target())])
        else:
            self.data(name)

    def alias(self):
        self.zone.put(self.name(), "CNAME", [name_text(self.target())])

    def chain(self):
        """CNAMEs in a row; the last one leads to something or nothing, the longest are cut off."""
        base, number = self.name(1), self.rng.randrange(1000)
        names = [shorten((b"chain%d-%d" % (number, i),) + base)
                 for i in range(self.rng.choice([2, 2, 3, 3, 3, 4, 5, 8, 20]))]
        for name, following in zip(names, names[1:] + [self.target()]):
            self.zone.put(name, "CNAME", [name_text(following)])

    def loop(self):
        names = [self.name() for _ in range(self.rng.choice([1, 2, 3]))]
        if self.rng.random() < 0.3:
            names[0] = STAR + names[0]
        for name, following in zip(names, names[1:] + names[:1]):
            self.zone.put(name, "CNAME", [name_text(following)])

    def many(self):
        kind, count = self.rng.choice([("A", 60), ("AAAA", 120), ("TXT", 20), ("MX", 30),
                                       ("A", 28), ("SRV", 25), ("AAAA", 16)])
        self.zone.put(self.name(), kind, self.rdata(kind, count))

    def longest(self):
        """A name of 255 octets, and one that a wildcard cannot reach further."""
        room = 254 - sum(len(label) + 1 for label in self.zone.apex)
        labels = []
        while room > 1:
            size = min(63, room - 1)
            labels.append(bytes(self.rng.choices(b"abcdefgh", k=size)))
            room -= size + 1
        self.data(tuple(labels) + self.zone.apex)
        self.data(STAR + tuple(labels[1:]) + self.zone.apex)

    def cut(self):
        name = self.name(2)
        if lower(name) not in self.world.apexes:
            self.delegate(name)

    def delegate(self, name):
        """Name servers of all kinds, glue for most of them, things hidden below the cut."""
        zone, rng = self.zone, self.rng
        if zone.sets.get(lower(name)) or len(name) <= len(zone.apex):
            return
        others = sorted(zone.cuts)
        count = rng.choice([1, 2, 2, 3, 13])
        servers = [shorten(self.server(name, others, i)) for i in range(count)]
        if not zone.put(name, "NS", [name_text(server) for server in servers]):
            return
        zone.cuts.add(lower(name))
        if rng.random() < 0.5:
            zone.put(name, "DS", self.rdata("DS"))
        for server in servers:
            inside = lower(server)[-len(zone.apex):] == lower(zone.apex)
            if inside and rng.random() < 0.85 and self.world.zone_of(server) is zone:
                for kind in rng.choice([["A"], ["A", "AAAA"], ["AAAA"]]):
                    zone.put(server, kind, self.rdata(kind))
        for _ in range(rng.choice([0, 0, 1, 2])):
            below = (self.label(),) + name
            if rng.random() < 0.2:
                zone.put(STAR + name, "TXT", self.rdata("TXT"))
            elif rng.random() < 0.2:
                zone.put(below, "CNAME", [name_text(self.target())])
            else:
                self.data(below)

    def server(self, cut, others, number):
        label, dice = b"ns%d" % number, self.rng.random()
        if dice < 0.45:
            return (label,) + cut
        if dice < 0.55:
            return (label, self.label()) + cut
        if dice < 0.60:
            return cut
        if dice < 0.75 and others:
            return (label,) + self.rng.choice(others)
        if dice < 0.9:
            return (label,) + self.zone.apex
        return (label,) + self.rng.choice(ELSEWHERE)
