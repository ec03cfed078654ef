"""homeport doctor on lines of many kinds, behind a real router, alone and with a relay's help."""
import json
import unittest

import lab as lab_module
import router as router_module
from direct_case import DirectCase, services
from dns_case import needs
from harness import BINARY, LONG
from lab import DEV, HOME, HOME6, LINES, WAN
from router import LittleRouter, Router

PUBLIC = ["--public", "198.51.100.0/24", "--public", "203.0.113.0/24", "--public", "2001:db8::/32"]
ROUNDS = 20 if LONG else 1
EVERY_PROTOCOL = {"PCP", "NAT-PMP", "UPnP"}
# Of each line: what miniupnpd believes, what the doctor says without help.
MATRIX = {
    "plain": ("stun", "port_map_possible"),
    "cgnat": ("none", "cgnat"),
    "symmetric": ("none", "cgnat"),
    "double": ("none", "double_nat"),
    "dmz": ("stun", "port_map_possible"),
}
ARRIVED = "arrived here"
NAT = {"symmetric": "another port for each address and port"}  # else one for all


class Doctor(unittest.TestCase):
    """Each test builds the line that it is about."""
    lab = None

    def line(self, external="stun", router=True, little=None, switches=(), **kind):
        if self.lab:
            self.lab.remove()
        self.lab = lab_module.Lab(**kind).build()
        self.addCleanup(self.lab.remove)
        router_module.start_stun(self.lab)
        if little:
            self.router = LittleRouter(self.lab, *little).start()
        elif router:
            self.router = Router(self.lab, external, **dict(switches)).start()

    def examine(self, *words):
        servers = [f"{server}:3478" for server in router_module.STUN]
        servers += [router_module.STUN6] * self.lab.ipv6
        done = self.lab.run("home", BINARY, "doctor", "--json", *PUBLIC,
                            *(word for server in servers for word in ("--stun", server)), *words,
                            check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def answering(self, found):
        return {row["protocol"] for row in found["routers"] if row["answers"]}

    # What routers speak.

    def test_a_home_router(self):
        self.line()
        found = self.examine()
        print("     ", found["ipv4"]["headline"])
        self.assertEqual(found["ipv4"]["kind"], "port_map_possible", found)
        self.assertEqual(found["ipv4"]["address"], lab_module.WAN)
        self.assertTrue(found["test_port"][0]["opened"], found["test_port"])
        self.assertEqual(self.answering(found), EVERY_PROTOCOL)
        self.assertEqual(self.router.mappings(), [], "nothing stays behind")

    def test_protocols_that_are_off(self):
        for off in (["upnp"], ["upnp", "nat_pmp"], ["nat_pmp", "pcp"]):
            with self.subTest(off=off):
                self.line(switches={name: False for name in off})
                found = self.examine()
                words = {"upnp": "UPnP", "nat_pmp": "NAT-PMP", "pcp": "PCP"}
                left = EVERY_PROTOCOL - {words[name] for name in off}
                self.assertEqual(self.answering(found), left)
                self.assertEqual(found["ipv4"]["kind"], "port_map_possible", found)
                self.assertTrue(found["test_port"][0]["opened"], found["test_port"])
                self.assertIn(found["test_port"][0]["protocol"], left)
                self.assertEqual(self.router.mappings(), [])

    def test_no_mapping_when_told_so(self):
        self.line()
        found = self.examine("--no-map")
        self.assertEqual(found["test_port"], [])
        self.assertEqual(found["ipv4"]["kind"], "port_map_possible", found)

    def test_a_router_without_port_mapping(self):
        self.line(router=False)
        found = self.examine("--time", "15s")
        self.assertEqual(found["ipv4"]["address"], lab_module.WAN)
        self.assertFalse(found["test_port"][0]["opened"])
        self.assertEqual(found["ipv4"]["kind"], "port_map_possible", found)

    def test_a_router_that_allows_nothing(self):
        self.line(switches={"refuses": True, "nat_pmp": False, "pcp": False})
        found = self.examine()
        self.assertFalse(found["test_port"][0]["opened"])
        self.assertIn("606", found["test_port"][0]["attempts"][0]["detail"])

    def test_a_full_table(self):
        self.line(little=(WAN, "full"))
        found = self.examine()
        self.assertFalse(found["test_port"][0]["opened"])
        self.assertIn("no room", found["test_port"][0]["attempts"][0]["fault"])

    # What stands behind it.

    def test_every_line(self):
        for line, (external, kind) in MATRIX.items():
            with self.subTest(line=line):
                self.line(external, **LINES[line])
                right = 0
                for _ in range(ROUNDS):
                    found = self.examine()
                    said = " ".join(found["ipv4"]["evidence"])
                    nat = NAT.get(line, "one port for all destinations")
                    right += (found["ipv4"]["kind"], nat in said) == (kind, True)
                    self.assertEqual(self.router.mappings(), [])
                print(f"      {line}: {kind} {right} of {ROUNDS} times")
                self.assertEqual(right, ROUNDS, found)

    def test_a_provider_that_shares_addresses(self):
        self.line(external="none", cgnat=True)
        found = self.examine()
        self.assertEqual(found["ipv4"]["kind"], "cgnat", found)
        self.assertFalse(found["test_port"][0]["opened"])
        tried = {row["protocol"] for row in found["test_port"][0]["attempts"]}
        self.assertEqual(tried, EVERY_PROTOCOL)

    def test_a_router_behind_a_router(self):
        """Hops alone only look like it; the address of the first router shows it."""
        self.line(external="none", **LINES["double"])
        found = self.examine()["ipv4"]
        self.assertEqual((found["kind"], found["proven"]), ("double_nat", False), found)
        self.line(little=("192.168.0.5", "yes"), **LINES["double"])
        found = self.examine()["ipv4"]
        self.assertEqual((found["kind"], found["proven"]), ("double_nat", True), found)

    def test_a_router_that_lies(self):
        self.line(external="label", cgnat=True)
        found = self.examine()
        self.assertEqual(found["ipv4"]["kind"], "cgnat", found)
        self.assertTrue(found["ipv4"]["router_lies"], found)

    def test_ipv6(self):
        for switches in ({}, {"nat_pmp": False, "pcp": False}):
            with self.subTest(**switches):
                self.line(ipv6=True, switches=switches)
                found = self.examine()
                self.assertEqual(found["ipv6"]["address"], HOME6)
                self.assertEqual((found["ipv6"]["kind"], found["ipv6"]["proven"]),
                                 ("direct", False), found)
                opened = {row["family"] for row in found["test_port"] if row["opened"]}
                self.assertEqual(opened, {"IPv4", "IPv6"})
                self.assertEqual(self.router.mappings(), [])
                if switches:  # miniupnpd 2.3.1 refuses to delete pinholes by PCP; they expire
                    self.assertEqual(self.router.pinholes(), [])

    def test_nobody_outside_is_asked(self):
        self.line(router=False)
        done = self.lab.run("home", BINARY, "doctor", "--json", "--no-stun", "--no-map",
                            check=False)
        self.assertEqual(json.loads(done.stdout)["ipv4"]["kind"], "unknown")

    def test_no_line(self):
        self.line(router=False)
        self.lab._ip("home", "link set eth0 down")
        done = self.lab.run("home", BINARY, "doctor", "--no-stun", check=False)
        self.assertEqual(done.returncode, 1, done.stdout)


@needs("miniupnpd", "turnserver")
class DoctorWithRelay(DirectCase):
    """The relay dials back, so that verdicts are proven."""

    def examine(self, kind="plain", before=None, **how):
        """Builds the line; `before` is called when everything is there."""
        self.line(kind, **how)
        self.start_names(services("never"))
        self.wait_link()
        if before:
            before(self.lab)
        done = self.homeport("home", "doctor", "--json", *PUBLIC, "--config", self.agent_settings,
                             *(word for server in router_module.STUN
                               for word in ("--stun", f"{server}:3478")), check=False, timeout=90)
        self.assertEqual(done.returncode, 0, done.stderr)
        found = json.loads(done.stdout)
        print(f"      {kind}: {found['ipv4']['headline']}")
        return found

    def assert_kind(self, found, kind, proven=True):
        self.assertEqual((found["ipv4"]["kind"], found["ipv4"]["proven"]), (kind, proven), found)

    def probed(self, found, **wanted):
        """The results of probes with these words; for a line with IPv4 alone."""
        return {row["result"] for row in found["probes"]
                if all(row[name] == value for name, value in wanted.items())}

    def test_a_home_router(self):
        found = self.examine()
        self.assert_kind(found, "port_map_works")
        self.assertEqual(found["ipv4"]["address"], WAN)
        for role in ("wished", "second", "well_known"):
            self.assertEqual(self.probed(found, role=role), {ARRIVED}, found["probes"])
        self.assertEqual(self.probed(found, role="unmapped"), {"no answer"})
        self.assertEqual(found["ipv4"]["blocked_ports"], [])

    def test_nothing_stays_behind(self):
        self.line()
        self.start_names()
        self.wait_proven("web")
        before = sorted(self.router.mappings())
        done = self.homeport("home", "doctor", *PUBLIC, "--config", self.agent_settings,
                             timeout=90)
        self.assertIn(WAN, done.stdout)
        self.assertEqual(sorted(self.router.mappings()), before)

    def test_two_routers_that_forward(self):
        found = self.examine("dmz", router=LittleRouter, says="192.168.0.5")
        self.assert_kind(found, "double_nat_forwarded")

    def test_two_routers(self):
        found = self.examine("double", router=LittleRouter, says="192.168.0.5")
        self.assert_kind(found, "double_nat")
        self.assertNotIn(ARRIVED, self.probed(found))

    def test_a_provider_that_shares_addresses(self):
        for kind in ("cgnat", "symmetric"):
            with self.subTest(kind):
                found = self.examine(kind, external="none")
                self.assert_kind(found, "cgnat")
                self.assertNotIn(ARRIVED, self.probed(found))

    def test_everything_arrives_here(self):
        found = self.examine(before=lambda lab: lab.default_host(HOME))
        self.assert_kind(found, "default_host")
        self.assertEqual(self.probed(found, role="unmapped"), {ARRIVED})

    def test_another_device_gets_everything(self):
        """The router maps ports, and has a default host nevertheless, which wins."""
        def other(lab):
            lab.default_host(DEV)
            # Everything that comes to dev meets one server.
            lab.nft("dev", "table ip everything {\n"
                           " chain pre { type nat hook prerouting priority -100;\n"
                           " tcp dport 1-65535 redirect to :9; }\n}\n")
            lab.spawn("ncat", "dev", "ncat", "-k", "-l", "9")
        found = self.examine(before=other, router=LittleRouter, says=WAN, maps="lies")
        self.assert_kind(found, "default_host_other")

    def test_ports_that_the_provider_blocks(self):
        for how in ("drop", "reject with tcp reset"):
            with self.subTest(how):
                found = self.examine(before=lambda lab: lab.block_ports([25, 80], how))
                self.assert_kind(found, "port_map_works")
                self.assertEqual(found["ipv4"]["blocked_ports"], [25, 80], found)

    def test_a_provider_that_blocks_all_but_a_few(self):
        found = self.examine(before=lambda lab: lab.block_ports(["1024-65535"]))
        self.assert_kind(found, "isp_blocks_port")
        self.assertEqual(self.probed(found, role="well_known"), {ARRIVED})

    def test_a_router_that_agrees_and_does_nothing(self):
        found = self.examine(router=LittleRouter, says=WAN, maps="lies")
        self.assertEqual(found["ipv4"]["kind"], "router_lies", found)
        self.assertTrue(found["ipv4"]["router_lies"])

    def test_a_relay_that_is_away(self):
        """What can be known without it is told nevertheless."""
        found = self.examine(before=lambda lab: self.relay.terminate(20))
        self.assertEqual(found["ipv4"]["kind"], "port_map_possible", found)
        self.assertLessEqual(self.probed(found), {"not tested"})

    @unittest.skipUnless(LONG, "HOMEPORT_LONG=1")
    def test_every_line_many_times(self):
        lines = {"plain": ({}, "port_map_works"),
                 "cgnat": ({"external": "none"}, "cgnat"),
                 "symmetric": ({"external": "none"}, "cgnat"),
                 "double": ({"router": LittleRouter, "says": "192.168.0.5"}, "double_nat"),
                 "dmz": ({"router": LittleRouter, "says": "192.168.0.5"}, "double_nat_forwarded")}
        for line, (how, kind) in lines.items():
            with self.subTest(line=line):
                said = [self.examine(line, **how)["ipv4"]["kind"] for _ in range(ROUNDS)]
                print(f"      {line}: {kind} {said.count(kind)} of {ROUNDS} times")
                self.assertEqual(said, [kind] * ROUNDS)


if __name__ == "__main__":
    unittest.main()
