"""Who may publish what: tokens, grants, withdrawal, two agents with one key."""
import shutil
import time

import home
from harness import HTTP, STANDARD, WEB, SystemCase, service
from lab import DEV, HOME, RELAY


class Agents(SystemCase):
    def test_a_token_works_once(self):
        self.write_relay_settings()
        self.start_relay()
        token = self.invite()
        first = self.write_agent_settings(name="first")
        second = self.write_agent_settings(name="second")
        self.assertEqual(self.homeport("home", "join", token, "--config", first).returncode, 0)
        again = self.homeport("home", "join", token, "--config", second, check=False)
        self.assertEqual(again.returncode, 1, again)
        self.assertTrue(again.stderr.strip(), "it says why")

    def test_a_wrong_token_is_refused(self):
        self.write_relay_settings()
        self.start_relay()
        token = self.invite()
        settings = self.write_agent_settings()
        middle = len(token) // 2
        bent = token[:middle] + ("A" if token[middle] != "A" else "B") + token[middle + 1:]
        for wrong in (bent, token[:-4], "nonsense", ""):
            with self.subTest(wrong):
                done = self.homeport("home", "join", wrong, "--config", settings, check=False)
                self.assertIn(done.returncode, (1, 2), done)
                self.assertTrue(done.stderr.strip())

    def test_agents_are_listed(self):
        self.start_home()
        listed = self.homeport("relay", "agents", "--config", self.relay_settings, "--json").stdout
        self.assertIn('"home"', listed)

    def test_an_agent_gets_only_what_it_was_granted(self):
        target = f"{HOME}:{home.HTTP_PORT}"
        self.start_home(service("mine", "http", target, hosts=[WEB])
                        + service("theirs", "http", target, hosts=["bank.example.org"])
                        + service("low", "tcp", target, port="19000"))
        self.wait_until(self.answers, "the granted host")
        answer, _ = self.exchange(80, b"GET /small.txt HTTP/1.1\r\nHost: bank.example.org\r\n"
                                  b"Connection: close\r\n\r\n")
        self.assertRegex(answer[:12], rb"^$|HTTP/1\.1 4\d\d")
        with self.assertRaises(ConnectionRefusedError):
            self.lab.connect("vis1", RELAY, 19000)

    def test_a_withdrawn_agent_is_cut_at_once(self):
        self.start_home()
        download = self.download(HTTP, "/big.bin")
        self.wait_until(lambda: download.progress > 1e6, "progress")
        began = time.monotonic()
        self.homeport("relay", "revoke", "home", "--config", self.relay_settings)
        result = download.line(5)
        self.assertLessEqual(time.monotonic() - began, 1.0)
        self.assertNotEqual(result["ended"], "complete")
        time.sleep(3)
        self.assertFalse(self.answers(), "it does not come back")

    def test_the_newest_of_two_agents_with_one_key_wins(self):
        # A home that was moved to another machine: the new one serves, without a fight.
        self.start_home()
        shutil.copytree(self.folder / "agent", self.folder / "moved")
        serve = home.Target(self.lab, home.answer_requests, 9100, "dev", DEV)
        self.addCleanup(serve.close)
        moved = self.write_agent_settings(
            service("web", "http", f"{DEV}:9100", hosts=[WEB]), name="moved")
        self.start_agent(moved, node="dev")
        self.wait_until(lambda: self.get()["body"] == "recorded", "the moved home")
        for _ in range(15):
            self.assertEqual(self.get()["body"], "recorded")
            time.sleep(0.2)

    def test_the_files_of_the_state_are_for_the_owner_only(self):
        self.start_home()
        for role in ("agent", "relay"):
            for path in (self.folder / role).rglob("*"):
                if path.is_file():
                    self.assertEqual(path.stat().st_mode & 0o077, 0, path)

    def test_the_standard_services_are_all_there(self):
        self.start_home(STANDARD)
        names = {row["name"] for row in self.status("home", self.agent_settings)["services"]}
        self.assertEqual(names, {"web", "files", "raw"})
