"""The lab and its instruments, without homeport: what a test would report must be what happens."""
import socket
import time

from harness import SystemCase
from home import HTTP_PORT, HTTPS_PORT
from lab import HOME, RELAY, VISITORS

DIRECT = [("http", HOME, HTTP_PORT, "home"), ("tls", HOME, HTTPS_PORT, "files.example.net")]


class Instruments(SystemCase):
    def setUp(self):
        super().setUp()
        self.lab.open_home()
        self.wait_until(lambda: self.get(DIRECT[0])["status"] == 200, "nginx")

    def test_a_silence_is_measured_and_the_hash_is_right(self):
        downloads = [self.download(place, rate=20e6) for place in DIRECT]
        visits = self.visits(*DIRECT)
        time.sleep(1)
        self.lab.blackhole(True)
        time.sleep(1)
        self.lab.blackhole(False)
        for download in downloads:
            result = self.assert_intact(download, "/mid.bin", stall=5)
            self.assertGreater(result["longest_stall"], 0.8)
        rows = self.assert_all_served(visits, grace=5, at_least=40)
        self.assertGreater(max(row["first_byte"] for row in rows), 0.8)

    def test_a_reset_is_told_from_an_end(self):
        download = self.download(DIRECT[0])
        self.wait_until(lambda: download.progress > 1e6, "progress")
        self.lab.reset_links()
        self.assertEqual(download.line(5)["ended"], "reset")

        download = self.download(DIRECT[0])
        self.wait_until(lambda: download.progress > 1e6, "progress")
        self.nginx.kill9()
        self.assertIn(download.line(10)["ended"], ("closed", "reset"))

    def home_to_relay(self):
        """A connection from the home to a listener at the relay, and the listener's end."""
        with self.lab.inside("relay"):
            listener = socket.create_server((RELAY, 0))
        port = listener.getsockname()[1]
        inner = self.lab.connect("home", RELAY, port)
        outer, peer = listener.accept()
        for sock in (listener, inner, outer):
            self.addCleanup(sock.close)
            sock.settimeout(1)
        return inner, outer, peer

    def test_an_old_connection_learns_of_a_new_address_by_reset(self):
        inner, outer, peer = self.home_to_relay()
        self.assertEqual(peer[0], "203.0.113.5")
        self.lab.change_wan("203.0.113.6")
        inner.sendall(b"hello")
        with self.assertRaises(ConnectionResetError):
            inner.recv(1)
        self.assertEqual(self.home_to_relay()[2][0], "203.0.113.6")

    def test_a_strict_router_says_nothing(self):
        self.lab.strict_router()
        inner, outer, _ = self.home_to_relay()
        self.lab.change_wan("203.0.113.7", gap_seconds=0.5)
        inner.sendall(b"hello")
        with self.assertRaises(TimeoutError):
            inner.recv(1)
        self.assertEqual(self.home_to_relay()[2][0], "203.0.113.7")

    def test_loss_loses(self):
        self.lab.loss(50)
        shown = self.lab.run("home", "ping", "-q", "-n", "-c", 100, "-i", 0.01, "-W", 1, RELAY,
                             check=False).stdout
        answered = int(shown.split(" received")[0].split()[-1])
        self.assertTrue(5 < answered < 50, shown)
        self.lab.loss(0)
        self.assertIn("10 received", self.lab.run("home", "ping", "-q", "-n", "-c", 10, "-i", 0.01,
                                                  RELAY).stdout)

    def test_visitors_have_addresses_of_their_own(self):
        for node, address in VISITORS.items():
            with self.lab.connect(node, HOME, HTTP_PORT) as sock:
                self.assertEqual(sock.getsockname()[0], address)


class InstrumentsBehindCarrierNat(SystemCase):
    cgnat = True

    def test_the_world_sees_the_providers_address(self):
        inner, outer, peer = Instruments.home_to_relay(self)
        self.assertEqual(peer[0], "203.0.113.5")
        self.lab.change_wan("203.0.113.8")
        self.assertEqual(Instruments.home_to_relay(self)[2][0], "203.0.113.8")
