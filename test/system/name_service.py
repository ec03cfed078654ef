"""A relay that gives names away, and what the tests of it share."""
import json
import threading

from harness import SystemCase
from home import certificate
from lab import RELAY, VISITORS, Lab
from name_client import Line, Watch, Wire
from test_names import zone

ZONE = "dyn.example.net"
RECORDS = ("@ NS ns1", f"ns1 A {RELAY}", "www A 198.51.100.21", "printer A 198.51.100.22")
PROXY = VISITORS["vis1"]  # is believed when it says whom a request comes from
PUBLIC = "9.10.11.12"     # somebody's address, who comes through the proxy


def host(label):
    return f"{label}.{ZONE}"


class NameServiceCase(SystemCase):
    """A fresh lab per test. vis1 is a trusted proxy, vis2 is not; nothing runs at home."""

    def setUp(self):
        self.relay = self.agent = None
        self.lab = Lab()
        self.addCleanup(self.lab.remove)
        self.lab.build()
        self.folder = self.lab.folder

    def tearDown(self):
        super().tearDown()
        if self.relay and self.relay.alive():
            self.assertEqual(self.relay.terminate(20), 0, self.relay.output()[-4000:])
        for process in self.lab.processes:
            self.assertNotRegex(process.output(), "Sanitizer|runtime error")

    def start_service(self, tls=False, sign=False, records=RECORDS, **settings):
        """The relay; `settings` are those of [names]."""
        names = {"listen": ["0.0.0.0:443" if tls else "0.0.0.0:80"], "zones": [ZONE],
                 "trusted_proxies": [f"{PROXY}/32"], "quarantine": "0s", "difficulty": 8,
                 **settings}
        if tls:
            self.ca = self.certificate()
            names |= {"certificate": str(self.ca), "private_key": str(self.folder / "key.pem")}
        self.write_relay_settings(front={"address": "0.0.0.0"}, names=names,
                                  dns={"listen": ["0.0.0.0:53"], "rate_limit": 0})
        with open(self.relay_settings, "a", encoding="utf-8") as out:
            out.write(zone(ZONE, records).rstrip() + f"\nsign = {json.dumps(sign)}\n")
        self.start_relay()

    def certificate(self):
        """Self-made, for the relay's address."""
        certificate(self.folder, "names.example.net", f"subjectAltName=IP:{RELAY}")
        return self.folder / "cert.pem"

    def line(self, node="vis1", source=PUBLIC, **rest):
        """A connection to the service, by default through the proxy."""
        line = Line(self.lab, node, RELAY, source=source if node == "vis1" else None, **rest)
        self.addCleanup(line.close)
        return line

    def wire(self, node="vis2"):
        wire = Wire(self.lab, node, RELAY)
        self.addCleanup(wire.close)
        return wire

    def account(self, line, account="somebody", names=(), source=None):
        """Signs up; the token of a new account that has these names."""
        self.assertEqual(line.sign_up(account, source).status, 201)
        token = line.token(account, source)
        for name in names:
            reply = line.take(name, token, source)
            self.assertEqual(reply.status, 201, reply)
        return token

    def watch(self, name=f"www.{ZONE}", expected=("198.51.100.21",)):
        """Begins to ask the name server; checked by assert_watched()."""
        watch = Watch(self.wire(), name, list(expected))
        watch.thread = threading.Thread(target=watch.run, daemon=True)
        watch.thread.start()
        return watch

    def assert_watched(self, watch, at_most):
        """Every question got the right answer within `at_most` seconds; the slowest, in ms."""
        watch.over = True
        watch.thread.join(10)
        self.assertFalse(watch.wrong[:3], f"{len(watch.wrong)} of {len(watch.seconds)}")
        self.assertLess(max(watch.seconds), at_most)
        return max(watch.seconds) * 1000

    def curl(self, *words, node="vis1", check=True):
        done = self.lab.run(node, "curl", "-sS", "-m", 10, *words, check=False)
        if check:
            self.assertEqual(done.returncode, 0, done)
        return done.stdout.strip()

    def dig(self, *words, node="vis2"):
        """The lines of dig's short answer."""
        done = self.lab.run(node, "dig", "+short", "+tries=1", "+time=2", f"@{RELAY}", *words,
                            check=False)
        return done.stdout.split("\n")[:-1]

    def stored(self):
        """What a write would change: size and time of the database and its journal."""
        files = sorted((self.folder / "relay").glob("names.db*"))
        return {file.name: (file.stat().st_size, file.stat().st_mtime_ns) for file in files
                if not file.name.endswith("-shm")}

    def stored_bytes(self):
        return sum(size for size, _ in self.stored().values())


def in_threads(count, work):
    """work(number) in so many threads; what they gave. The first error is raised."""
    results, errors = [None] * count, []

    def run(number):
        try:
            results[number] = work(number)
        except Exception as error:  # told to whoever waits
            errors.append(error)

    threads = [threading.Thread(target=run, args=(number,), daemon=True) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
    return results
