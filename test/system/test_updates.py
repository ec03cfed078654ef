"""Dynamic updates of zones: what is acknowledged holds, what is refused changes nothing."""
import itertools
import statistics
import threading
import time

from dns_case import MASTER, DnsCase, key_table, needs
from harness import SANITIZED
from lab import command
from updates import (BADTIME, FUDGE, NOTZONE, Key, add, packets, query, record, remove,
                     update, wire)

NARROW = Key("narrow-key")          # one name, the usual types
READER = Key("reader-key")          # may look, not touch
PROGRAMS = ("nsupdate", "knsupdate")
WINDOW = 10                         # kUpdateWindow of src/dns/server/limits.hpp
TMPFS = "3m"


@needs()
class Updates(DnsCase):
    def start(self, **relay):
        rights = ["dyn.test", "*.dyn.test", "*.signed.test"]
        odd = ["www A 192.0.2.1", "both A 192.0.2.2", "both A 192.0.2.3", "alias CNAME www"]
        tables = [self.write_zone("dyn.test", odd), self.write_zone("signed.test", odd, True),
                  key_table(MASTER, transfer=["*"], update=rights,
                            types=["A", "AAAA", "TXT", "MX", "CNAME", "NS"]),
                  key_table(NARROW, transfer=["*"], update=["own.dyn.test"]),
                  key_table(READER, transfer=["*"])]
        return self.start_dns(tables, relay)

    def send(self, *changes, zone="dyn.test", key=MASTER, at=None, client=None):
        message = update(zone, *changes, number=next(self.numbers))
        return (client or self.asking).rcode(key.sign(message, at))

    def setUp(self):
        super().setUp()
        self.numbers = itertools.cycle(range(1, 65536))
        self.asking = self.client()

    def content(self, zone="dyn.test"):
        """Without what a serial's step changes, and with it."""
        lines = self.records(zone)
        return [line for line in lines if " SOA " not in line], self.serial(zone)

    # What the usual programs do.

    def test_programs(self):
        self.start()
        for program in PROGRAMS:
            for zone in ("dyn.test", "signed.test"):
                for options in ((), ("-v",)):
                    with self.subTest(program=program, zone=zone, options=options):
                        self.try_program(zone, program=program, options=options)
        self.verify_zone("signed.test")

    def try_program(self, zone, **how):
        def rcode(*lines):
            return self.nsupdate(zone, *lines, **how)
        name = f"host.{zone}"
        self.assertEqual(rcode(f"update add {name} 60 A 192.0.2.7",
                               f'update add {name} 60 TXT "one two"'), "NOERROR")
        self.assertEqual(self.short(name), ["192.0.2.7"])
        self.assertEqual(self.short(name, "TXT"), ['"one two"'])
        self.assertEqual(rcode(f"update add {name} 60 A 192.0.2.8"), "NOERROR")
        self.assertEqual(sorted(self.short(name)), ["192.0.2.7", "192.0.2.8"])
        self.assertEqual(rcode(f"update delete {name} A 192.0.2.7"), "NOERROR")
        self.assertEqual(self.short(name), ["192.0.2.8"])
        change = f"update add never.{zone} 60 A 192.0.2.9"
        for condition, verdict in {
                f"prereq yxdomain none.{zone}": "NXDOMAIN", f"prereq nxdomain {name}": "YXDOMAIN",
                f"prereq yxrrset {name} MX": "NXRRSET", f"prereq nxrrset {name} TXT": "YXRRSET",
                f"prereq yxrrset {name} A 192.0.2.7": "NXRRSET",
                "prereq yxdomain www.example.com": "NOTZONE"}.items():
            self.assertEqual(rcode(condition, change), verdict, condition)
        self.assertEqual(self.short(f"never.{zone}"), [])
        self.assertEqual(rcode(f"prereq yxdomain {name}", f"prereq nxdomain none.{zone}",
                               f"prereq yxrrset {name} TXT", f"prereq nxrrset {name} MX",
                               f"prereq yxrrset {name} A 192.0.2.8", f"update delete {name}",
                               f"update add {name} 60 CNAME www.{zone}"), "NOERROR")
        self.assertEqual(self.short(name), [f"www.{zone}.", "192.0.2.1"])
        # knsupdate would put 500 changes into one datagram, nsupdate goes over to TCP by itself.
        last = 19 if how["program"] == "knsupdate" and not how["options"] else 499
        many = [f"b{i}.{zone}" for i in range(last + 1)]
        self.assertEqual(rcode(*[f"update add {one} 60 A 192.0.2.5" for one in many]), "NOERROR")
        self.assertEqual(self.short(many[-1]), ["192.0.2.5"])
        self.assertEqual(rcode(*[f"update delete {one}" for one in (name, *many)]), "NOERROR")
        self.assertIn("NXDOMAIN", self.dig(many[-1]))

    # What is refused.

    def test_refused(self):
        self.start()
        before = [self.content(zone) for zone in ("dyn.test", "signed.test")]
        wrong = Key(MASTER.name)
        wrong.secret = bytes(32)
        def host(name, ttl=60):
            return add(name, "A", "192.0.2.7", ttl)
        good = host("new.dyn.test")
        alias = record("own.dyn.test", "CNAME", packets.IN, 60, wire("www.dyn.test"))
        short = record("new.dyn.test", "A", packets.IN, 60, b"abc")
        for what, key, zone, change, verdict in (
                ("without a key", None, "dyn.test", good, "REFUSED"),
                ("unknown key", Key("nobody"), "dyn.test", good, "NOTAUTH"),
                ("wrong secret", wrong, "dyn.test", good, "NOTAUTH"),
                ("no right", READER, "dyn.test", good, "REFUSED"),
                ("another name", NARROW, "dyn.test", good, "REFUSED"),
                ("below its name", NARROW, "dyn.test", host("a.own.dyn.test"), "REFUSED"),
                ("another type", NARROW, "dyn.test", alias, "REFUSED"),
                ("the apex", MASTER, "signed.test", remove("signed.test"), "REFUSED"),
                ("signatures", MASTER, "signed.test", remove("www.signed.test", "RRSIG"),
                 "REFUSED"),
                ("the zone's key", MASTER, "signed.test", remove("signed.test", "DNSKEY"),
                 "REFUSED"),
                ("outside", MASTER, "dyn.test", host("www.other.test"), NOTZONE),
                ("another zone's name", MASTER, "signed.test", good, NOTZONE),
                ("not ours", MASTER, "other.test", host("a.other.test"), "NOTAUTH"),
                ("no zone's apex", MASTER, "www.dyn.test", host("a.www.dyn.test"), "NOTAUTH"),
                ("short address", MASTER, "dyn.test", short, "FORMERR"),
                ("record in part", MASTER, "dyn.test", good[:-1], "FORMERR"),
                ("kept too long", MASTER, "dyn.test", host("new.dyn.test", 1 << 30), "REFUSED")):
            with self.subTest(what):
                message = update(zone, change, number=next(self.numbers))
                message = key.sign(message) if key else message
                self.assertEqual(self.asking.rcode(message), verdict)
        for skew in (FUDGE + 60, -FUDGE - 60):
            message = MASTER.sign(update("dyn.test", good), int(time.time()) + skew)
            answer = self.asking.ask(message)
            self.assertEqual(packets.RCODES[answer.rcode], "NOTAUTH")
            error = answer.sections[2][0].rdata[-10:-8]
            self.assertEqual(int.from_bytes(error, "big"), BADTIME)
        for program in PROGRAMS:
            for options in ((), ("-v",)):
                self.assertEqual(self.nsupdate("dyn.test", "update add new.dyn.test 60 A 192.0.2.7",
                                               key=None, program=program, options=options),
                                 "REFUSED")
        changed = bytearray(MASTER.sign(update("dyn.test", good)))
        changed[40] ^= 1  # on the way
        self.assertIn(self.asking.rcode(bytes(changed)), ("NOTAUTH", "FORMERR"))
        time.sleep(0.2)
        after = [self.content(zone) for zone in ("dyn.test", "signed.test")]
        self.assertEqual(after, before, "not even a serial stepped")
        self.assertEqual(self.send(add("own.dyn.test", "A", "192.0.2.7"), key=NARROW), "NOERROR")

    # What is sent twice.

    def test_replayed(self):
        self.start()
        now = int(time.time())
        first = MASTER.sign(update("dyn.test", add("x.dyn.test", "TXT", "one"), number=1), now)
        self.assertEqual(self.asking.rcode(first), "NOERROR")
        self.assertEqual(self.send(remove("x.dyn.test"), at=now), "NOERROR")
        time.sleep(0.3)
        before = self.content()
        for node in ("vis1", "vis1", "vis2"):
            self.assertEqual(self.client(node).rcode(first), "NOERROR", "the answer is repeated")
        time.sleep(0.3)
        self.assertEqual(self.content(), before, "but it counts once")
        refused = MASTER.sign(update("dyn.test", add("x.other.test", "TXT", "one"), number=2), now)
        self.assertEqual([self.asking.rcode(refused) for _ in range(2)], [NOTZONE, NOTZONE])
        later = now + WINDOW + 1
        self.assertEqual(self.send(add("y.dyn.test", "TXT", "two"), at=later), "NOERROR")
        self.assertEqual(self.asking.rcode(first), "REFUSED", "newer ones came meanwhile")
        self.assertEqual(self.short("x.dyn.test", "TXT"), [])

    def test_replayed_after_a_restart(self):
        self.start()
        now = int(time.time())
        overtaking = NARROW.sign(update("dyn.test", add("own.dyn.test", "TXT", "new")), now + 5)
        overtaken = NARROW.sign(update("dyn.test", add("own.dyn.test", "TXT", "late")), now + 1)
        sent = [MASTER.sign(update("dyn.test", add("x.dyn.test", "TXT", "one")), now)]
        for message in (*sent, overtaking, overtaken):
            self.assertEqual(self.asking.rcode(message), "NOERROR")
        for change in (remove("x.dyn.test"), remove("own.dyn.test")):
            self.assertEqual(self.send(change), "NOERROR")
        for kill in (False, True):
            self.restart(kill)
            before = self.content()
            for message in (*sent, overtaking, overtaken):
                self.assertEqual(self.asking.rcode(message), "REFUSED")
            time.sleep(0.3)
            self.assertEqual(self.content(), before)
        self.wait_until(lambda: self.send(add("x.dyn.test", "TXT", "new")) == "NOERROR",
                        "a new one is taken", 3)
        self.assertEqual(self.short("x.dyn.test", "TXT"), ['"new"'])
        self.assertIn("dns.update_stale", self.relay.output())

    # Whatever is acknowledged holds.

    def test_killed(self):
        """Clients that change names until the relay is killed find all that was acknowledged."""
        self.start()
        acknowledged, turn = [], itertools.count()
        for round_number in range(3):
            serials = self.stream(acknowledged, turn, seconds=0.7 + 0.3 * round_number)
            for zone, seen in serials.items():
                self.assertGreaterEqual(self.serial(zone), seen, f"the serial of {zone}")
            for zone in serials:
                texts = {fields[0]: fields[4].strip('"') for fields in
                         (line.split() for line in self.records(zone)) if fields[3] == "TXT"}
                lost = {name: (at_least, texts.get(f"{name}."))
                        for name, at_least in dict(acknowledged).items() if name.endswith(zone)
                        and int(texts.get(f"{name}.", -1)) < at_least}
                self.assertFalse(lost)
        self.verify_zone("signed.test")
        self.assertGreater(len(acknowledged), 50)
        print(f"      {len(acknowledged)} updates acknowledged under three kills, none lost")

    def stream(self, acknowledged, turn, seconds):
        """Four clients change names until a kill; the relay is back afterwards. Gives the last
        serials that were seen."""
        over, serials = threading.Event(), {}

        def change(number):
            client = self.client("vis2" if number % 2 else "vis1", patience=0.3)
            zone = ("dyn.test", "signed.test")[number // 2]
            for i in itertools.count():
                if over.is_set():
                    return
                name, value = f"k{number}-{i % 40}.{zone}", next(turn)
                changes = remove(name), add(name, "TXT", str(value))
                if self.send(*changes, zone=zone, client=client) == "NOERROR":
                    acknowledged.append((name, value))

        def watch():
            client = self.client(patience=0.3)
            while not over.is_set():
                for zone in ("dyn.test", "signed.test"):
                    answer = client.ask(query(zone, "SOA"))
                    if answer and answer.sections[0]:
                        soa = answer.sections[0][0].rdata
                        serials[zone] = int.from_bytes(soa[-20:-16], "big")

        threads = [threading.Thread(target=change, args=(number,)) for number in range(4)]
        threads.append(threading.Thread(target=watch))
        for thread in threads:
            thread.start()
        time.sleep(seconds)
        self.relay.kill9()
        over.set()
        for thread in threads:
            thread.join()
        self.restart(kill=True)
        self.assertEqual(len(serials), 2)
        return serials

    def test_disk_full(self):
        """Updates fail while nothing can be kept; questions do not."""
        state = self.folder / "small"
        state.mkdir()
        command("mount", "-t", "tmpfs", "-o", f"size={TMPFS},mode=0700", "tmpfs", str(state))
        self.addCleanup(command, "umount", "-l", str(state), check=False)
        self.start(state_dir=str(state))
        self.assertEqual(self.send(add("before.dyn.test", "TXT", "1")), "NOERROR")
        fill(state / "filler")
        verdicts, kept = [], 0
        while verdicts.count("SERVFAIL") < 10 and len(verdicts) < 4000:
            change = add(f"f{len(verdicts)}.signed.test", "TXT", "x" * 200)
            verdicts.append(self.send(change, zone="signed.test"))
            kept += verdicts[-1] == "NOERROR"
        self.assertEqual(set(verdicts) - {"NOERROR"}, {"SERVFAIL"})
        self.assertEqual(self.short("before.dyn.test", "TXT"), ['"1"'])
        last = len(verdicts) - 1
        self.assertIn("NXDOMAIN", self.dig(f"f{last}.signed.test", "TXT"), "it was not kept")
        (state / "filler").unlink()
        self.wait_until(lambda: self.send(add("after.dyn.test", "TXT", "2")) == "NOERROR",
                        "updates are taken again", 5)
        self.assertEqual(self.short("after.dyn.test", "TXT"), ['"2"'])
        self.restart(kill=True)
        texts = [line for line in self.records("signed.test") if line.split()[3] == "TXT"]
        self.assertEqual(len(texts), kept)
        self.assertEqual(self.short("after.dyn.test", "TXT"), ['"2"'])
        self.verify_zone("signed.test")

    def test_how_soon_they_show(self):
        """From the update to its answer on the wire, and to the first question that finds it."""
        self.start()
        for zone in ("dyn.test", "signed.test"):
            acknowledged, shown = [], []
            for i in range(500):
                name = f"p{i % 100}.{zone}"
                message = MASTER.sign(update(zone, remove(name), add(name, "TXT", str(i)),
                                             number=next(self.numbers)))
                began = time.monotonic()
                self.assertEqual(self.asking.rcode(message), "NOERROR")
                acknowledged.append(time.monotonic() - began)
                found = self.asking.ask(query(name, "TXT")).sections[0][0].rdata
                shown.append(time.monotonic() - began)
                self.assertEqual(found[1:].decode(), str(i))
            p50, p99 = (statistics.quantiles(shown, n=100)[i] for i in (49, 98))
            print(f"      {zone}: an update shows after {p50 * 1e3:.1f} ms, p99 {p99 * 1e3:.1f} ms "
                  f"(acknowledged: p99 {statistics.quantiles(acknowledged, n=100)[98] * 1e3:.1f})")
            self.assertLess(p99, 1.0 if SANITIZED else 0.25)


def fill(path):
    """Until there is no room."""
    with open(path, "wb", buffering=0) as out:
        size = 1 << 16
        while size:
            try:
                out.write(bytes(size))
            except OSError:
                size //= 2
