"""The name of a home answers by the state of the home: relayed, away, parked."""
import datetime
import re
import statistics
import time

from dns_case import HEAD, DnsCase, needs, table
from harness import BINARY, SANITIZED, STANDARD
from home import start_nginx
from lab import RELAY
from name_client import A, Wire

ZONE, WEB = "example.net", "home.example.net"
ELSEWHERE = "9.9.9.9"
TURNS = 25


@needs()
class HomeStates(DnsCase):
    def setUp(self):
        super().setUp()
        self.nginx = start_nginx(self.lab, self.shared_files())

    def tearDown(self):
        super().tearDown()
        if self.agent and self.agent.alive():
            self.agent.terminate(20)

    def write_relay_settings(self, **tables):
        super().write_relay_settings(**tables)
        zone = self.folder / "zone"
        zone.write_text(HEAD + '_acme-challenge.home TXT "of the file"\n')
        with open(self.relay_settings, "a", encoding="utf-8") as out:
            out.write(table("zone", name=ZONE, file=str(zone), sign=True))

    def start(self):
        self.start_home(STANDARD, dns={"listen": ["0.0.0.0:53"], "addresses": [RELAY],
                                       "rate_limit": 0})
        self.wait_until(lambda: self.short(WEB) == [RELAY], "the home's name")

    def ask(self, *words, check=True):
        return self.homeport("home", *words, "--config", self.agent_settings, check=check)

    def states(self):
        rows = self.status("relay", self.relay_settings)["hosts"]
        return {row["host"]: row["state"] for row in rows}

    def state(self):
        return self.states()[WEB]

    def assert_secure(self, name=WEB, kind="A"):
        said = self.delv(ZONE, name, kind)
        self.assertRegex(said, "; (negative response, )?fully validated", said)

    def test_states(self):
        self.start()
        self.assertEqual(self.states(), {WEB: "relayed", "files.example.net": "relayed"})
        self.assert_secure()
        self.agent.kill9()
        self.wait_until(lambda: self.state() == "away", "the home is away")
        self.assertEqual(self.short(WEB), [RELAY])
        self.agent = self.start_agent()
        self.wait_until(lambda: self.state() == "relayed", "the home is back")
        self.assertEqual(self.short(WEB), [RELAY])
        self.ask("park", "web", "--answer", f"{ELSEWHERE},2620:fe::fe")
        # The tcp service has no host: the name is parked with the only service behind it.
        self.assertEqual(self.state(), "parked")
        self.assertEqual(self.short(WEB), [ELSEWHERE])
        self.assertEqual(self.short(WEB, "AAAA"), ["2620:fe::fe"])
        self.assertEqual(self.short("files.example.net"), [RELAY])
        self.assert_secure()
        self.assert_secure(kind="AAAA")
        self.ask("park", "web", "--answer", "nothing")
        self.assertEqual(self.short(WEB), [])
        self.assertIn("status: NOERROR", self.dig(WEB))
        self.assert_secure()
        self.ask("park", "web")
        self.assertEqual(self.short(WEB), [RELAY])
        self.assertEqual(self.state(), "parked")
        self.ask("unpark", "web")
        self.assertEqual(self.state(), "relayed")
        self.assertEqual(self.short(WEB), [RELAY])
        for answer in ("10.0.0.1", "198.51.100.7", "100.64.0.1"):
            done = self.ask("park", "web", "--answer", answer, check=False)
            self.assertNotEqual(done.returncode, 0, done)
            self.assertIn("whole Internet", done.stderr + done.stdout)
        self.assertEqual(self.state(), "relayed")

    def test_parked_beyond_a_restart(self):
        self.start()
        self.ask("park", "web", "--answer", ELSEWHERE)
        self.assertEqual(self.short(WEB), [ELSEWHERE])
        self.agent.kill9()
        self.agent = None
        self.relay.kill9()
        self.start_relay()
        self.assertEqual(self.short(WEB), [ELSEWHERE], "the home is not even here")
        self.assertEqual(self.state(), "parked")
        self.agent = self.start_agent()
        self.wait_link()
        self.assertEqual(self.short(WEB), [ELSEWHERE])
        self.ask("unpark")
        self.assertEqual(self.short(WEB), [RELAY])

    def logged_at(self, event, number):
        """When the relay wrote the line with that number about the event."""
        lines = [line for line in self.relay.output().split("\n") if f" {event} " in line]
        stamp = re.match(r"(\S+)Z ", lines[number]).group(1)
        return datetime.datetime.fromisoformat(stamp + "+00:00").timestamp()

    def test_how_soon(self):
        """From the relay's log line about the change to the first answer with it."""
        self.start()
        wire = Wire(self.lab, "vis1", RELAY)
        self.addCleanup(wire.close)
        delays = []
        for turn in range(TURNS):
            for words, event, wanted in ((["park", "--answer", ELSEWHERE], "home.park", ELSEWHERE),
                                         (["unpark"], "home.unpark", RELAY)):
                # At the relay: what agents may ask for has a rate.
                asking = self.lab.spawn("ask", "relay", BINARY, *words, "--home", "home",
                                        "--config", self.relay_settings)
                until = time.monotonic() + 10
                while wire.ask(WEB, A) != [wanted]:
                    self.assertLess(time.monotonic(), until, asking.output())
                seen = time.time()
                asking.popen.wait()
                delays.append(seen - self.logged_at(event, turn))
        p50, p99 = (statistics.quantiles(delays, n=100)[i] for i in (49, 98))
        print(f"      a new state is answered after {p50 * 1e3:.1f} ms, p99 {p99 * 1e3:.1f} ms")
        self.assertLess(p99, 1.0 if SANITIZED else 0.25)
        self.assert_secure()

    def test_challenges(self):
        self.start()
        name = f"_acme-challenge.{WEB}"
        of_file = '"of the file"'
        for value in ("first", "second"):
            self.ask("acme", "set", WEB, value)
            self.assertIn(f'"{value}"', self.short(name, "TXT"), "it is there by then")
        self.assertEqual(sorted(self.short(name, "TXT")), ['"first"', of_file, '"second"'])
        self.assert_secure(name, "TXT")
        self.ask("acme", "clear", WEB, "first")
        self.assertEqual(sorted(self.short(name, "TXT")), [of_file, '"second"'])
        self.ask("acme", "clear", WEB, "second")
        self.assertEqual(self.short(name, "TXT"), [of_file])
        self.assert_secure(name, "TXT")
        for host in ("www.example.net", ZONE):
            self.assertNotEqual(self.ask("acme", "set", host, "x", check=False).returncode, 0)
            self.assertEqual(self.short(f"_acme-challenge.{host}", "TXT"), [])
