"""homeport doctor on lines of many kinds, behind a real router."""
import json
import unittest

import lab as lab_module
import router as router_module
from harness import BINARY

PUBLIC = ["--public", "198.51.100.0/24", "--public", "203.0.113.0/24"]


class Doctor(unittest.TestCase):
    """Each test builds the line that it is about."""
    lab = None

    def line(self, external="stun", router=True, **kind):
        self.lab = lab_module.Lab(**kind).build()
        self.addCleanup(self.lab.remove)
        router_module.start_stun(self.lab)
        if router:
            self.router = router_module.Router(self.lab, external).start()

    def examine(self, *words):
        done = self.lab.run("home", BINARY, "doctor", "--json", *PUBLIC,
                            *(word for server in router_module.STUN
                              for word in ("--stun", f"{server}:3478")), *words, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def test_a_home_router(self):
        self.line()
        found = self.examine()
        print("     ", found["ipv4"]["headline"])
        self.assertEqual(found["ipv4"]["kind"], "port_map_possible", found)
        self.assertEqual(found["ipv4"]["address"], lab_module.WAN)
        self.assertTrue(found["test_port"][0]["opened"], found["test_port"])
        answering = {row["protocol"] for row in found["routers"] if row["answers"]}
        self.assertEqual(answering, {"PCP", "NAT-PMP", "UPnP"})
        self.assertEqual(self.router.mappings(), [], "nothing stays behind")

    def test_no_mapping_when_told_so(self):
        self.line()
        found = self.examine("--no-map")
        self.assertEqual(found["test_port"], [])
        self.assertEqual(found["ipv4"]["kind"], "port_map_possible", found)

    def test_a_provider_that_shares_addresses(self):
        self.line(external="none", cgnat=True)
        found = self.examine()
        self.assertEqual(found["ipv4"]["kind"], "cgnat", found)
        self.assertFalse(found["test_port"][0]["opened"])
        tried = {row["protocol"] for row in found["test_port"][0]["attempts"]}
        self.assertEqual(tried, {"PCP", "NAT-PMP", "UPnP"})

    def test_a_router_behind_a_router(self):
        self.line(external="none", cgnat=True, upstream="192.168.0")
        self.assertEqual(self.examine()["ipv4"]["kind"], "double_nat")

    def test_a_router_without_port_mapping(self):
        self.line(router=False)
        found = self.examine("--time", "15s")
        self.assertEqual(found["ipv4"]["address"], lab_module.WAN)
        self.assertFalse(found["test_port"][0]["opened"])
        self.assertEqual(found["ipv4"]["kind"], "port_map_possible", found)

    def test_a_router_that_lies(self):
        self.line(external="label", cgnat=True)
        found = self.examine()
        self.assertEqual(found["ipv4"]["kind"], "cgnat", found)
        self.assertTrue(found["ipv4"]["router_lies"], found)

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


if __name__ == "__main__":
    unittest.main()
