"""Stock name servers serve what the relay serves: knotd, nsd and named as its secondaries."""
import collections
import contextlib
import re
import socket
import struct
import threading
import time

from dns_case import MASTER, STEP, DnsCase, key_table, needs, table
from lab import RELAY
from secondaries import PLACES, Server
from updates import Key, add, packets, query, update

SHARED = Key("transfer-key")        # of the relay and its secondaries
OTHER = Key("other-key")            # may fetch another zone
ZONES = {"plain.test": False, "signed.test": True}
CATALOG = "catalog.test"
NAMES = 1500
CATCH_UP = 30                       # seconds until all secondaries have the last serial
# Beside plain addresses: what signing and transfers treat apart.
ODD = ["*.wild A 192.0.2.1", "a.b.c.d A 192.0.2.2", "sub NS ns.sub", "ns.sub A 192.0.2.3",
       "alias CNAME n1", "mail MX 10 n2", 'txt TXT "' + "x" * 255 + '" "' + "y" * 200 + '"',
       "Case A 192.0.2.4"]

CUT = """
table ip cut {{
  chain in {{ type filter hook input priority 0; ip saddr {0} drop; }}
  chain out {{ type filter hook output priority 0; ip daddr {0} drop; }}
}}
"""


def zone_lines(count=NAMES):
    return [f"n{i} A 192.0.2.{i % 250}" for i in range(count)] + ODD


def changes(zone, turn):
    """25 of them as nsupdate takes them: new names, other addresses, names that go."""
    lines = [f"update add t{turn}-{i}.{zone} 120 A 198.51.100.{i}" for i in range(13)]
    lines += [f'update add n{10 * turn + i}.{zone} 300 TXT "turn {turn}"' for i in range(4)]
    for i in range(2):
        lines += [f"update delete n{300 + 2 * turn + i}.{zone} A",
                  f"update add n{300 + 2 * turn + i}.{zone} 60 A 203.0.113.{turn}"]
    lines += [f"update delete n{600 + 3 * turn + i}.{zone}" for i in range(3)]
    return lines + [f"update add deep.{turn}.below.{zone} 60 TXT \"{turn}\""]


@needs("knotd", "named", "nsd")
class Secondaries(DnsCase):
    servers = ()

    def start_primary(self, names=tuple(PLACES), zones=(), **dns):
        zones = zones or [self.write_zone(zone, zone_lines(), sign)
                          for zone, sign in ZONES.items()]
        keys = [key_table(MASTER, transfer=["*"], types=["A", "TXT"],
                          update=[f"*.{zone}" for zone in ZONES]),
                key_table(SHARED, transfer=["*"]), key_table(OTHER, transfer=["signed.test"])]
        told = [table("secondary", address=f"{PLACES[name][1]}:53", key=SHARED.name)
                for name in names]
        self.start_dns([*zones, *keys, *told], **dns)

    def start_secondaries(self, names=tuple(PLACES), zones=None, catalog=None):
        zones = ZONES if zones is None else zones
        self.servers = [Server(self.lab, name, SHARED, zones, catalog).start() for name in names]
        for server in self.servers:
            self.wait_until(lambda: "status:" in self.dig(".", "SOA", server=server.address),
                            f"{server.name} answers")

    def start_all(self):
        """The secondaries first: the relay tells them that there is something to fetch."""
        self.start_secondaries()
        self.start_primary()
        return self.wait_current()

    def wait_current(self, servers=None, zones=ZONES, timeout=CATCH_UP):
        """Seconds until they have the serials of the relay, whose zones do not change now."""
        time.sleep(STEP)
        wanted = {zone: self.serial(zone) for zone in zones}
        return sum(self.wait_until(lambda: self.serial(zone, server.address) == serial,
                                   f"{server.name} has {zone} of {serial}", timeout)
                   for server in servers or self.servers for zone, serial in wanted.items())

    def change(self, turns):
        for turn in turns:
            for zone in ZONES:
                self.assertEqual(self.nsupdate(zone, *changes(zone, turn)), "NOERROR")

    def assert_all_same(self, zones=ZONES):
        for zone in zones:
            wanted = self.records(zone)
            for server in self.servers:
                found = self.records(zone, server.address)
                differences = sorted(set(wanted) ^ set(found))
                self.assertEqual(found, wanted, f"{zone} at {server.name}: {differences[:6]}")

    def lag(self):
        """{zone: {address of a secondary that is behind: its row}}, as the status tells."""
        rows = self.status("relay", self.relay_settings)["dns"]["zones"]
        return {row["name"]: {one["address"]: one for one in row["secondaries"] if one["behind"]}
                for row in rows}

    def whole_and_incremental(self, server):
        """How often it fetched a zone as a whole, and how often differences."""
        if server.name == "knot":
            return (len(server.said("AXFR, incoming.* started")),
                    len(server.said("IXFR, incoming.* finished")))
        if server.name == "named":
            return (len(server.said("got nonincremental response")),
                    len(server.said("got incremental response")))
        sizes = collections.defaultdict(list)
        for line in server.said(r"zone .* received update .* of \d+ bytes"):
            zone, size = re.search(r"zone (\S+) received.* of (\d+) bytes", line).groups()
            sizes[zone].append(int(size))
        whole = sum(size > max(of_zone) / 3 for of_zone in sizes.values() for size in of_zone)
        return whole, sum(map(len, sizes.values())) - whole

    # Tests.

    def test_they_follow(self):
        took = self.start_all()
        for server in self.servers:
            self.assertEqual(self.whole_and_incremental(server), (len(ZONES), 0), server.name)
        self.assert_all_same()
        began = time.monotonic()
        self.change(range(10))
        for zone in ZONES:  # its file is another way to change it
            self.write_zone(zone, zone_lines(NAMES - 200) + ["fresh A 192.0.2.9"] + [
                f"n{i} A 203.0.113.{i % 250}" for i in range(NAMES - 200, NAMES - 100)])
        self.reload()
        self.change(range(10, 20))
        spent = time.monotonic() - began
        caught_up = self.wait_current()
        self.assert_all_same()
        for server in self.servers:
            whole, incremental = self.whole_and_incremental(server)
            self.assertEqual(whole, len(ZONES), f"{server.name}: no more than the first")
            self.assertGreaterEqual(incremental, len(ZONES), server.name)
            self.assertFalse(server.said("(?i)malformed|not exact|fallback"), server.name)
            self.verify_zone("signed.test", server.address)
            for name, kind in (("n1350.signed.test", "A"), ("none.signed.test", "A"),
                               ("x.wild.signed.test", "A"), ("n1.signed.test", "MX"),
                               ("t19-3.signed.test", "A")):
                self.assertRegex(self.delv("signed.test", name, kind, server.address),
                                 "(?m)^; (negative response, )?fully validated", (name, kind))
        print(f"      first transfers {took:.1f} s, 1000 changes {spent:.1f} s, "
              f"the rest {caught_up:.1f} s")

    def test_one_is_away(self):
        self.start_all()
        knot, named = self.servers[0], self.servers[1]
        before = [self.whole_and_incremental(server)[0] for server in self.servers]
        knot.process.suspend()
        self.lab.nft("relay", CUT.format(named.address))
        self.change(range(4))
        away = {f"{server.address}:53" for server in (knot, named)}
        for zone in ZONES:
            self.wait_until(lambda: set(self.lag()[zone + "."]) == away, f"{zone}: lag is shown", 5)
        rows = self.lag()["plain.test."]
        self.assertLess(rows[f"{knot.address}:53"]["serial"], self.serial("plain.test"))
        self.lab.run("relay", "nft", "delete", "table", "ip", "cut")
        knot.process.resume()
        took = self.wait_current()
        took += self.wait_until(lambda: not any(self.lag().values()), "no lag any more", CATCH_UP)
        self.assert_all_same()
        self.assertEqual([self.whole_and_incremental(server)[0] for server in self.servers], before,
                         "only differences are fetched")
        print(f"      caught up in {took:.1f} s")

    def test_the_relay_is_killed(self):
        """Serials that secondaries have seen do not come again for something else."""
        self.start_all()
        for turn in range(3):
            self.change(range(3 * turn, 3 * turn + 2))
            seen = {zone: max(self.serial(zone, server.address) for server in self.servers)
                    for zone in ZONES}
            self.restart(kill=True)
            for zone, serial in seen.items():
                self.assertGreater(self.serial(zone), serial)
            self.change(range(3 * turn + 2, 3 * turn + 3))
        took = self.wait_current()
        self.assert_all_same()
        self.verify_zone("signed.test", self.servers[0].address)
        print(f"      all have it {took:.1f} s after the last change")

    def test_strangers_get_nothing(self):
        self.start_primary()
        wrong = Key(SHARED.name)
        wrong.secret = bytes(32)
        whole, since = ("plain.test", "AXFR"), ("plain.test", "IXFR=1")
        tries = [((*whole,), None), ((*since,), None), ((*whole,), OTHER), ((*since,), OTHER),
                 ((*whole,), wrong), ((*since,), wrong), ((*whole,), Key("nobody"))]
        for words, key in tries:
            with self.subTest(words=words, key=key and key.name):
                text = self.dig(*words, *(["-y", key.option()] if key else []))
                self.assertNotIn("192.0.2.", text)
                self.assertRegex(text, "Transfer failed|REFUSED|NOTAUTH|BADSIG|BADKEY")
        client = self.client()
        over_udp = packets.header(5) + packets.question(b"\5plain\4test\0", packets.AXFR)
        self.assertEqual(client.rcode(SHARED.sign(over_udp)), "REFUSED")
        self.assertEqual(client.rcode(over_udp), "REFUSED")
        notify = bytearray(query("plain.test", "SOA"))
        notify[2] = 4 << 3
        self.assertEqual(client.rcode(bytes(notify)), "REFUSED")
        self.assertEqual(client.rcode(SHARED.sign(bytes(notify))), "REFUSED")
        self.assertEqual(client.rcode(wrong.sign(bytes(notify))), "NOTAUTH")
        self.assertTrue(self.records("signed.test", key=OTHER), "what it may have")

    def test_a_slow_reader(self):
        """It gets the zone as it was when it asked, while the zone changes and is served."""
        names = 20_000
        lines = [f'n{i} TXT "{i:0200}"' for i in range(names)]
        zones = [self.write_zone("plain.test", lines),
                 self.write_zone("signed.test", ["www A 192.0.2.1"], True)]
        self.start_primary((), zones)
        wanted, serial = len(self.records("plain.test")), self.serial("plain.test")
        result, client, times = {}, self.client(), []
        reading = threading.Thread(target=self.read_slowly, args=(result,))
        reading.start()
        while not result.get("octets") and reading.is_alive():
            time.sleep(0.01)    # the zone that it gets is the one that was looked at
        while reading.is_alive():
            began = time.monotonic()
            name = f"fresh{len(times)}.plain.test"
            message = update("plain.test", add(name, "A", "192.0.2.7"), number=len(times) + 1)
            self.assertEqual(client.rcode(MASTER.sign(message)), "NOERROR")
            self.assertEqual(self.short(name), ["192.0.2.7"])
            times.append(time.monotonic() - began)
        reading.join()
        self.assertEqual(result["error"], None)
        self.assertEqual((result["records"], result["serials"]), (wanted + 1, {serial}))
        self.assertGreater(len(times), 20)
        self.assertLess(max(times), 3)
        print(f"      {result['octets'] / 1e6:.1f} MB in {result['seconds']:.1f} s, "
              f"{len(times)} updates meanwhile, the slowest {max(times):.2f} s")

    def read_slowly(self, result, seconds=6):
        result.update(error=None, octets=0, records=0, serials=set(), seconds=0)
        began = time.monotonic()
        with self.lab.inside("vis2"):
            sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16384)
        sock.settimeout(10)
        with contextlib.closing(sock):
            try:
                sock.connect((RELAY, 53))
                request = SHARED.sign(query("plain.test", "AXFR"))
                sock.sendall(struct.pack(">H", len(request)) + request)
                data, ends = bytearray(), 0
                while ends < 2:
                    time.sleep(0.02 if time.monotonic() - began < seconds else 0)
                    more = sock.recv(16384)
                    if not more:
                        raise OSError("the end came too early")
                    data += more
                    result["octets"] += len(more)
                    while len(data) >= 2 and len(data) >= 2 + data[0] * 256 + data[1]:
                        size = data[0] * 256 + data[1]
                        for one in packets.read(bytes(data[2:2 + size])).sections[0]:
                            result["records"] += 1
                            if one.type == packets.SOA:
                                ends += 1
                                result["serials"].add(struct.unpack(">I", one.rdata[-20:-16])[0])
                        del data[:2 + size]
            except (OSError, packets.Broken) as error:
                result["error"] = repr(error)
        result["seconds"] = time.monotonic() - began

    def test_a_catalog(self):
        """A new zone reaches secondaries whose settings nobody touched."""
        names = ("knot", "named")
        self.start_primary(names, [self.write_zone("plain.test", zone_lines(50)),
                                   self.write_zone("signed.test", zone_lines(50), True)],
                           catalog=CATALOG)
        self.start_secondaries(names, {}, CATALOG)
        self.wait_listed(*ZONES)
        old = self.relay_settings.read_text()
        fresh = {"fresh.test": True, "second.test": False}
        self.relay_settings.write_text(old + "".join(
            self.write_zone(zone, zone_lines(50), sign) for zone, sign in fresh.items()))
        self.reload()
        took = self.wait_listed(*ZONES, *fresh)
        self.assert_all_same({**ZONES, **fresh})
        self.verify_zone("fresh.test", self.servers[0].address)
        self.relay_settings.write_text(old)
        self.reload()
        for server in self.servers:
            for zone in fresh:
                self.wait_until(lambda: "REFUSED" in self.dig(zone, "SOA", server=server.address),
                                f"{server.name} forgets {zone}", CATCH_UP)
        self.wait_listed(*ZONES)
        print(f"      two new zones served everywhere after {took:.1f} s")

    def wait_listed(self, *zones):
        self.wait_until(lambda: all(self.serial(zone) for zone in zones), "the relay serves them")
        return self.wait_current(zones=zones)


@needs("kzonecheck")
class ThirdOpinion(DnsCase):
    """What a secondary would be given satisfies kzonecheck too, and it would notice."""

    def test_kzonecheck(self):
        zone = "signed.test"
        tables = [self.write_zone(zone, zone_lines(400), True),
                  key_table(MASTER, transfer=["*"], types=["A", "TXT"], update=[f"*.{zone}"])]
        self.start_dns(tables)
        self.assertEqual(self.kzonecheck(zone, self.records(zone)), "")
        for turn in range(5):
            self.assertEqual(self.nsupdate(zone, *changes(zone, turn)), "NOERROR")
        lines = self.records(zone)
        self.assertEqual(self.kzonecheck(zone, lines), "")
        for kind in ("A", "SOA", "NSEC", "DNSKEY"):
            at = find_line(lines, "RRSIG", kind)
            for instead in ([spoilt(lines[at])], []):
                with self.subTest(kind, instead=instead):
                    self.assertIn(f"no valid signature for a record (record type {kind})",
                                  self.kzonecheck(zone, changed(lines, at, instead)))
        said = self.kzonecheck(zone, changed(lines, find_line(lines, "NSEC"), []))
        self.assertIn("NSEC", said)

    def kzonecheck(self, zone, lines):
        """What it does not like."""
        path = self.folder / f"{zone}.checked"
        path.write_text("\n".join(lines) + "\n")
        done = self.lab.run("vis1", "kzonecheck", "-d", "on", "-o", zone, path, check=False)
        said = done.stdout + done.stderr
        self.assertEqual(done.returncode == 0, not said.strip(), said)
        return said


def find_line(lines, *fields):
    """The place of the first record with this type, and its data beginning so."""
    return next(at for at, line in enumerate(lines)
                if line.split()[3:3 + len(fields)] == list(fields))


def changed(lines, at, instead):
    return [*lines[:at], *instead, *lines[at + 1:]]


def spoilt(signature):
    """One octet of it is another."""
    octet = signature[-10]
    return f"{signature[:-10]}{'B' if octet == 'A' else 'A'}{signature[-9:]}"
