"""Wrong settings and wrong usage: exit 2, and a line that names the place."""
import pathlib
import shutil
import tempfile

from harness import BINARY, SystemCase
from lab import command

RELAY_HEAD = """[relay]
state_dir = "{folder}/relay"
listen = ["127.0.0.1:0"]
public_address = "relay.example.net:7843"
control = "{folder}/relay.sock"
"""
AGENT_HEAD = """[agent]
state_dir = "{folder}/agent"
control = "{folder}/agent.sock"
[[service]]
name = "web"
"""
# what is wrong: role, lines after the head, the wrong one among them (from 1)
WRONG = {
    "unknown setting": ("relay", ["nmae = 'x'"], 1),
    "unknown table": ("relay", ["[frontt]", "http = []"], 1),
    "setting of another table": ("relay", ["[park]", "window = '3s'"], 2),
    "number for a duration": ("relay", ["[park]", "wait = 30"], 2),
    "duration without unit": ("relay", ["[park]", "wait = '30'"], 2),
    "negative duration": ("relay", ["[park]", "wait = '-3s'"], 2),
    "size with an unknown unit": ("relay", ["[resume]", "stream_bytes = '4MB4'"], 2),
    "address without port": ("relay", ["[front]", "http = ['0.0.0.0']"], 2),
    "port too large": ("relay", ["[front]", "http = ['0.0.0.0:70000']"], 2),
    "host bits in a network": ("relay", ["[front]", "trusted_proxies = ['10.0.0.1/8']"], 2),
    "unknown level": ("relay", ["[log]", "level = 'loud'"], 2),
    "not TOML": ("relay", ["[park", "wait = '3s'"], 1),
    "same setting twice": ("relay", ["[park]", "wait = '3s'", "wait = '4s'"], 3),
    "unknown kind": ("agent", ["kind = 'gopher'", "target = '127.0.0.1:80'"], 1),
    "kind not there yet": ("agent", ["kind = 'udp'", "port = '53'", "target = '127.0.0.1:53'"], 1),
    "bad host": ("agent", ["kind = 'http'", "hosts = ['a b']", "target = '127.0.0.1:80'"], 2),
    "bad target": ("agent", ["kind = 'http'", "hosts = ['a.example']", "target = 'nowhere'"], 3),
    "ranges of two lengths": ("agent", ["kind = 'tcp'", "port = '42000-42010'",
                                        "target = '127.0.0.1:42000-42005'"], 3),
    "port as a name": ("agent", ["kind = 'tcp'", "port = 'http'", "target = '127.0.0.1:80'"], 2),
    "unknown PROXY version": ("agent", ["kind = 'tcp'", "port = '1080'", "target = '127.0.0.1:80'",
                                        "proxy_protocol = 'v3'"], 4),
}


class Settings(SystemCase):
    def setUp(self):
        self.lab = None  # no network is needed
        self.relay = self.agent = None
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="homeport-settings-"))
        self.addCleanup(shutil.rmtree, self.folder)

    def write(self, role, lines):
        """(file, number of lines in the head)"""
        head = (RELAY_HEAD if role == "relay" else AGENT_HEAD).format(folder=self.folder)
        path = self.folder / f"{role}.toml"
        path.write_text(head + "\n".join(lines) + "\n")
        return path, head.count("\n")

    def test_each_wrong_setting_is_named_with_its_line(self):
        for name, (role, lines, wrong) in WRONG.items():
            with self.subTest(name):
                path, before = self.write(role, lines)
                place = f"{path}:{before + wrong}:"
                for words, status in (((role, "--config"), 2), (("check", "--config"), 1)):
                    done = command(str(BINARY), *words, str(path), check=False, timeout=10)
                    self.assertEqual(done.returncode, status, done)
                    self.assertIn(place, done.stderr + done.stdout)

    def test_check_tells_every_problem(self):
        path, before = self.write("relay", ["[park]", "wait = 'x'", "[resume]", "window = 'y'"])
        done = command(str(BINARY), "check", "--config", str(path), check=False)
        told = done.stdout + done.stderr
        self.assertIn(f"{path}:{before + 2}:", told)
        self.assertIn(f"{path}:{before + 4}:", told)

    def test_good_settings_pass(self):
        path, _ = self.write("agent", ["kind = 'http'", "hosts = ['a.example']",
                                       "target = '127.0.0.1:80'"])
        done = command(str(BINARY), "check", "--config", str(path), check=False)
        self.assertEqual(done.returncode, 0, done)

    def test_wrong_usage(self):
        missing = str(self.folder / "missing.toml")
        for words in ((), ("fly",), ("relay",), ("relay", "--config"), ("relay", "--fast"),
                      ("relay", "--config", missing), ("agent", "--config", missing)):
            with self.subTest(words):
                done = command(str(BINARY), *words, check=False, timeout=10)
                self.assertEqual(done.returncode, 2, done)
                self.assertTrue(done.stderr.strip(), "it says what to do")

    def test_version(self):
        self.assertRegex(command(str(BINARY), "version").stdout, r"\d+\.\d+\.\d+")
