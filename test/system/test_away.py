"""The home or one of homeport's programs is away: what visitors get, and how soon it is over."""
import time

from harness import HTTP, TCP, STANDARD, SystemCase
from lab import RELAY

PARK = 3        # seconds that a visitor waits in these tests
WINDOW = 6      # seconds after which a stream is given up
BACK = 1.0      # seconds from a program's start to the first page


class Away(SystemCase):
    def start(self):
        self.start_home(park={"wait": f"{PARK}s"}, resume={"window": f"{WINDOW}s"})

    def kill(self, process):
        process.meant = True
        process.kill9()

    def serves_again_within(self, limit):
        took = self.wait_until(self.answers, "a page again", timeout=10)
        self.assertLessEqual(took, limit)

    def assert_stand_in(self, row):
        self.assertEqual(row["status"], 503, row)
        self.assertTrue(row["retry_after"].isdigit(), row)

    def test_the_agent_is_killed(self):
        self.start()
        downloads = [self.download(place, "/big.bin", rate=5e6) for place in (HTTP, TCP)]
        for one in downloads:
            self.wait_until(lambda: one.progress > 1e6, "progress")
        self.kill(self.agent)

        row = self.get()
        self.assert_stand_in(row)
        self.assertGreaterEqual(row["first_byte"], PARK - 0.5, "new visitors wait first")
        self.assertLessEqual(row["first_byte"], PARK + 2.0)

        self.agent = self.start_agent()
        self.serves_again_within(BACK)
        for one in downloads:
            # A stream that cannot go on is reset, never closed as if complete.
            self.assertEqual(one.line(WINDOW + 10)["ended"], "reset")

    def test_streams_of_a_dead_agent_end_after_the_window(self):
        self.start()
        download = self.download(HTTP, "/big.bin", rate=5e6)
        self.wait_until(lambda: download.progress > 1e6, "progress")
        self.kill(self.agent)
        began = time.monotonic()
        self.assertEqual(download.line(WINDOW + 10)["ended"], "reset")
        self.assertLessEqual(time.monotonic() - began, WINDOW + 3)

    def test_visitors_who_wait_are_served_when_the_home_returns(self):
        self.start_home()
        self.kill(self.agent)
        visits = self.visits()
        time.sleep(2)
        self.agent = self.start_agent()
        time.sleep(1)
        self.assert_all_served(visits, grace=2 + BACK + 0.5, at_least=40)

    def test_the_relay_is_restarted(self):
        self.start()
        for end in (self.relay.terminate, lambda: self.kill(self.relay)):
            end()
            time.sleep(0.5)
            self.start_relay()
            self.serves_again_within(BACK)

    def test_the_relay_was_away_for_long(self):
        # However long it was away, the agent is there within a second or two of its return.
        self.start()
        self.kill(self.relay)
        time.sleep(12)
        self.start_relay()
        self.serves_again_within(2.0)

    def test_the_agent_starts_before_there_is_a_network(self):
        self.start()
        self.agent.terminate()
        self.lab.run("home", "ip", "link", "set", "eth0", "down")
        self.agent = self.start_agent()
        time.sleep(2)
        self.assertTrue(self.agent.alive(), "it never exits because the network is away")
        self.lab.run("home", "ip", "link", "set", "eth0", "up")
        self.lab.run("home", "ip", "route", "replace", "default", "via", "192.168.1.1")
        self.serves_again_within(2.0)

    def test_programs_stop_in_order(self):
        self.start()
        self.assertEqual(self.agent.terminate(), 0, self.agent.output()[-500:])
        self.assertEqual(self.relay.terminate(), 0, self.relay.output()[-500:])

    def test_server_stopped_notice(self):
        self.start()
        self.homeport("home", "park", "--config", self.agent_settings, "--service", "web")
        row = self.get()
        self.assert_stand_in(row)
        self.assertLess(row["first_byte"], 1.0, "the owner's notice comes at once")
        self.assertEqual(self.get(TCP)["status"], 200, "other services go on")
        self.homeport("home", "unpark", "--config", self.agent_settings, "--service", "web")
        self.serves_again_within(1.0)

    def test_stand_in_pages(self):
        pages = self.folder / "pages"
        pages.mkdir()
        (pages / "home.example.net.html").write_text("<p>moving house</p>")
        self.start_home(park={"wait": "500ms"}, stand_in={"directory": str(pages)})
        self.agent.terminate()
        row = self.get()
        self.assert_stand_in(row)
        self.assertIn("moving house", row["body"])

    def test_a_dead_service_is_not_a_dead_home(self):
        # The agent is there, its nginx is not: an answer at once, no parking.
        self.start()
        self.nginx.kill9()
        began = time.monotonic()
        row = self.get()
        self.assertIn(row["status"], (502, 503), row)
        self.assertLess(time.monotonic() - began, 2.0)

    def test_status_tells(self):
        self.start()
        relay = self.status("relay", self.relay_settings)
        agent = self.status("home", self.agent_settings)
        self.assertEqual((relay["role"], agent["role"]), ("relay", "agent"))
        session = relay["sessions"][0]
        for fields in (session, agent["relay"]):
            self.assertLessEqual({"name", "state", "since", "last_heard_ms", "links", "rtt_ms"},
                                 fields.keys())
            self.assertEqual(fields["state"], "up")
        self.assertEqual(session["name"], "home")
        web = self.relay_service("web")
        self.assertLessEqual({"name", "kind", "state", "streams", "parked", "bytes_in", "bytes_out",
                              "visitors_total", "refused_total"}, web.keys())
        self.assertEqual((web["kind"], web["state"]), ("http", "up"))
        self.assertGreaterEqual(web["visitors_total"], 1)
        self.assertGreaterEqual(web["bytes_out"], 1024)
        for status in (relay, agent):
            self.assertLessEqual({"version", "uptime_s", "services", "resumes_total",
                                  "resets_total"}, status.keys())
        self.agent.terminate()
        self.wait_until(lambda: self.relay_service("web")["state"] == "away", "state away", 5)

    def test_a_reload_drops_nobody(self):
        self.start()
        download = self.download(HTTP, "/mid.bin")
        self.wait_until(lambda: download.progress > 1e6, "progress")
        more = STANDARD.replace('name = "raw"', 'name = "raw2"').replace('"18000"', '"18001"')
        self.write_agent_settings(STANDARD + more[more.rindex("[[service]]"):])
        self.homeport("home", "reload", "--config", self.agent_settings)
        added = ("tcp", RELAY, 18001, "x")
        self.wait_until(lambda: self.get(added)["status"] == 200, "the new port")
        self.assert_intact(download, "/mid.bin", stall=1.0)
