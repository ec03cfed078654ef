"""Requests made from a seed: good ones about and around the names of the zones, and broken ones."""
import dataclasses
import random
import struct

import packets
from packets import ANY, CH, COOKIE, DO, IN, header, opt_record, option, question, wire
from zones import ELSEWHERE, STAR, WORDS, shorten

COMMON = [packets.NUMBERS[name] for name in
          ("A", "A", "A", "AAAA", "AAAA", "TXT", "MX", "SRV", "CAA", "PTR", "NS", "SOA", "CNAME",
           "DS", "HTTPS", "ANY")]
RARE = [number for number in packets.TYPES if number not in (251, 252)] + [
    0, 3, 4, 10, 38, 99, 128, 248, 249, 250, 65280, 65281, 65535, 300, 32769]
SIZES = [0, 100, 511, 512, 513, 600, 900, 1200, 1231, 1232, 1233, 1400, 4096, 65535]
FLAGS = [packets.RD, packets.CD, packets.AD, packets.RA, packets.AA, packets.TC, 0x40]


# Who stays silent: nobody, some servers, all of them. They are asked one group after the other,
# because nsd may lose requests that it reads together with one that it ignores.
QUICK, SLOW, IGNORED = range(3)


@dataclasses.dataclass
class Request:
    number: int
    kind: str                   # "plain", or what is special about it
    data: bytes
    name: tuple = ()
    type: int = 0
    rr_class: int = IN
    flags: int = 0
    size: int | None = None     # of EDNS; None: no EDNS
    version: int = 0
    dnssec_ok: bool = False
    has_cookie: bool = False
    pace: int = QUICK

    @property
    def plain(self):
        return self.kind == "plain"

    def text(self):
        edns = "no EDNS" if self.size is None else \
            f"EDNS {self.version} {self.size}{' DO' if self.dnssec_ok else ''}" \
            f"{' cookie' if self.has_cookie else ''}"
        return (f"{packets.name_text(self.name)} {packets.type_text(self.type)} "
                f"class {self.rr_class} flags {self.flags:04x} {edns} [{self.kind}]")


class Asker:
    def __init__(self, seed, world, server_cookie):
        self.rng = random.Random(f"questions {seed}")
        self.world, self.names = world, [n for zone in world.zones for n in zone.names()]
        self.cookie = option(COOKIE, packets.CLIENT_COOKIE + server_cookie)

    def requests(self, count):
        for number in range(count):
            dice = self.rng.random()
            if dice < 0.95:
                yield self.good(number % 65536)
            elif dice < 0.965:
                yield self.opcode(number % 65536)
            else:
                yield self.broken(number % 65536)

    def name(self):
        rng, name = self.rng, self.rng.choice(self.names)
        dice = rng.random()
        if dice < 0.15:
            name = (rng.choice(WORDS),) + name
        elif dice < 0.20:
            name = (rng.choice(WORDS), rng.choice(WORDS)) + name
        elif dice < 0.30:
            name = name[1:]
        elif dice < 0.45:
            name = (rng.choice(WORDS),) + name[1:]
        elif dice < 0.50:
            at = rng.randrange(len(name))
            name = name[:at] + (rng.choice(WORDS),) + name[at + 1:]
        elif dice < 0.54:
            name = STAR + name[1:]
        elif dice < 0.57:
            at = rng.randrange(len(name))
            name = name[:at] + name[at + 1:]
        elif dice < 0.58:
            name = rng.choice(ELSEWHERE)
        if rng.random() < 0.3:
            name = tuple(bytes(rng.choice((c, c ^ 32)) if chr(c).isalpha() and c < 128 else c
                               for c in label) for label in name)
        return shorten(name)

    def good(self, number):
        rng = self.rng
        request = Request(number, "plain", b"", self.name(),
                          rng.choice(COMMON if rng.random() < 0.85 else RARE))
        if rng.random() < 0.02:
            request.rr_class = rng.choice([CH, 4, 254, 255, 0, 2])
            if request.rr_class == CH:
                request.pace = IGNORED  # named limits its answers of this class
        if rng.random() < 0.4:
            request.flags = rng.choice([packets.RD, packets.CD, packets.RD | packets.CD])
        elif rng.random() < 0.05:
            request.flags = sum(rng.sample(FLAGS, 2))
        tail = self.edns(request)
        request.data = (header(number, request.flags, (1, 0, 0, 1 if tail else 0))
                        + question(wire(request.name), request.type, request.rr_class) + tail)
        return request

    def edns(self, request):
        rng, dice = self.rng, self.rng.random()
        if dice < 0.2:
            return b""
        request.size = rng.choice(SIZES)
        request.version = 0 if dice < 0.96 else rng.choice([1, 1, 2, 255])
        request.dnssec_ok = rng.random() < 0.4
        request.has_cookie = rng.random() < 0.9
        options = self.cookie if request.has_cookie else b""
        if rng.random() < 0.05:
            options += option(*rng.choice([(3, b""), (12, b"\0" * 8), (65001, b"xyz"), (11, b"")]))
        return opt_record(request.size, request.version, DO if request.dnssec_ok else 0, options)

    def opcode(self, number):
        opcode = self.rng.choice([1, 2, 3, 4, 5, 6, 9, 15])
        name, kind = self.rng.choice([self.name(), self.world.zones[0].apex]), \
            self.rng.choice([packets.SOA, packets.A])
        request = Request(number, f"opcode {opcode}", b"", name, kind, pace=SLOW)
        tail = self.edns(request) if self.rng.random() < 0.5 else b""
        request.data = (header(number, opcode << 11, (1, 0, 0, 1 if tail else 0))
                        + question(wire(name), kind) + tail)
        return request

    def broken(self, number):
        name, kind = self.rng.choice(self.world.zones).apex, self.rng.choice(COMMON)
        asked = question(wire(name), kind)
        make = self.rng.choice(BREAKERS)
        data = make(self.rng, number, asked, opt_record(1232, 0, 0, self.cookie))
        pace = IGNORED if make in (cut_short, less_than_a_header, a_response) else SLOW
        return Request(number, make.__name__.replace("_", " "), data, name, kind, pace=pace)


def cut_short(rng, number, asked, opt):
    whole = header(number, 0, (1, 0, 0, 1)) + asked + opt
    return whole[:rng.randrange(12, len(whole))]


def less_than_a_header(rng, number, asked, opt):
    return header(number)[:rng.randrange(0, 12)]


def a_response(rng, number, asked, opt):
    return header(number, packets.QR) + asked


def rcode_in_request(rng, number, asked, opt):
    return header(number, rng.randrange(1, 16)) + asked


def two_questions(rng, number, asked, opt):
    return header(number, 0, (2, 0, 0, 0)) + asked + asked


def two_questions_counted(rng, number, asked, opt):
    return header(number, 0, (2, 0, 0, 0)) + asked


def no_question(rng, number, asked, opt):
    return header(number, 0, (0, 0, 0, 0))


def no_question_with_opt(rng, number, asked, opt):
    return header(number, 0, (0, 0, 0, 1)) + opt


def trailing_octets(rng, number, asked, opt):
    return header(number, 0, (1, 0, 0, 1)) + asked + opt + b"\0" * rng.randrange(1, 9)


def compression_loop(rng, number, asked, opt):
    return header(number) + b"\1a\xc0\x0c" + asked[-4:]


def pointer_to_itself(rng, number, asked, opt):
    return header(number) + b"\xc0\x0c" + asked[-4:]


def pointer_out_of_message(rng, number, asked, opt):
    return header(number) + b"\xff\xff" + asked[-4:]


def unknown_label_kind(rng, number, asked, opt):
    return header(number) + b"\x41a" + asked


def name_too_long(rng, number, asked, opt):
    return header(number) + b"\x3f" + b"a" * 63 + b"\x3f" + b"b" * 63 + b"\x3f" + b"c" * 63 \
        + b"\x3f" + b"d" * 63 + asked


def record_in_answer(rng, number, asked, opt):
    record = b"\xc0\x0c" + struct.pack(">2HIH", 1, 1, 60, 4) + b"\1\2\3\4"
    return header(number, 0, (1, 1, 0, 0)) + asked + record


def record_in_authority(rng, number, asked, opt):
    record = b"\xc0\x0c" + struct.pack(">2HIH", 1, 1, 60, 4) + b"\1\2\3\4"
    return header(number, 0, (1, 0, 1, 0)) + asked + record


def record_in_additional(rng, number, asked, opt):
    record = b"\xc0\x0c" + struct.pack(">2HIH", 1, 1, 60, 4) + b"\1\2\3\4"
    return header(number, 0, (1, 0, 0, 2)) + asked + record + opt


def two_opts(rng, number, asked, opt):
    return header(number, 0, (1, 0, 0, 2)) + asked + opt + opt


def opt_not_at_root(rng, number, asked, opt):
    return header(number, 0, (1, 0, 0, 1)) + asked + b"\1x" + opt


def opt_in_answer(rng, number, asked, opt):
    return header(number, 0, (1, 1, 0, 0)) + asked + opt


def option_too_long(rng, number, asked, opt):
    return header(number, 0, (1, 0, 0, 1)) + asked \
        + opt_record(1232, 0, 0, struct.pack(">2H", 65001, 20) + b"short")


def half_an_option(rng, number, asked, opt):
    return header(number, 0, (1, 0, 0, 1)) + asked + opt_record(1232, 0, 0, b"\0\3\0")


def cookie_too_short(rng, number, asked, opt):
    size = rng.choice([1, 7, 9, 15, 41])
    return header(number, 0, (1, 0, 0, 1)) + asked \
        + opt_record(1232, 0, 0, option(COOKIE, b"x" * size))


def opt_leaves_message(rng, number, asked, opt):
    return header(number, 0, (1, 0, 0, 1)) + asked + opt[:9] + b"\xff\xff" + opt[11:]


BREAKERS = [cut_short, cut_short, less_than_a_header, a_response, rcode_in_request,
            two_questions, two_questions_counted, no_question, no_question_with_opt,
            trailing_octets, compression_loop, pointer_to_itself, pointer_out_of_message,
            unknown_label_kind, name_too_long, record_in_answer, record_in_authority,
            record_in_additional, two_opts, opt_not_at_root, opt_in_answer, option_too_long,
            half_an_option, cookie_too_short, opt_leaves_message]
