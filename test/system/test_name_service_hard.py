"""The name service is killed, has no room, is attacked, and is measured."""
import base64
import collections
import http.client
import itertools
import json
import random
import select
import socket
import subprocess
import threading
import time
import unittest

from harness import LONG, SANITIZED
from lab import RELAY, VISITORS
from name_client import Line, basic, percentile, solve
from name_service import ZONE, NameServiceCase, host, in_threads

WRITERS, NAMES = 8, 10    # accounts, and names of each
CHANGES = 10              # of a name at once (src/names/options.hpp)
MIB = 1 << 20


def anybody():
    """An address far from all others, so that no limit of sources is met."""
    return f"{random.randint(11, 99)}.{random.randint(0, 255)}.{random.randint(0, 255)}.7"


class Writer:
    """Moves the names of one account, each time to an address that it never had."""

    def __init__(self, case, number):
        self.case, self.number = case, number
        self.names = [host(f"w{number}-{i}") for i in range(NAMES)]
        self.line = case.line()
        self.token = case.account(self.line, f"writer{number}", self.names, anybody())
        self.addresses = (f"9.{number}.{i >> 8}.{i & 255}" for i in itertools.count(1))
        self.good, self.tried, self.count = {}, {}, 0

    def run(self):
        """Until the relay ends, or names have changed as often as they may."""
        for name in itertools.islice(itertools.cycle(self.names), NAMES * (CHANGES - 1)):
            self.tried[name] = next(self.addresses)
            try:
                self.line.source = anybody()
                reply = self.line.update(name, self.token, myip=self.tried[name])
            except (OSError, http.client.HTTPException):
                return
            if reply.text != f"good {self.tried[name]}\n":
                raise AssertionError(f"{name}: {reply}")
            self.good[name] = self.tried[name]
            self.count += 1

    def check(self, wire):
        """What was said to be good is there, or what was on its way when the relay ended."""
        for name in self.names:
            found = wire.ask(name)
            wanted = [[self.good[name]] if name in self.good else [], [self.tried.get(name)]]
            self.case.assertIn(found, wanted, name)
            self.good.pop(name, None)
            if found:
                self.good[name] = found[0]


class Survival(NameServiceCase):
    def test_what_was_good_outlives_the_relay(self):
        self.start_service(names_per_account=NAMES)
        writers = in_threads(WRITERS, lambda number: Writer(self, number))
        wire, counts = self.wire(), []
        for end in ("terminate", "kill9", "kill9"):
            for writer in writers:
                writer.count = 0
            killer = threading.Thread(target=self.end_relay, args=(writers, end))
            killer.start()
            in_threads(WRITERS, lambda number: writers[number].run())
            killer.join()
            counts.append(sum(writer.count for writer in writers))
            self.assertFalse(self.relay.alive())
            self.start_relay()
            self.assertGreater(self.soa_serial(), self.serial, "or secondaries would see nothing")
            self.assertEqual(self.dig(writers[0].names[0]), wire.ask(writers[0].names[0]))
            for writer in writers:
                writer.check(wire)
                writer.line = self.line()
        print(f"      good before the relay ended: {counts}")
        self.assertLess(max(counts), WRITERS * NAMES * (CHANGES - 1), "it ended in the stream")

    def end_relay(self, writers, end):
        """Once hundreds of updates were good."""
        enough = random.randint(200, 500)
        self.wait_until(lambda: sum(writer.count for writer in writers) > enough, "updates")
        self.serial = self.soa_serial()
        getattr(self.relay, end)()

    def soa_serial(self):
        return int(self.dig(ZONE, "SOA")[0].split()[2])

    def test_no_room_on_the_disk(self):
        state = self.folder / "relay"
        state.mkdir(mode=0o700)
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m,mode=0700", "homeport-test", state],
                       check=True)
        self.addCleanup(subprocess.run, ["umount", "-l", state], check=True)
        self.start_service(names_per_account=NAMES)
        line, wire = self.line(), self.wire()
        names = [host(f"full{i}") for i in range(NAMES)]
        token = self.account(line, "full", names)
        watch = self.watch()
        shown = {}
        for number, name in enumerate(names):
            self.assertEqual(line.update(name, token, myip=f"9.0.1.{number}").status, 200)
            shown[name] = [f"9.0.1.{number}"]

        filler = state / "filler"
        with self.assertRaises(OSError), open(filler, "wb", buffering=0) as out:
            while True:
                out.write(bytes(4096))
        refused = 0
        for name in names * 2:
            reply = line.update(name, token, myip="9.0.2.1")
            if reply.status == 200 and reply.text.startswith("good"):
                shown[name] = ["9.0.2.1"]
            elif not reply.text.startswith("nochg"):
                self.assertEqual((reply.status, reply.text), (503, "911\n"))
                self.assertIn("Retry-After", reply.fields)
                refused += 1
        self.assertGreater(refused, NAMES)
        self.assertEqual(line.call("PUT", f"/v1/names/{names[0]}", {"ipv4": "9.0.2.2"}, token)
                         .error, "try-later")
        self.assertEqual({name: wire.ask(name) for name in names}, shown)
        told = [line.call("GET", f"/v1/names/{name}", auth=token).json["ipv4"] for name in names]
        self.assertEqual([[address] for address in told], list(shown.values()))

        # Whoever is killed now starts without room, and answers.
        slowest = self.assert_watched(watch, at_most=1)
        self.relay.kill9()
        self.start_relay()
        self.assertEqual({name: wire.ask(name) for name in names}, shown)
        line = self.line()
        self.assertEqual(line.update(names[0], token, myip="9.0.2.3").status, 503)

        filler.unlink()
        for number, name in enumerate(names):
            self.assertEqual(line.update(name, token, myip=f"9.0.3.{number}").text,
                             f"good 9.0.3.{number}\n")
            shown[name] = [f"9.0.3.{number}"]
        self.relay.kill9()
        self.start_relay()
        self.assertEqual({name: wire.ask(name) for name in names}, shown)
        print(f"      {refused} updates refused without room; slowest DNS answer {slowest:.1f} ms")


class Flood:
    """Requests that are sent as fast as answers come, many on the way; counts statuses."""

    def __init__(self, case, node, bind=None):
        with case.lab.inside(node):
            self.sock = socket.create_connection((RELAY, 80), 30, bind and (bind, 0))
        case.addCleanup(self.sock.close)

    def run(self, requests, at_once=50):
        statuses, bodies = collections.Counter(), collections.Counter()
        requests = iter(requests)
        reader = self.sock.makefile("rb")
        while batch := list(itertools.islice(requests, at_once)):
            self.sock.sendall(b"".join(batch))
            for _ in batch:
                status = int(reader.readline().split()[1])
                length = 0
                while (field := reader.readline()) != b"\r\n":
                    if field.lower().startswith(b"content-length:"):
                        length = int(field.split(b":")[1])
                statuses[status] += 1
                bodies[reader.read(length).decode().strip()] += 1
        return statuses, bodies


def request(path, method="GET", auth=None, source=None, body=""):
    lines = [f"{method} {path} HTTP/1.1", f"Host: {RELAY}", "User-Agent: flood/1"]
    if auth:
        lines.append(f"Authorization: {auth}")
    if source:
        lines.append(f"X-Forwarded-For: {source}")
    if body:
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()


def wrong_token():
    return basic("x", "hp_" + "".join(random.choices("abcdefghijklmnopqrstuvwxyz234567", k=26)))


class Customer:
    """Updates its names in turn now and then, as often as they may, each over a new connection, and
    notes how long that takes."""

    def __init__(self, case):
        self.case = case
        self.names = [host(f"customer{i}") for i in range(NAMES)]
        self.token = case.account(case.line(source="9.77.0.1"), "customer", self.names)
        self.seconds, self.wrong, self.over, self.pause = [], [], False, 0.05
        self.thread = threading.Thread(target=self.run, daemon=True)

    def run(self):
        for number in range(NAMES * (CHANGES - 1)):
            if self.over:
                return
            name, address = self.names[number % NAMES], f"9.78.{number >> 8}.{number & 255}"
            began = time.monotonic()
            try:
                line = Line(self.case.lab, "vis1", RELAY, source="9.77.0.1")
                reply = line.update(name, self.token, myip=address)
                line.close()
            except (OSError, http.client.HTTPException) as error:
                reply = error
            self.seconds.append(time.monotonic() - began)
            if getattr(reply, "text", "") != f"good {address}\n":
                self.wrong.append(reply)
            time.sleep(self.pause)


class Hostile(NameServiceCase):
    """While others misbehave a customer's updates and the name server go on as ever."""

    def setUp(self):
        super().setUp()
        self.start_service(names_per_account=NAMES)
        self.customer = Customer(self)
        self.before = self.relay.rss_bytes(), self.stored_bytes()
        self.questions = self.watch()
        self.customer.thread.start()

    def check(self, what, at_most=1.0):
        """Ends the customer; DNS and updates took at most so many seconds."""
        self.customer.over = True
        self.customer.thread.join(10)
        slowest = self.assert_watched(self.questions, at_most)
        updates = self.customer.seconds
        self.assertFalse(self.customer.wrong[:3])
        self.assertLess(max(updates), at_most)
        rss, stored = self.relay.rss_bytes(), self.stored_bytes()
        print(f"      {what}: {len(updates)} updates of a customer, slowest "
              f"{max(updates) * 1000:.0f} ms; slowest of {len(self.questions.seconds)} DNS answers "
              f"{slowest:.0f} ms; memory {self.before[0] / MIB:.0f} -> {rss / MIB:.0f} MiB, "
              f"files {self.before[1] / 1024:.0f} -> {stored / 1024:.0f} KiB")
        self.assertLess(rss - self.before[0], (512 if SANITIZED else 64) * MIB)
        return stored - self.before[1]

    def test_wrong_tokens(self):
        """From one source, then from as many as there are tries."""
        flood = Flood(self, "vis2")
        statuses, _ = flood.run(request("/nic/update?hostname=" + self.customer.names[0],
                                        auth=wrong_token()) for _ in range(10_000))
        self.assertEqual(set(statuses), {401, 503})
        self.assertGreater(statuses[503], 9_000)
        _, bodies = Flood(self, "vis1").run(
            request("/nic/update?hostname=" + self.customer.names[0], auth=wrong_token(),
                    source=anybody()) for _ in range(10_000))
        self.assertFalse(set(bodies) - {"badauth", "911"}, bodies)
        grown = self.check(f"20000 wrong tokens ({statuses[503]} and {bodies['911']} not "
                           "looked at)")
        self.assertLess(grown, 2 * MIB)

    def test_one_name_changes_without_end(self):
        name = host("busy")
        token = self.account(self.line(), "busy", [name], source=anybody())
        requests = (request(f"/nic/update?hostname={name}&myip=9.9.{i >> 8}.{i & 255}",
                            auth=basic("x", token), source=anybody()) for i in range(5_000))
        statuses, bodies = Flood(self, "vis1").run(requests)
        good = sum(count for text, count in bodies.items() if text.startswith("good"))
        self.assertEqual(good + bodies["911"], 5_000)
        self.assertLessEqual(good, CHANGES + 2)
        told = self.line().update(name, token, myip="9.9.9.9", source=anybody())
        self.assertGreater(int(told.fields["Retry-After"]), 0)
        print(f"      {good} of 5000 changes of one name were taken")
        self.assertLess(self.check("a flood of changes"), 2 * MIB)

    def test_robots_sign_up(self):
        line = self.line(source=anybody())
        challenge = line.call("GET", "/v1/challenge").json
        nonce = solve(challenge)

        def body(number, challenge, nonce):
            return json.dumps({"account": f"robot{number}", "password": "x" * 12,
                               "challenge": challenge, "nonce": nonce})

        # Its own proof once, then again and again; from elsewhere; with a time of its own.
        old = challenge["challenge"]
        forged = base64.urlsafe_b64encode(
            bytes(8) + base64.urlsafe_b64decode(old + "=" * (-len(old) % 4))[8:])
        makers = {
            "none": lambda i: (body(i, "", ""), anybody()),
            "used": lambda i: (body(i, old, nonce), line.source),
            "of another network": lambda i: (body(i, old, nonce), anybody()),
            "forged": lambda i: (body(i, forged.decode().rstrip("="), nonce), line.source),
            "without work": lambda i: (body(i, fresh["challenge"], solve(fresh, right=False)),
                                       fresh_source),
        }
        fresh_source = anybody()
        fresh = line.call("GET", "/v1/challenge", source=fresh_source).json
        first = line.call("POST", "/v1/accounts", json.loads(body("-first", old, nonce)))
        self.assertEqual(first.status, 201, first)
        for name, make in makers.items():
            with self.subTest(name):
                statuses, _ = Flood(self, "vis1").run(
                    request("/v1/accounts", "POST", body=text, source=source)
                    for text, source in (make(i) for i in range(1_000)))
                self.assertFalse(set(statuses) - {403, 429}, statuses)
        # With proofs that hold: so many from one network, each twice as dear.
        outcomes, bits = collections.Counter(), []
        source = anybody()
        for number in range(7):
            bits.append(line.call("GET", "/v1/challenge", source=source).json["bits"])
            outcomes[line.sign_up(f"patient{number}", source).status] += 1
        self.assertEqual(outcomes, {201: 5, 429: 2})
        self.assertEqual(bits, [8, 9, 10, 11, 12, 13, 13])
        self.check("5000 sign-ups without a proof that holds")
        time.sleep(1.1)  # how old the figures may be
        names = self.status("relay", self.relay_settings)["names"]
        self.assertEqual(names["accounts"], 1 + 1 + 5, "the customer, the first robot, the patient")

    @unittest.skipUnless(LONG, "HOMEPORT_LONG=1 runs it")
    def test_a_proof_that_is_too_old(self):
        self.customer.over = True
        line = self.line(source=anybody())
        challenge = line.call("GET", "/v1/challenge").json
        line.close()
        time.sleep(302)
        body = {"account": "slow", "password": "x" * 12, "challenge": challenge["challenge"],
                "nonce": solve(challenge)}
        reply = self.line(source=line.source).call("POST", "/v1/accounts", body)
        self.assertEqual(reply.error, "old-proof")

    def test_passwords_are_tried(self):
        """Each costs the relay tens of milliseconds, on a thread of its own."""
        self.customer.pause = 0.2
        def guess(number):
            auth = basic(f"robot{number}", "a password")
            tried = request("/v1/tokens", "POST", auth, anybody())
            return Flood(self, "vis1").run([tried])[0]

        statuses = sum(in_threads(120, guess), collections.Counter())
        self.assertEqual(set(statuses), {401, 503}, "some found too many waiting")
        self.check(f"{sum(statuses.values())} passwords, {statuses[503]} not looked at")

    def test_slow_heads(self):
        """200 connections from four addresses that never finish their head."""
        self.customer.pause = 0.2
        sources = self.more_addresses(3)
        ends = [self.half_head(sources[number % 4]) for number in range(200)]
        self.assertEqual({sock.recv(100)[:12] for sock in ends}, {b"HTTP/1.1 408"})
        self.assertLess(time.monotonic() - self.began, 13)
        self.check("200 slow heads")

    def more_addresses(self, count):
        """Of vis2, its own first."""
        more = [f"198.51.100.{101 + i}" for i in range(count)]
        for address in more:
            self.lab.run("vis2", "ip", "address", "add", f"{address}/24", "dev", "eth0")
        self.began = time.monotonic()
        return [VISITORS["vis2"], *more]

    def half_head(self, source):
        with self.lab.inside("vis2"):
            sock = socket.create_connection((RELAY, 80), 15, (source, 0))
        self.addCleanup(sock.close)
        sock.sendall(b"GET /checkip HTTP/1.1\r\nX-Slow: ")
        return sock

    def test_more_slow_heads_than_there_are_places(self):
        """Whoever has been waited for longest makes room, so that others get in."""
        sources = self.more_addresses(21)
        for number in range(1200):
            self.half_head(sources[number % 22])
        for _ in range(5):
            line = self.line(node="vis2", bind=sources[0])
            self.assertEqual(line.call("GET", "/checkip").status, 200)
        self.assertLess(time.monotonic() - self.began, 10)
        self.check("1200 slow heads")


class Speed(NameServiceCase):
    def test_from_the_request_to_the_wire(self):
        """What a program that updates sees, and when a resolver can see it."""
        for sign in (False, True):
            with self.subTest(signed=sign):
                self.start_service(names_per_account=NAMES, sign=sign)
                said, seen = self.measure(300, "signed" if sign else "plain")
                print(f"      {'signed' if sign else 'plain'} zone, 300 updates: good after "
                      f"{percentile(said, 0.5):.1f} ms (p99 {percentile(said, 0.99):.1f}), on the "
                      f"wire after {percentile(seen, 0.5):.1f} ms (p99 "
                      f"{percentile(seen, 0.99):.1f}), at most {max(seen):.1f}")
                self.assertLess(percentile(seen, 0.99), 250)
                self.relay.terminate()

    def measure(self, count, kind):
        """Milliseconds until each update was answered, and until the name server told it."""
        line, wire = self.line(), self.wire()
        customers = []
        for number in range(count // NAMES // CHANGES):
            names = [host(f"{kind}{number}-{i}") for i in range(NAMES)]
            customers.append((self.account(line, f"{kind}{number}", names, anybody()), names))
        said, seen = [], []
        for number in range(count):
            token, names = customers[number % len(customers)]
            name = names[number // len(customers) % NAMES]
            address = f"9.5.{number >> 8}.{number & 255}"
            began = time.monotonic()
            line.send("GET", f"/nic/update?hostname={name}&myip={address}",
                      auth=basic("x", token), source=anybody())
            on_wire = None
            while not select.select([line.http.sock], [], [], 0)[0]:
                if not on_wire and wire.ask(name) == [address]:
                    on_wire = time.monotonic()
            reply = line.receive()
            answered = time.monotonic()
            self.assertEqual(reply.text, f"good {address}\n")
            self.assertEqual(wire.ask(name), [address], "at once after the answer")
            said.append((answered - began) * 1000)
            seen.append(((on_wire or time.monotonic()) - began) * 1000)
        return said, seen
