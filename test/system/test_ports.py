"""homeport ports: what became of each port at routers of many kinds."""
import time

from dns_case import needs
from direct_case import DirectCase, services
from harness import FILES_HOST, WEB, service
from home import HTTP_PORT
from lab import DEV, HOME, RELAY, WAN
from router import LittleRouter, Router

MAPPED = 10    # seconds from the start of the agent
RETRY = 120    # seconds that a test waits for what is tried again


@needs("miniupnpd", "turnserver", "curl", "upnpc")
class Ports(DirectCase):
    def wait_state(self, state, name="web", timeout=MAPPED):
        """The row; of a failure once it says when the router is asked again."""
        row = {}
        def there():
            row.clear()
            row.update(self.port(name))
            again = row.get("retry_s") is not None
            return row.get("state") == state and (again or state != "failed")
        self.wait_until(there, f"{name} is {state}", timeout)
        return row

    def test_every_protocol(self):
        """Whatever the router speaks; and what it was told is taken back."""
        spoken = (({}, {"PCP", "NAT-PMP", "UPnP"}),
                  ({"upnp": False}, {"PCP", "NAT-PMP"}),
                  ({"pcp": False}, {"NAT-PMP", "UPnP"}),
                  ({"upnp": False, "nat_pmp": False}, {"PCP"}),
                  ({"upnp": False, "pcp": False}, {"NAT-PMP"}),
                  ({"nat_pmp": False, "pcp": False}, {"UPnP"}))
        for switches, protocols in spoken:
            with self.subTest(**switches):
                self.line(**switches)
                began = self.start_names()
                took = self.wait_proven("web", since=began)
                row = self.port("web")
                self.assertIn(row["by"], protocols)
                self.assertEqual((row["transport"], row["external"], row["address"]),
                                 ("tcp", 80, WAN), row)
                self.assertEqual({self.port(name)["state"] for name in ("files", "raw")},
                                 {"mapped"})
                self.assert_visit(WAN)
                print(f"      {', '.join(sorted(protocols))}: proven by {row['by']} after "
                      f"{took:.1f} s")
                self.assertEqual(self.agent.terminate(20), 0, self.agent.output()[-2000:])
                self.assertEqual(self.router.mappings(), [])

    def test_the_address(self):
        self.line()
        began = self.start_names()
        self.wait_proven("web", since=began)
        done = self.homeport("home", "ports", "--config", self.agent_settings)
        self.assertIn(WAN, done.stdout)
        self.assertIn("web", done.stdout)

    def test_switched_off(self):
        self.line()
        self.start_names(reach={"ports": False})
        self.wait_link()
        self.wait_state("off")
        self.assertEqual(self.router.mappings(), [])
        self.assertEqual(self.short(WEB), [RELAY])

    def test_nobody_wants_any(self):
        self.line()
        self.start_names(service("web", "http", f"{HOME}:{HTTP_PORT}", hosts=[WEB]))
        self.wait_link()
        time.sleep(3)
        self.assertEqual(self.ports(), [])
        self.assertEqual(self.router.mappings(), [])

    def refused(self, *words):
        """What a row says that failed, and when it is tried again."""
        row = self.wait_state("failed", timeout=30)
        said = f"{row['fault']} {row['detail']}"
        print(f"      {said}; again in {row['retry_s']} s")
        for word in words:
            self.assertIn(word, said)
        self.assertEqual(self.short(WEB), [RELAY])
        self.assert_visit(RELAY)

    def test_a_router_that_allows_nothing(self):
        self.line(refuses=True, nat_pmp=False, pcp=False)
        self.start_names()
        self.refused("606")

    def test_a_full_table(self):
        self.line(router=LittleRouter, says=WAN, maps="full")
        self.start_names()
        self.refused("no room")

    def test_a_provider_that_shares_addresses(self):
        self.line("cgnat", external="none")
        self.start_names()
        self.refused()

    def test_a_router_that_comes_later(self):
        self.line(router=None)
        self.start_names()
        self.wait_link()
        time.sleep(5)
        self.assertNotIn("mapped", {row["state"] for row in self.ports()})
        self.router = Router(self.lab).start()
        took = self.wait_until(lambda: self.port("web").get("state") == "mapped", "it is found",
                               RETRY)
        print(f"      found {took:.1f} s after it began")
        self.wait_answer(WEB, [WAN])

    def test_another_device_gives_the_port_up(self):
        self.line()
        upnpc = ("upnpc", "-i", "-m", "eth0")
        self.lab.run("dev", *upnpc, "-a", DEV, "8080", "80", "TCP", "3600")
        self.start_names(services())
        row = self.wait_state("failed", timeout=30)
        self.assertIn("80", row["fault"] + row["detail"])
        self.assertEqual(self.wait_state("mapped", "files")["external"], 443)
        self.wait_answer(FILES_HOST, [WAN])
        held = [rule for rule in self.router.mappings() if DEV in rule]
        self.assertEqual(len(held), 1, "it is let alone")
        self.lab.run("dev", *upnpc, "-d", "80", "TCP")
        if row["retry_s"] <= RETRY:
            self.wait_state("mapped", timeout=row["retry_s"] + 20)
            self.wait_answer(WEB, [WAN])
            self.assert_visit(WAN)
