"""Visitors come straight to the home while a proof from outside holds, over the relay otherwise."""
import time

from dns_case import needs
from direct_case import RAW_HOST, RAW_PORT, DirectCase, services
from harness import FILES_HOST, WEB, service
from home import HTTP_PORT, Target, answer_requests
from lab import GW6, HOME, HOME6, RELAY, RELAY6, VISITORS, WAN
from name_client import A, Wire
from router import LittleRouter

NEW_WAN = "203.0.113.6"
FIRST = 5.0       # seconds from the start of the agent to names that answer the home's address
CHANGED = 2.0     # from a new address on the line to names that answer it
AWAY = 4.0        # miniupnpd forwards nothing while it asks STUN after a time without an address
RESTARTED = 3.0   # from a router that speaks again, its table empty, to the next proof
FALLEN_BACK = 35.0  # a proof every 20 s; it and the next one fail, after some seconds each
HEALED = 30.0     # from a port that is let through again to the next proof
STALL = 5.0       # seconds; of a transfer over the tunnel while the address changes


@needs("miniupnpd", "turnserver", "curl")
class Straight(DirectCase):
    def start(self, *words, **options):
        self.line()
        began = self.start_names(*words, **options)
        self.wait_proven("web", since=began)
        self.wait_answer(WEB, [WAN], 2)
        return began

    # From nothing to the first visitor.

    def test_the_first_proof(self):
        self.line()
        began = self.start_names()
        for name in (WEB, FILES_HOST, RAW_HOST):
            left = began + FIRST - time.monotonic()
            self.wait_answer(name, [WAN], max(left, 0))
        print(f"      names answer the home's address {time.monotonic() - began:.2f} s after the "
              "start of its agent")
        self.count_visitors()
        self.assert_visit(WAN)
        self.assert_visit(WAN, FILES_HOST, scheme="https", port=443)
        self.assert_visit(WAN, RAW_HOST, port=RAW_PORT)
        self.assert_visit(WAN, node="vis2")
        self.assertEqual(self.visited(), 0, "the relay carries nothing of it")
        # Whoever still has the relay's address is served as well.
        self.assert_visit(RELAY, address=RELAY)
        self.assert_visit(RELAY, RAW_HOST, address=RELAY, port=RAW_PORT)
        self.assertGreater(self.visited(), 0, "the count counts")

    def test_the_visitors_address_arrives(self):
        self.line()
        target = Target(self.lab, answer_requests, 8090)
        self.addCleanup(target.close)
        self.start_names(service("web", "http", f"{HOME}:8090", hosts=[WEB], direct="auto"))
        self.wait_answer(WEB, [WAN])
        target.seen.clear()
        self.assertEqual(self.visit()[:2], ("200", WAN))
        head = target.seen[-1].decode().lower()
        self.assertIn(f"x-forwarded-for: {VISITORS['vis1']}\r\n", head)

    def test_it_lasts(self):
        """A proof counts for a minute: it is renewed in time, unseen by visitors."""
        self.start()
        wire = Wire(self.lab, "vis1", RELAY)
        self.addCleanup(wire.close)
        until, others = time.monotonic() + 65, 0
        while time.monotonic() < until:
            others += wire.ask(WEB, A) != [WAN]
            time.sleep(0.2)
        # A machine that is too busy to answer within 120 ms counts as away for as long as it is.
        self.assertLess(others, 3)
        self.assert_visit(WAN)

    def test_never_unless_wished(self):
        self.line()
        self.start_names(service("web", "http", f"{HOME}:{HTTP_PORT}", hosts=[WEB])
                         + service("files", "tls", f"{HOME}:8443", hosts=[FILES_HOST],
                                   direct="auto"))
        self.wait_answer(FILES_HOST, [WAN])
        self.assertEqual(self.short(WEB), [RELAY])
        # Its host is not served at the door that stands open for others.
        self.assertNotEqual(self.visit(WEB, address=WAN, limit=3)[0], "200")

    def test_who_is_let_in(self):
        """The owner's list holds at the home's door as it does at the relay; proofs still come."""
        self.line()
        self.start_names(service("web", "http", f"{HOME}:{HTTP_PORT}", hosts=[WEB], direct="auto",
                                 allow=[f"{VISITORS['vis1']}/32"]))
        self.wait_answer(WEB, [WAN])
        self.assert_visit(WAN)
        self.assertNotEqual(self.visit(node="vis2")[0], "200")
        self.assertNotEqual(self.visit(address=RELAY, node="vis2")[0], "200")

    # What changes below it.

    def change(self, gap):
        """(until when the old address was answered, when the new one was)"""
        wire = Wire(self.lab, "vis1", RELAY)
        self.addCleanup(wire.close)
        self.lab.change_wan(NEW_WAN, gap)
        began, old_until, seen = time.monotonic(), 0.0, []
        while (answer := wire.ask(WEB, A)) != [NEW_WAN]:
            if answer == [WAN]:
                old_until = time.monotonic() - began
            if answer not in seen:
                seen.append(answer)
            self.assertLess(time.monotonic() - began, 30, f"seen: {seen}")
            time.sleep(0.01)
        took = time.monotonic() - began
        print(f"      gap of {gap} s: the old address until {old_until:.2f} s, the new one from "
              f"{took:.2f} s; before: {seen}")
        return old_until, took

    def changed(self, gap, stall, limit):
        self.start()
        download = self.download(("http", RELAY, 80, WEB), rate=6e6)
        self.wait_until(lambda: download.progress > 1 << 20, "the download is under way")
        _, took = self.change(gap)
        self.assert_visit(NEW_WAN)
        self.assert_intact(download, "/mid.bin", stall)
        self.assertLessEqual(took, limit)
        self.assertIn(f"{self.port('web')['internal']}", " ".join(self.router.mappings()))

    def test_a_new_address(self):
        self.changed(0, STALL, CHANGED)

    def test_a_new_address_after_a_gap(self):
        self.changed(3, 3 + STALL, AWAY + CHANGED)

    def test_the_router_restarts(self):
        self.start()
        before = len(self.router.mappings())
        self.assertGreater(before, 0)
        self.router.stop()
        self.assertEqual(self.router.mappings(), [])
        self.router.start()
        again = time.monotonic()
        self.wait_proven("web", since=again, timeout=30)
        took = time.monotonic() - again
        print(f"      proven {took:.2f} s after the router is there again")
        self.wait_until(lambda: len(self.router.mappings()) == before, "all ports are open", 3)
        self.wait_answer(WEB, [WAN], 2)
        self.assert_visit(WAN)
        self.assertLessEqual(took, RESTARTED)

    def test_the_provider_blocks_the_ports(self):
        self.start()
        self.lab.block_ports([80, 443])
        took = self.wait_answer(WEB, [RELAY], FALLEN_BACK)
        print(f"      back at the relay {took:.1f} s after the provider blocks the port")
        self.count_visitors()
        self.assert_visit(RELAY)
        self.wait_answer(FILES_HOST, [RELAY], FALLEN_BACK)
        self.assert_visit(RELAY, FILES_HOST, scheme="https", port=443)
        self.assertGreater(self.visited(), 0)
        self.wait_answer(RAW_HOST, [WAN], 2)  # its port is not blocked
        self.lab.block_ports([])
        took = self.wait_answer(WEB, [WAN], HEALED)
        print(f"      straight again {took:.1f} s after the block has gone")
        self.assert_visit(WAN)

    def test_the_cable(self):
        self.start()
        self.lab.wan_down(True)
        self.wait_answer(WEB, [RELAY], 60)  # away: the relay keeps visitors waiting
        self.lab.wan_down(False)
        took = self.wait_answer(WEB, [WAN], HEALED)
        print(f"      straight again {took:.1f} s after the cable is in")
        self.assert_visit(WAN)

    # Its end, and its beginning after that.

    def test_a_clean_end(self):
        self.start()
        self.assertGreater(len(self.router.mappings()), 0)
        self.assertEqual(self.agent.terminate(20), 0, self.agent.output()[-2000:])
        self.assertEqual(self.router.mappings(), [])
        self.wait_answer(WEB, [RELAY], 2)

    def test_a_killed_agent(self):
        self.start()
        before = sorted(self.router.mappings())
        self.agent.kill9()
        self.agent = None
        self.wait_answer(WEB, [RELAY], 2)
        began = time.monotonic()
        self.agent = self.start_agent()
        self.wait_proven("web", since=began)
        took = self.wait_answer(WEB, [WAN], 2) + time.monotonic() - began
        print(f"      straight again {took:.2f} s after the start of an agent that was killed")
        self.assertEqual(sorted(self.router.mappings()), before)
        self.assert_visit(WAN)
        self.assertTrue(all(row["state"] == "mapped" for row in self.ports()), self.ports())

    def test_the_relay_restarts(self):
        self.start()
        self.relay.kill9()
        self.start_relay()
        took = self.wait_answer(WEB, [WAN], HEALED)
        print(f"      straight again {took:.2f} s after the relay's restart")
        self.assert_visit(WAN)

    # Only straight.

    def test_only_where_nothing_comes_through(self):
        self.line("cgnat", external="none")
        self.start_names(services("only"))
        self.wait_link()
        until = time.monotonic() + 8
        while time.monotonic() < until:
            self.assertEqual(self.short(WEB), [])
            time.sleep(0.2)
        self.assertIn("status: NOERROR", self.dig(WEB))
        self.assertNotEqual(self.visit(address=RELAY, limit=2)[0], "200")

    def test_only(self):
        self.line()
        began = self.start_names(services("only"))
        self.wait_proven("web", since=began)
        self.wait_answer(WEB, [WAN], 2)
        self.assert_visit(WAN)
        self.lab.block_ports([80])
        self.wait_answer(WEB, [], FALLEN_BACK)
        self.assertIn("status: NOERROR", self.dig(WEB))

    # Lines where a mapping is not what it seems.

    def test_a_router_that_agrees_and_does_nothing(self):
        self.line(router=LittleRouter, says=WAN, maps="lies")
        self.start_names()
        self.wait_until(lambda: self.port("web").get("state") == "mapped", "it says so", 20)
        time.sleep(6)
        self.assertEqual(self.short(WEB), [RELAY])
        self.assert_visit(RELAY)

    def test_behind_two_routers_that_forward(self):
        """The first one has no public address, and yet everything arrives."""
        self.line("dmz", router=LittleRouter, says="192.168.0.5")
        self.start_names()
        self.wait_answer(WEB, [WAN])
        self.assert_visit(WAN)

    def test_behind_two_routers(self):
        self.line("double", router=LittleRouter, says="192.168.0.5")
        self.start_names()
        self.wait_link()
        time.sleep(8)
        self.assertEqual(self.short(WEB), [RELAY])
        self.assert_visit(RELAY)


@needs("miniupnpd", "turnserver", "curl")
class StraightIpv6(DirectCase):
    """The link runs over IPv6, so that the relay may dial the home's address there."""

    def test_a_pinhole(self):
        self.line(ipv6=True)
        self.start_names(relay={"listen": ["[::]:7843"], "public_address": f"[{RELAY6}]:7843"})
        self.wait_until(lambda: self.short(WEB, "AAAA") == [HOME6], "the home's own address", 20)
        self.assert_visit(HOME6, address=HOME6)
        self.assertGreater(len(self.router.pinholes()), 0)
        self.assertNotEqual(self.visit(address=GW6, limit=2)[0], "200")
        self.assertEqual(self.agent.terminate(20), 0, self.agent.output()[-2000:])
        self.wait_until(lambda: self.short(WEB, "AAAA") == [], "nobody is there", 2)
