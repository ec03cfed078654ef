"""DNS messages: questions are built here, also broken ones, and answers read strictly."""
import dataclasses
import functools
import struct

A, NS, CNAME, SOA, TXT, AAAA, OPT, DS, RRSIG = 1, 2, 5, 6, 16, 28, 41, 43, 46
AXFR, MAILB, MAILA, ANY = 252, 253, 254, 255
IN, CH = 1, 3
NOERROR, FORMERR, SERVFAIL, NXDOMAIN, NOTIMP, REFUSED = range(6)
BADVERS, BADCOOKIE = 16, 23
RCODES = {0: "NOERROR", 1: "FORMERR", 2: "SERVFAIL", 3: "NXDOMAIN", 4: "NOTIMP", 5: "REFUSED",
          9: "NOTAUTH", 16: "BADVERS", 23: "BADCOOKIE"}
NUMBERS = {"A": 1, "NS": 2, "CNAME": 5, "SOA": 6, "NULL": 10, "PTR": 12, "HINFO": 13, "MX": 15,
           "TXT": 16, "RP": 17, "AFSDB": 18, "AAAA": 28, "LOC": 29, "SRV": 33, "NAPTR": 35,
           "DNAME": 39, "OPT": 41, "DS": 43, "SSHFP": 44, "RRSIG": 46, "NSEC": 47, "DNSKEY": 48,
           "NSEC3PARAM": 51, "TLSA": 52, "SVCB": 64, "HTTPS": 65, "IXFR": 251, "AXFR": 252,
           "MAILB": 253, "MAILA": 254, "ANY": 255, "URI": 256, "CAA": 257}
TYPES = {number: name for name, number in NUMBERS.items()}
QR, AA, TC, RD, RA, AD, CD = 0x8000, 0x400, 0x200, 0x100, 0x80, 0x20, 0x10
DO = 0x8000
COOKIE = 10
CLIENT_COOKIE = b"homeport"
# Where names stand in rdata: octets before them, how many. Their case does not count.
NAMES_IN_RDATA = {NS: (0, 1), CNAME: (0, 1), 12: (0, 1), 39: (0, 1), SOA: (0, 2), 15: (2, 1),
                  17: (0, 2), 18: (2, 1), 33: (6, 1), 64: (2, 1), 65: (2, 1)}
NAPTR = 35


class Broken(ValueError):
    """Not a well-formed message."""


@dataclasses.dataclass(frozen=True)
class Record:
    owner: bytes                # wire form, lower case
    type: int
    rr_class: int
    ttl: int
    rdata: bytes                # without compression, names in lower case


@dataclasses.dataclass
class Message:
    number: int
    flags: int
    question: bytes             # as it came
    sections: list              # answer, authority, additional; without OPT
    opt: tuple | None           # payload size, version, flags, {option: content}
    size: int

    @property
    def rcode(self):
        upper = self.opt[3] << 4 if self.opt else 0
        return upper | self.flags & 15

    @property
    def truncated(self):
        return bool(self.flags & TC)


def wire(labels):
    return b"".join(bytes([len(label)]) + label for label in labels) + b"\0"


@functools.lru_cache(1 << 16)
def labels_of(name):
    labels, at = [], 0
    while name[at]:
        labels.append(name[at + 1:at + 1 + name[at]])
        at += 1 + name[at]
    return tuple(labels)


def label_text(label):
    return "".join(chr(c) if chr(c).isalnum() and c < 128 or c in b"-_*" else f"\\{c:03}"
                   for c in label)


def name_text(labels):
    return ".".join(map(label_text, labels)) + "."


def type_text(number):
    return TYPES.get(number, f"TYPE{number}")


def question(name, kind, rr_class=IN):
    return name + struct.pack(">2H", kind, rr_class)


def header(number, flags=0, counts=(1, 0, 0, 0)):
    return struct.pack(">6H", number, flags, *counts)


def option(code, content):
    return struct.pack(">2H", code, len(content)) + content


def opt_record(size=1232, version=0, flags=0, options=b"", rcode=0):
    return b"\0" + struct.pack(">2H2BHH", OPT, size, rcode, version, flags, len(options)) + options


def read_name(data, at):
    """(name in wire form and lower case, where it ends)."""
    parts, end, size = [], None, 1
    while True:
        if at >= len(data):
            raise Broken("name leaves the message")
        length = data[at]
        if length >= 0xc0:
            if at + 2 > len(data):
                raise Broken("pointer leaves the message")
            end = end or at + 2
            target = (length & 0x3f) << 8 | data[at + 1]
            if target >= at:
                raise Broken("pointer does not lead back")
            at = target
            continue
        if length > 63:
            raise Broken("unknown kind of label")
        if length == 0:
            parts.append(b"\0")
            return b"".join(parts), end or at + 1
        size += 1 + length
        if size > 255 or at + 1 + length > len(data):
            raise Broken("name too long")
        parts.append(data[at:at + 1 + length].lower())
        at += 1 + length


def read_rdata(data, at, size, kind):
    end = at + size
    before, count = NAMES_IN_RDATA.get(kind, (0, 0))
    if kind == NAPTR:
        before, count = 4, 1
        for _ in range(3):
            before += 1 + data[at + before]
    if count == 0:
        return data[at:end]
    parts = [data[at:at + before]]
    at += before
    for _ in range(count):
        name, at = read_name(data, at)
        parts.append(name)
    if at > end:
        raise Broken("name leaves its record")
    return b"".join(parts) + data[at:end]


def read_options(data):
    options, at = {}, 0
    while at < len(data):
        code, size = struct.unpack_from(">2H", data, at)
        at += 4 + size
        if at > len(data):
            raise Broken("option leaves OPT")
        options[code] = data[at - size:at]
    return options


def read(data):
    """A Message; Broken if it is not well-formed to its last octet."""
    try:
        return _read(data)
    except (struct.error, IndexError) as error:
        raise Broken(str(error)) from None


def _read(data):
    number, flags, questions, *counts = struct.unpack_from(">6H", data)
    at = 12
    for _ in range(questions):
        _, at = read_name(data, at)
        at += 4
    if at > len(data):
        raise Broken("question leaves the message")
    message = Message(number, flags, data[12:at], [[], [], []], None, len(data))
    for section, count in zip(message.sections, counts):
        for _ in range(count):
            owner, at = read_name(data, at)
            kind, rr_class, ttl, size = struct.unpack_from(">2HIH", data, at)
            at += 10 + size
            if at > len(data):
                raise Broken("record leaves the message")
            if kind != OPT:
                rdata = read_rdata(data, at - size, size, kind)
                section.append(Record(owner, kind, rr_class, ttl, rdata))
            elif message.opt or section is not message.sections[2] or owner != b"\0":
                raise Broken("OPT twice or out of place")
            else:
                options = read_options(data[at - size:at])
                message.opt = (rr_class, ttl >> 16 & 255, ttl & 0xffff, ttl >> 24, options)
    if at != len(data):
        raise Broken("octets after the end")
    return message


def record_text(record):
    rdata = record.rdata
    if record.type == A:
        data = ".".join(map(str, rdata))
    elif record.type in NAMES_IN_RDATA:
        before, _ = NAMES_IN_RDATA[record.type]
        data = (rdata[:before].hex() + " " if before else "") + name_text(labels_of(rdata[before:]))
        data += " " + rdata[-20:].hex() if record.type == SOA else ""
    else:
        data = rdata.hex() if len(rdata) <= 40 else rdata[:40].hex() + "..."
    return f"{name_text(labels_of(record.owner))} {record.ttl} {type_text(record.type)} {data}"
