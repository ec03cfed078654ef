"""The "server stopped" notice, asked for by the home, by another machine, and by the operator."""
import time

from harness import TCP, SystemCase

PHONE = "vis2"  # somewhere in the internet
AT_ONCE = 1.0   # seconds; waiting for the home takes longer


class Park(SystemCase):
    def start(self):
        self.start_home(park={"wait": "8s"})

    def pair(self, name, *rights, node=PHONE):
        """A machine that publishes nothing."""
        settings = self.write_agent_settings("", name)
        words = [word for home in rights for word in ("--may-park", home)]
        token = self.homeport("relay", "invite", name, "--config", self.relay_settings,
                              *words).stdout.strip()
        self.homeport(node, "join", token, "--config", settings)
        return settings

    def ask(self, command, settings, *words, node=PHONE, ok=True):
        done = self.homeport(node, command, "--config", settings, *words, check=False)
        self.assertEqual(done.returncode, 0 if ok else 1, done)
        return done.stdout if ok else done.stderr

    def assert_notice(self, **place):
        row = self.get(**place)
        self.assertEqual(row["status"], 503, row)
        self.assertLess(row["first_byte"], AT_ONCE, "the notice comes at once")

    def assert_site(self, **place):
        self.assertEqual(self.get(**place)["status"], 200)

    def park_and_unpark(self, settings):
        self.assertIn("home", self.ask("park", settings, "--home", "home"))
        self.assert_notice()
        self.ask("unpark", settings, "--home", "home")
        self.assert_site()
        self.ask("park", settings, "web", "--home", "home")
        self.assert_notice()
        self.assert_site(place=TCP)
        self.ask("unpark", settings, "--home", "home")
        self.assert_site()

    def test_from_another_machine(self):
        self.start()
        phone = self.pair("phone", "home")
        self.park_and_unpark(phone)
        sessions = self.status("relay", self.relay_settings)["sessions"]
        self.assertEqual([row["state"] for row in sessions if row["name"] == "phone"], ["down"])
        agent = self.start_agent(phone, node=PHONE)
        self.wait_until(lambda: self.up("phone"), "the phone's link")
        self.park_and_unpark(phone)
        self.assertEqual(agent.terminate(), 0, agent.output()[-500:])

    def up(self, name):
        sessions = self.status("relay", self.relay_settings)["sessions"]
        return any(row["state"] == "up" for row in sessions if row["name"] == name)

    def test_only_with_the_right(self):
        self.start()
        other = self.pair("other", "elsewhere")
        said = self.ask("park", other, "--home", "home", ok=False)
        self.assertIn("homeport invite other --may-park home", said)
        agent = self.start_agent(other, node=PHONE)
        self.wait_until(lambda: self.up("other"), "its link")
        said = self.ask("park", other, "--home", "home", ok=False)
        self.assertIn("homeport invite other --may-park home", said)
        self.assert_site()
        # The remedy works at once, without pairing again, and takes nothing away.
        self.homeport("relay", "invite", "other", "--may-park", "home", "--config",
                      self.relay_settings)
        self.park_and_unpark(other)
        # Neither does a machine that was shut out get in.
        agent.terminate()
        self.homeport("relay", "revoke", "other", "--config", self.relay_settings)
        self.assertIn("pair it", self.ask("park", other, "--home", "home", ok=False))
        self.assert_site()

    def test_of_a_home_that_is_away(self):
        self.start()
        phone = self.pair("phone", "*")
        self.agent.terminate()
        self.ask("park", phone, "--home", "home")
        self.assert_notice()
        self.agent = self.start_agent()
        self.wait_until(lambda: self.up("home"), "the home's link")
        self.assert_notice()
        self.ask("unpark", phone, "--home", "home")
        self.assert_site()
        self.assertIn("cellar", self.ask("park", phone, "--home", "cellar", ok=False))

    def test_of_the_home_itself(self):
        self.start()
        home = {"node": "home"}
        self.ask("park", self.agent_settings, "web", "--answer", "nothing", **home)
        self.assert_notice()
        self.ask("unpark", self.agent_settings, **home)
        self.assert_site()
        said = self.ask("park", self.agent_settings, "nonsense", ok=False, **home)
        self.assertIn("web, files, raw", said)
        self.ask("park", self.agent_settings, "--home", "home", "--answer", "stand-in", **home)
        self.assert_notice()
        # Without a relay the wish is kept.
        self.relay.terminate()
        self.ask("unpark", self.agent_settings, **home)
        self.start_relay()
        self.wait_link()
        self.wait_until(self.answers, "a page again")

    def test_by_the_operator(self):
        self.start()
        operator = {"node": "relay"}
        self.ask("park", self.relay_settings, "--home", "home", **operator)
        self.assert_notice()
        self.ask("unpark", self.relay_settings, "--home", "home", **operator)
        self.assert_site()
        self.assertIn("homeport", self.ask("park", self.relay_settings, "--home", "nobody",
                                           ok=False, **operator))

    def test_without_a_relay_it_ends(self):
        self.start()
        phone = self.pair("phone", "home")
        self.relay.terminate()
        began = time.monotonic()
        self.assertIn("check the line", self.ask("park", phone, "--home", "home", ok=False))
        self.assertLess(time.monotonic() - began, 20)
