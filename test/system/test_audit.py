"""The security part of homeport doctor: what strangers find at the router, what it has opened."""
import json
import sys
import time
import unittest

from dns_case import needs
from direct_case import PUBLIC, DirectCase, services
from lab import DEV, WAN
from router import STUN

DESCRIPTION = "http://192.168.1.1:5000/rootDesc.xml"  # of miniupnpd
# A router whose search for UPnP devices is open to everybody: many answers to one question.
OPEN_SSDP = f"""
import socket
door = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
door.bind(("{WAN}", 1900))
print("ready", flush=True)
while True:
    question, asker = door.recvfrom(2048)
    if question.startswith(b"M-SEARCH"):
        for number in range(12):
            door.sendto(b"HTTP/1.1 200 OK\\r\\nST: upnp:rootdevice\\r\\nUSN: uuid:%d::upnp:root"
                        b"device\\r\\nLOCATION: http://192.168.1.1:5000/d.xml\\r\\n\\r\\n" % number,
                        asker)
"""


@needs("miniupnpd", "turnserver")
class Audit(DirectCase):
    def audit(self, before=None):
        """The findings; `before` is called when everything is there."""
        self.line()
        self.start_names(services("never"))
        self.wait_link()
        if before:
            before()
        words = [word for one in PUBLIC for word in ("--public", one)]
        words += [word for one in STUN for word in ("--stun", f"{one}:3478")]
        done = self.homeport("home", "doctor", "--json", *words, "--config", self.agent_settings,
                             check=False, timeout=90)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)["audit"]

    def odd(self, found):
        return [(row["what"], row["severity"]) for row in found if row["severity"] != "fine"]

    def open_ssdp(self):
        self.lab.nft("gw", "insert rule inet fw input iifname wan udp dport 1900 accept\n")
        server = self.lab.spawn("ssdp", "gw", sys.executable, "-B", "-c", OPEN_SSDP)
        end = time.monotonic() + 10
        while "ready" not in server.output():
            self.assertTrue(server.alive() and time.monotonic() < end, server.output())
            time.sleep(0.05)

    def test_a_closed_router(self):
        found = self.audit()
        self.assertEqual(self.odd(found), [], found)
        self.assertEqual(len(found), 10, found)

    def test_a_search_that_is_open_to_the_world(self):
        found = self.audit(self.open_ssdp)
        self.assertEqual(self.odd(found), [("SSDP (UDP 1900)", "bad")], found)
        self.assertTrue(next(row["remedy"] for row in found if row["severity"] == "bad"))

    def test_mail_that_is_not_let_out(self):
        found = self.audit(lambda: self.lab.nft(
            "net", "table ip mail {\n chain forward { type filter hook forward priority 0;\n"
                   " iifname \"access\" tcp dport 25 drop; }\n}\n"))
        self.assertEqual(self.odd(found), [("outgoing mail (TCP 25)", "warning")], found)

    @needs("upnpc")
    def test_a_port_that_another_device_has_opened(self):
        found = self.audit(lambda: self.lab.run("dev", "upnpc", "-u", DESCRIPTION,
                                                "-a", DEV, "3389", "3389", "TCP"))
        self.assertEqual(self.odd(found), [("port mapping TCP 3389", "warning")], found)
        self.assertIn(f"leads to {DEV} port 3389", json.dumps(found))


if __name__ == "__main__":
    unittest.main()
