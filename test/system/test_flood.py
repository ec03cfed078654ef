"""A flood of questions as forged ones would be: many, from one source, without a cookie."""
import pathlib
import re
import socket
import sys
import time
import unittest

from dns_case import DnsCase
from lab import RELAY
from test_names import query

FLOODER = pathlib.Path(__file__).with_name("flooder.py")
SECONDS = 4
TXT = 16
ASKED = 300             # questions of the honest visitor meanwhile
HONEST = "198.51.99.11"
PATIENCE = 30.0


class Flood(DnsCase):
    def interface(self, node):
        """To the outside."""
        text = self.lab.run(node, "ip", "-o", "-4", "address", "show").stdout
        return next(line.split()[1] for line in text.split("\n") if "198.51.100." in line)

    def counted(self, node):
        """Bytes received and sent by the node's interface to the outside."""
        name = self.interface(node)
        text = self.lab.run(node, "cat", "/proc/net/dev").stdout
        fields = re.search(rf"{name}:(.*)", text).group(1).split()
        return int(fields[0]), int(fields[8])

    def flood(self):
        """At full speed from vis1; most of its questions get no answer."""
        questions = self.folder / "questions"
        questions.write_text("".join(
            query("many.example.net", TXT, i).hex() + "\n"
            + query(f"x{i}.example.net", number=i).hex() + "\n" for i in range(1000)))
        return self.lab.spawn("flood", "vis1", sys.executable, "-B", FLOODER, RELAY, str(SECONDS),
                              str(questions))

    def ask_honestly(self):
        """From another network, one question after the other: how many were answered, and the
        slowest answer in seconds."""
        self.lab.run("vis2", "ip", "address", "add", f"{HONEST}/32", "dev", self.interface("vis2"))
        self.lab.run("relay", "ip", "route", "add", f"{HONEST}/32", "dev", self.interface("relay"))
        with self.lab.inside("vis2"):
            line = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.addCleanup(line.close)
        line.bind((HONEST, 0))
        line.connect((RELAY, 53))
        line.settimeout(1)
        answered, slowest = 0, 0.0
        for number in range(ASKED):
            began = time.monotonic()
            line.send(query("www.example.net", number=number))
            try:
                answered += line.recv(512)[:2] == number.to_bytes(2, "big")
            except TimeoutError:
                continue
            slowest = max(slowest, time.monotonic() - began)
            time.sleep(0.03)     # slower than the limit of a source
        return answered, slowest

    # The source of a flood gets less than it sends; others get their answers; memory is bounded.
    def test_others_are_answered(self):
        lines = ["www A 198.51.100.21"] + [f'many TXT "{"x" * 200}{i}"' for i in range(4)]
        self.start_dns([self.write_zone("example.net", lines)], rate_limit=50)
        self.wait_until(lambda: self.short("www.example.net") == ["198.51.100.21"], "an answer")
        memory, before = self.relay.rss_bytes(), self.counted("vis1")
        flood = self.flood()
        time.sleep(0.5)
        answered, slowest = self.ask_honestly()
        self.wait_until(lambda: not flood.alive(), "the end of the flood", PATIENCE)
        received, sent = (now - then for now, then in zip(self.counted("vis1"), before))
        asked = int(flood.output()) / SECONDS
        print(f"flood: {asked:,.0f} questions/s, {received / sent:.2f} bytes back for one; "
              f"others: {answered} of {ASKED}, slowest {slowest * 1000:.0f} ms", flush=True)
        self.assertGreater(asked, 2000)
        self.assertLess(received, sent)
        self.assertGreaterEqual(answered, ASKED * 0.95)
        self.assertLess(self.relay.rss_bytes(), memory + (64 << 20))
