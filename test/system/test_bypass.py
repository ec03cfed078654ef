"""Long transfers of a tls service with inner = "trust": they leave the link, and lose nothing."""
import hashlib
import random
import socket
import ssl
import threading
import time
import unittest

import home
from harness import LONG, TLS, WEB, SystemCase, service
from lab import HOME, RELAY

LINK_PORT, TARGET_PORT = 7843, 9000
TRUSTED = (service("files", "tls", f"{HOME}:{home.HTTPS_PORT}", hosts=[TLS[3]], inner="trust")
           + service("raw", "tls", f"{HOME}:{TARGET_PORT}", hosts=[WEB], inner="trust"))


def client_hello(host):
    """The first bytes of a TLS visitor; what follows them in these tests is no TLS."""
    outgoing = ssl.MemoryBIO()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    try:
        context.wrap_bio(ssl.MemoryBIO(), outgoing, server_hostname=host).do_handshake()
    except ssl.SSLWantReadError:
        return outgoing.read()


class Bypass(SystemCase):
    def connections(self):
        """From the agent to the relay: its link, and one for each stream that left it."""
        done = self.lab.run("relay", "ss", "-Htn", "state", "established", f"sport = :{LINK_PORT}")
        return len(done.stdout.splitlines())

    def wait_at_rest(self, descriptors):
        self.wait_until(lambda: (self.relay.descriptors(), self.agent.descriptors()) <= descriptors,
                        "descriptors given back")

    def start(self):
        self.start_home(TRUSTED)
        self.wait_until(lambda: self.get(TLS).get("status") == 200, "a first page")
        return self.relay.descriptors(), self.agent.descriptors()

    def test_downloads_leave_the_link(self):
        at_rest = self.start()
        downloads = [self.download(TLS, "/mid.bin", rate=15e6) for _ in range(4)]
        self.wait_until(lambda: self.connections() == 5, "four ways beside the link")
        for download in downloads:
            self.assert_intact(download, "/mid.bin", stall=1)
        self.wait_until(lambda: self.connections() == 1, "the link alone")
        self.wait_at_rest(at_rest)

    def test_short_transfers_stay(self):
        """A visitor who stays, and moves little: looked at while he is there."""
        self.start()
        target = home.Target(self.lab, echo, TARGET_PORT)
        self.addCleanup(target.close)
        with self.lab.connect("vis1", RELAY, 443, timeout=10) as sock:
            sock.sendall(client_hello(WEB) + b"x" * 100_000 + b"END")
            home.read_until(sock, b"END")
            time.sleep(1)
            self.assertEqual(self.connections(), 1)
            sock.sendall(b"y" * 200_000 + b"END")
            self.wait_until(lambda: self.connections() == 2, "a way beside, after more")

    def test_bytes_both_ways_and_half_close(self):
        """Up and down at once, of sizes around the change of way; each ends by itself."""
        at_rest = self.start()
        target = home.Target(self.lab, answer_long_and_hash, TARGET_PORT)
        self.addCleanup(target.close)
        hello = client_hello(WEB)
        for size in (1, 200_000, 262_144 - len(hello), 300_000, 20_000_000):
            with self.subTest(size):
                data = random.Random(size).randbytes(size)
                answer = self.talk(hello, data)
                self.assertEqual(len(answer), DOWN_BYTES + 64)
                self.assertEqual(answer[-64:].decode(), hashlib.sha256(hello + data).hexdigest())
                self.assertEqual(hashlib.sha256(answer[:-64]).digest(), DOWN_HASH)
        self.wait_at_rest(at_rest)

    def talk(self, hello, data):
        with self.lab.connect("vis1", RELAY, 443, timeout=30) as sock:
            def speak():
                sock.sendall(hello + data)
                sock.shutdown(socket.SHUT_WR)
            speaker = threading.Thread(target=speak)
            speaker.start()
            answer = home.read_all(sock)
            speaker.join()
        return answer

    def test_no_way_beside(self):
        """The relay takes no further connection: everything stays on the link."""
        self.start()
        self.lab.nft("relay", f"""table ip only_link {{
            chain in {{ type filter hook input priority 0;
                        tcp dport {LINK_PORT} ct state new drop; }}
        }}""")
        download = self.download(TLS, "/mid.bin", rate=30e6)
        self.assert_intact(download, "/mid.bin", stall=1)

    def test_a_killed_end_is_no_end(self):
        """Beside the link a stream does not outlive its agent; it must not look complete either."""
        self.start()
        download = self.download(TLS, "/big.bin", rate=15e6)
        self.wait_until(lambda: self.connections() == 2 and download.progress > 10e6,
                        "bytes beside the link")
        self.agent.kill9()
        result = download.line(10)
        self.assertNotIn(result["ended"], ("complete", "closed"))
        self.assertLess(result["bytes"], home.FILES["big.bin"])
        self.agent = self.start_agent()
        self.wait_link()
        self.wait_until(lambda: self.get(TLS).get("status") == 200, "the next visitor")

    def test_a_reset_way_is_no_end(self):
        self.start()
        target = home.Target(self.lab, send_for_ever, TARGET_PORT)
        self.addCleanup(target.close)
        with self.lab.connect("vis1", RELAY, 443, timeout=10) as sock:
            sock.sendall(client_hello(WEB))
            self.wait_until(lambda: sock.recv(65536) and self.connections() == 2, "a way beside")
            for _ in range(200):
                sock.recv(65536)
            self.lab.reset_links()
            with self.assertRaises(ConnectionResetError):
                while sock.recv(65536):
                    pass
        self.wait_until(lambda: self.get(TLS).get("status") == 200, "the next visitor")

    @unittest.skipUnless(LONG, "HOMEPORT_LONG=1 runs it")
    def test_a_silent_line_ends_it(self):
        self.start()
        download = self.download(TLS, "/big.bin", rate=5e6)
        self.wait_until(lambda: self.connections() == 2 and download.progress > 10e6,
                        "bytes beside the link")
        self.lab.change_wan("203.0.113.6")
        result = download.line(60)
        self.assertNotIn(result["ended"], ("complete", "closed"))
        self.assertLess(result["longest_stall"], 50)


DOWN = random.Random(7).randbytes(1 << 20)
DOWN_BYTES = 8 << 20
DOWN_HASH = hashlib.sha256(DOWN * 8).digest()


def echo(sock, target):
    while got := sock.recv(65536):
        sock.sendall(got)


def send_for_ever(sock, target):
    while True:
        sock.sendall(DOWN)


def answer_long_and_hash(sock, target):
    """Gives a long answer at once, and, when the visitor has ended, the hash of what he said."""
    def answer():
        for _ in range(DOWN_BYTES // len(DOWN)):
            sock.sendall(DOWN)
    answering = threading.Thread(target=answer)
    answering.start()
    got = home.read_all(sock)
    answering.join()
    target.seen.append(len(got))
    sock.sendall(hashlib.sha256(got).hexdigest().encode())
