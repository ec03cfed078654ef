"""Tests of the comparison itself: python3 -m unittest discover -s test/dns -p '*_test.py'"""
import pathlib
import struct
import sys
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import packets  # noqa: E402
import verdict  # noqa: E402
from explained import explain  # noqa: E402
from questions import Asker, Request  # noqa: E402
from zones import World  # noqa: E402

WORLD = World(1, 40)
NAME = (b"ns", b"a", b"test")
ASKED = packets.question(packets.wire(NAME), packets.A)


def record(address, ttl=60):
    return b"\xc0\x0c" + struct.pack(">2HIH", packets.A, packets.IN, ttl, 4) + bytes(address)


def answer(*records, flags=packets.QR | packets.AA):
    return packets.header(1, flags, (1, len(records), 0, 0)) + ASKED + b"".join(records)


def case(home, knot, nsd, named):
    request = Request(1, "plain", packets.header(1) + ASKED, NAME, packets.A)
    raw = {"homeport": home, "knot": knot, "nsd": nsd, "named": named}
    return verdict.make_case(request, "UDP", raw, WORLD)


class Verdicts(unittest.TestCase):
    ONE, TWO = record([1, 2, 3, 4]), record([1, 2, 3, 5])

    def differing(self, *answers):
        return case(*answers).differing(verdict.CONTENT)

    # Order does not count; two of three are enough.
    def test_agreement(self):
        good, turned = answer(self.ONE, self.TWO), answer(self.TWO, self.ONE)
        self.assertEqual(self.differing(good, turned, turned, good), [])
        self.assertEqual(self.differing(good, turned, None, good), [])

    # A record too few, a TTL, AA, the RCODE, silence, an unreadable answer: each is seen.
    def test_faults_are_seen(self):
        good = answer(self.ONE, self.TWO)
        for bad, part in ((answer(self.ONE), "answer"),
                          (answer(self.ONE, record([1, 2, 3, 5], 61)), "answer"),
                          (answer(self.ONE, self.TWO, flags=packets.QR), "aa"),
                          (answer(flags=packets.QR | packets.AA | packets.NXDOMAIN), "rcode"),
                          (None, "rcode"), (good[:-1], "rcode"), (good + b"\0", "rcode")):
            made = case(bad, good, good, good)
            self.assertIn(part, made.differing(verdict.CONTENT))
            self.assertIsNone(explain(made, made.differing(verdict.CONTENT)))

    # Who is alone with one other is not with most of them.
    def test_one_of_three_is_not_enough(self):
        good, bad = answer(self.ONE), answer(self.TWO)
        self.assertEqual(self.differing(good, good, bad, bad), ["answer"])

    def test_header(self):
        good, bad = answer(self.ONE), answer(self.ONE, flags=packets.QR | packets.AA | packets.RA)
        self.assertEqual(case(bad, good, good, good).differing(verdict.HEADER), ["flags"])


class Truncation(unittest.TestCase):
    def fault(self, udp, tcp):
        request = Request(1, "plain", b"x" * 100, NAME, packets.A, size=600, has_cookie=True)
        return verdict.truncation_fault(request, packets.read(udp), packets.read(tcp), 1232, 4)

    def test_limit_is_the_requesters(self):
        small = answer(record([1, 2, 3, 4]))
        large = answer(*[record([1, 2, 3, i]) for i in range(60)])
        cut = answer(flags=packets.QR | packets.AA | packets.TC)
        self.assertIsNone(self.fault(small, small))
        self.assertIsNone(self.fault(cut, large))
        self.assertIsNotNone(self.fault(cut, small))
        self.assertIsNotNone(self.fault(large, large))
        self.assertIsNotNone(self.fault(small, large))


class Making(unittest.TestCase):
    # A seed that fails must be the same one tomorrow.
    def test_the_same_seed_makes_the_same(self):
        again = World(1, 40)
        self.assertEqual([list(z.lines()) for z in WORLD.zones],
                         [list(z.lines()) for z in again.zones])
        first = [r.data for r in Asker(3, WORLD, bytes(16)).requests(500)]
        self.assertEqual(first, [r.data for r in Asker(3, again, bytes(16)).requests(500)])

    # Every apex, delegation and kind of wildcard that the README promises.
    def test_zones_hold_what_is_to_be_compared(self):
        names = [name for zone in WORLD.zones for name, sets in zone.sets.items() if sets]
        self.assertTrue(all(zone.cuts for zone in WORLD.zones))
        self.assertTrue(any(name[0] == b"*" for name in names))
        self.assertTrue(any(b"*" in name[1:] for name in names))


class Messages(unittest.TestCase):
    def test_broken_ones_are_refused(self):
        for tail in (b"\xc0\x0c", b"\x41a\0\0\1\0\1", b"\1a\xc0\x0c"):
            with self.assertRaises(packets.Broken):
                packets.read(packets.header(1) + tail)

    def test_names_with_odd_octets(self):
        self.assertEqual(packets.name_text((b"a.b", b"\0\xff", b"*")), "a\\046b.\\000\\255.*.")


if __name__ == "__main__":
    unittest.main()
