"""The relay answers DNS: its zones, and the names of homes in them, to the usual tools."""
import re
import socket
import struct
import threading
import time

import home
from harness import STANDARD, SystemCase, service, toml
from lab import HOME, RELAY

RECORDS = ["@ NS ns1", "@ NS ns2.example.org.", f"ns1 A {RELAY}", "www 60 A 198.51.100.21",
           "alias CNAME www", "*.wild A 198.51.100.22", "sub NS ns.sub", "ns.sub A 198.51.100.23",
           'txt TXT "hello world"', "mail MX 10 www"]
RECORDS += [f"many A 203.0.113.{i}" for i in range(1, 60)]
DNS = {"listen": ["0.0.0.0:53"], "addresses": [RELAY], "ttl": "30s", "rate_limit": 0}


def zone(name="example.net", records=tuple(RECORDS)):
    return "[[zone]]\n" + toml(x={"name": name, "records": list(records)}).removeprefix("[x]\n")


def query(name, kind=1, number=77):
    labels = b"".join(bytes([len(label)]) + label.encode() for label in name.split(".") if label)
    return struct.pack(">6H", number, 0, 1, 0, 0, 0) + labels + b"\0" + struct.pack(">2H", kind, 1)


class Names(SystemCase):
    def start_names(self, services=STANDARD, zones=None, **dns):
        self.zones = zones or zone()
        self.start_home(services, dns={**DNS, **dns})
        self.wait_until(lambda: self.dig("www.example.net") == ["198.51.100.21"], "an answer")

    def write_relay_settings(self, **tables):
        super().write_relay_settings(**tables)
        with open(self.relay_settings, "a", encoding="utf-8") as out:
            out.write(self.zones)

    def dig(self, *words, node="vis1"):
        """The lines of dig's short answer."""
        done = self.lab.run(node, "dig", "+short", "+tries=1", "+time=2", f"@{RELAY}", *words,
                            check=False)
        return done.stdout.split("\n")[:-1]

    def dig_status(self, *words, node="vis1"):
        done = self.lab.run(node, "dig", "+tries=1", "+time=2", f"@{RELAY}", *words, check=False)
        found = re.search(r"status: (\w+),.*\n;; flags: ([a-z ]*);", done.stdout)
        return (found.group(1), found.group(2).split()) if found else (done.stdout, [])

    def test_homes_are_found_by_their_names(self):
        hosts = ["home.example.net", "*.home.example.net"]
        target = f"{HOME}:{home.HTTP_PORT}"
        self.start_names(STANDARD + service("more", "http", target, hosts=hosts[1:]))
        self.wait_until(lambda: self.dig("home.example.net") == [RELAY], "the home's name")
        self.assertEqual(self.dig("files.example.net"), [RELAY])
        self.assertEqual(self.dig("anything.home.example.net"), [RELAY])
        self.assertEqual(self.dig("home.example.net", "AAAA"), [])
        # Away from home the names stay: the relay parks the visitors.
        self.agent.kill9()
        self.agent = None
        self.assertEqual(self.dig("home.example.net"), [RELAY])
        # A withdrawn agent's names are gone at once.
        self.homeport("relay", "revoke", "home", "--config", self.relay_settings)
        self.assertEqual(self.dig_status("home.example.net")[0], "NXDOMAIN")
        self.assertEqual(self.dig("www.example.net"), ["198.51.100.21"])

    def test_a_visit_by_name(self):
        """As a browser would: the name is looked up at the relay, then visited."""
        self.start_names()
        self.wait_until(lambda: self.dig("home.example.net") == [RELAY], "the home's name")
        address = self.dig("home.example.net", node="vis2")[0]
        done = self.lab.run("vis2", "curl", "-sS", "--resolve", f"home.example.net:80:{address}",
                            "-o", "/dev/null", "-w", "%{http_code}",
                            "http://home.example.net/small.txt")
        self.assertEqual(done.stdout, "200")

    def test_what_the_tools_see(self):
        self.start_names()
        self.assertEqual(self.dig("alias.example.net"), ["www.example.net.", "198.51.100.21"])
        self.assertEqual(self.dig("a.b.wild.example.net"), ["198.51.100.22"])
        self.assertEqual(self.dig("txt.example.net", "TXT"), ['"hello world"'])
        self.assertEqual(self.dig("WwW.eXample.NET"), ["198.51.100.21"])
        self.assertEqual(self.dig("+tcp", "mail.example.net", "MX"), ["10 www.example.net."])
        self.assertEqual(len(self.dig("many.example.net")), 59, "by TCP after a truncated answer")
        self.assertEqual(self.dig_status("none.example.net"), ("NXDOMAIN", ["qr", "aa", "rd"]))
        self.assertEqual(self.dig_status("www.example.net", "MX"), ("NOERROR", ["qr", "aa", "rd"]))
        self.assertEqual(self.dig_status("x.sub.example.net"), ("NOERROR", ["qr", "rd"]))
        self.assertEqual(self.dig_status("www.example.org")[0], "REFUSED")
        self.assertEqual(self.dig_status("www.example.net", "CH", "A")[0], "REFUSED")
        self.assertEqual(self.dig_status("+edns=1", "+noednsnegotiation", "www.example.net")[0],
                         "BADVERS")
        self.assertEqual(self.dig_status("+opcode=status", "www.example.net")[0], "NOTIMP")
        self.assertIn("REFUSED", self.dig_status("+opcode=notify", "example.net", "SOA")[0])
        axfr = self.lab.run("vis1", "dig", f"@{RELAY}", "example.net", "AXFR", check=False)
        self.assertIn("Transfer failed", axfr.stdout)
        kdig = self.lab.run("vis1", "kdig", f"@{RELAY}", "+cookie", "www.example.net").stdout
        self.assertIn("198.51.100.21", kdig)
        self.assertRegex(kdig, r"COOKIE: [0-9A-Fa-f]{48}")
        drill = self.lab.run("vis1", "drill", "-D", f"@{RELAY}", "www.example.net").stdout
        self.assertIn("198.51.100.21", drill)
        facts = self.status("relay", self.relay_settings)["dns"]
        self.assertEqual([row["name"] for row in facts["zones"]], ["example.net."])
        self.assertGreater(facts["queries_udp_total"], 10)
        self.assertGreater(facts["queries_tcp_total"], 1)

    def test_the_address_that_was_asked_answers(self):
        self.zones = zone()
        self.write_relay_settings(dns={**DNS, "listen": ["0.0.0.0:53", "[::]:53"]})
        self.lab.run("relay", "ip", "address", "add", "198.51.100.99/24", "dev", "eth0",
                     check=False)
        self.start_relay()
        for address in (RELAY, "198.51.100.99"):
            done = self.lab.run("vis1", "dig", "+short", "+time=2", "+tries=1", f"@{address}",
                                "www.example.net", check=False)
            self.assertEqual(done.stdout.strip(), "198.51.100.21", done)

    def test_zones_are_read_again(self):
        self.start_names()
        serial = self.dig("example.net", "SOA")[0].split()[2]
        text = self.relay_settings.read_text(encoding="utf-8")
        self.relay_settings.write_text(text.replace("198.51.100.21", "198.51.100.31"),
                                       encoding="utf-8")
        self.homeport("relay", "reload", "--config", self.relay_settings)
        self.assertEqual(self.dig("www.example.net"), ["198.51.100.31"])
        self.assertEqual(self.dig("home.example.net"), [RELAY])
        self.assertGreater(int(self.dig("example.net", "SOA")[0].split()[2]), int(serial))
        self.relay_settings.write_text(text.replace("198.51.100.21", "198.51.100.321"),
                                       encoding="utf-8")
        done = self.homeport("relay", "reload", "--config", self.relay_settings, check=False)
        self.assertEqual(done.returncode, 2, done)
        self.assertEqual(self.dig("www.example.net"), ["198.51.100.31"], "the old zone stays")
        check = self.homeport("relay", "check", "--config", self.relay_settings, check=False)
        self.assertEqual(check.returncode, 1)
        self.assertIn("198.51.100.321", check.stdout + check.stderr)

    def test_a_flood_does_not_drown_others(self):
        """What claims to come from one source is limited; another one is served meanwhile."""
        self.start_names(rate_limit=50)
        over, sent, back = threading.Event(), [0], [0, 0]

        def flood():
            with self.lab.inside("vis2"):
                sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            sock.setblocking(False)
            request = query("many.example.net")
            while not over.is_set() and sent[0] < 200_000:
                try:
                    sock.sendto(request, (RELAY, 53))
                    sent[0] += len(request)
                    back[0] += len(sock.recv(4096))
                    back[1] += 1
                except BlockingIOError:
                    time.sleep(0)
            sock.close()

        flooding = threading.Thread(target=flood)
        flooding.start()
        answers = [self.dig("www.example.net") for _ in range(10)]
        over.set()
        flooding.join()
        self.assertEqual(answers, [["198.51.100.21"]] * 10)
        self.assertLess(back[0], sent[0], "less comes back than was sent")
        self.assertGreater(self.status("relay", self.relay_settings)["dns"]["limited_total"], 100)
