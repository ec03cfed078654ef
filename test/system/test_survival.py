"""What homeport is for: downloads and visits outlive what happens to the home's line."""
import contextlib
import time
import unittest

import home
from harness import HTTP, LONG, TCP, TLS, SystemCase

KINDS = (HTTP, TLS, TCP)
RATE = 20e6    # bytes per second of each download
GRACE = 1.0    # seconds, on top of the time in which the network was not there
PATIENCE = 20  # seconds to wait for a download after the faults, beyond its own time


class Faults(SystemCase):
    """Downloads over http, tls and tcp while 20 visitors come each second."""

    def setUp(self):
        super().setUp()
        self.gaps = []

    @contextlib.contextmanager
    def gap(self):
        """The block is a time in which the network is away."""
        begin = time.time()
        yield
        self.gaps.append((begin, time.time()))

    @contextlib.contextmanager
    def load(self, path="/mid.bin", rate=RATE, grace=GRACE):
        """The block's faults hit running downloads; afterwards all must have gone well."""
        downloads = [self.download(kind, path, rate) for kind in KINDS]
        visits = self.visits()
        for download in downloads:
            self.wait_until(lambda: download.progress > 1e6, "the download's first bytes")
        yield
        longest = max((end - begin for begin, end in self.gaps), default=0)
        patience = home.FILES[path.lstrip("/")] / rate + PATIENCE
        results = [self.assert_intact(one, path, longest + grace, patience) for one in downloads]
        rows = self.assert_all_served(visits, self.gaps, grace, at_least=40)
        slowest = max(row["first_byte"] for row in rows)
        print(f"      stalls {[r['longest_stall'] for r in results]} s, {len(rows)} visits, "
              f"slowest first byte {slowest} s, longest gap {longest:.1f} s")

    def test_nothing_happens(self):
        self.start_home()
        with self.load():
            pass

    def test_three_address_changes(self):
        self.start_home()
        with self.load("/big.bin"):
            time.sleep(2)
            self.lab.change_wan("203.0.113.6")
            time.sleep(4)
            with self.gap():
                self.lab.change_wan("203.0.113.7", gap_seconds=10)
            time.sleep(3)
            self.lab.change_wan("203.0.113.8")

    def test_one_address_change(self):
        self.start_home()
        with self.load():
            self.lab.change_wan("203.0.113.6")

    def test_address_changes_behind_a_strict_router(self):
        self.lab.strict_router()
        self.start_home()
        with self.load():
            self.lab.change_wan("203.0.113.6")
            time.sleep(2)
            with self.gap():
                self.lab.change_wan("203.0.113.7", gap_seconds=3)

    def test_silence_of_5_seconds(self):
        self.start_home()
        self.silence(5)

    def test_a_silent_change_of_an_idle_line(self):
        """Nobody is told, and nobody says anything: the kernel finds out, before a visitor would
        be sent away."""
        self.lab.strict_router()
        self.start_home()
        time.sleep(3)
        before = self.session()["address"]
        self.lab.change_wan("203.0.113.6")
        took = self.wait_until(lambda: self.session()["address"] != before, "a new link", 28)
        print(f"      a new link after {took:.1f} s")
        self.assert_all_served(self.visits(per_second=10))

    def test_changes_of_other_interfaces_are_none(self):
        self.start_home()
        before = self.session()["address"]
        for words in ("add other0 type veth peer name other1", "set other0 up", "del other0"):
            self.lab.run("home", "ip", "link", *words.split())
            time.sleep(0.5)
        self.assertEqual(self.session()["address"], before)

    def session(self):
        return self.status("relay", self.relay_settings)["sessions"][0]

    @unittest.skipUnless(LONG, "HOMEPORT_LONG=1 runs it")
    def test_silence_of_30_seconds(self):
        self.start_home(park={"wait": "45s", "per_source": 1024})
        self.silence(30)

    def silence(self, seconds):
        with self.load(), self.gap():
            self.lab.blackhole(True)
            time.sleep(seconds)
            self.lab.blackhole(False)

    def test_links_are_reset(self):
        self.start_home()
        with self.load():
            self.lab.reset_links()
            time.sleep(1)
            self.lab.reset_links()

    def test_a_fifth_of_the_packets_is_lost(self):
        self.start_home()
        with self.load("/mid.bin", rate=5e6):
            with self.gap():
                self.lab.loss(20)
                time.sleep(8)
                self.lab.loss(0)
                time.sleep(3)  # the kernels' retransmission timers run out before they notice

    def test_the_agent_is_suspended(self):
        self.start_home()
        with self.load(), self.gap():
            self.agent.suspend()
            time.sleep(5)
            self.agent.resume()


class BehindCarrierNat(Faults):
    """The home has a shared address; it is the provider's router whose address changes."""

    cgnat = True
    test_nothing_happens = test_three_address_changes = test_silence_of_5_seconds = None
    test_a_silent_change_of_an_idle_line = test_changes_of_other_interfaces_are_none = None
    test_silence_of_30_seconds = test_links_are_reset = test_the_agent_is_suspended = None
    test_a_fifth_of_the_packets_is_lost = None
    test_address_changes_behind_a_strict_router = None
