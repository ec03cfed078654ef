"""Visitors of all kinds: what they send reaches the service as it is, or not at all."""
import hashlib
import os
import random
import socket
import struct
import time
import unittest

import home
from harness import HTTP, LONG, SANITIZED, TCP, TCP_PORT, TLS, SystemCase, service
from lab import DESCRIPTORS, HOME, RELAY, VISITORS

HOST = b"Host: rec.example.net\r\n"
GET, POST = b"GET / HTTP/1.1\r\n", b"POST / HTTP/1.1\r\n"
IDLE_VISITORS = 9000
MANY_VISITS = 200  # per second
TARGET_PORT = 9000

# Requests that must not reach the service; the visitor gets a 4xx or 5xx or is cut (RFC 9112).
MALFORMED = {
    "both lengths": POST + HOST
                    + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "two lengths": POST + HOST + b"Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
    "length with plus": POST + HOST + b"Content-Length: +3\r\n\r\nabc",
    "length below zero": POST + HOST + b"Content-Length: -3\r\n\r\nabc",
    "length in hex": POST + HOST + b"Content-Length: 0x3\r\n\r\nabc",
    "length too large": POST + HOST + b"Content-Length: " + b"9" * 25 + b"\r\n\r\n",
    "unknown coding": POST + HOST + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    "chunked not last": POST + HOST
                        + b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
    "chunked twice": POST + HOST
                     + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "space before colon": POST + HOST + b"Content-Length : 3\r\n\r\nabc",
    "folded field": GET + HOST + b"X-A: b\r\n c\r\n\r\n",
    "first field folded": GET + b" " + HOST + b"\r\n",
    "no colon": GET + HOST + b"nonsense\r\n\r\n",
    "empty field name": GET + HOST + b": b\r\n\r\n",
    "NUL in a value": GET + HOST + b"X-A: b\0c\r\n\r\n",
    "bare LF after the line": b"GET / HTTP/1.1\n" + HOST + b"\r\n",
    "bare LF after a field": GET + HOST + b"X-A: b\nX-B: c\r\n\r\n",
    "bare CR in a value": GET + HOST + b"X-A: b\rX-B: c\r\n\r\n",
    "no host": GET + b"\r\n",
    "two hosts": GET + HOST + HOST + b"\r\n",
    "host with a path": GET + b"Host: rec.example.net/x\r\n\r\n",
    "unknown host": GET + b"Host: other.example.org\r\n\r\n",
    "space in the target": b"GET /a b HTTP/1.1\r\n" + HOST + b"\r\n",
    "control in the target": b"GET /\x01 HTTP/1.1\r\n" + HOST + b"\r\n",
    "bad method": b"G@T / HTTP/1.1\r\n" + HOST + b"\r\n",
    "no version": b"GET /\r\n" + HOST + b"\r\n",
    "version 2 in text": b"GET / HTTP/2.0\r\n" + HOST + b"\r\n",
    "preface of version 2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "version with a letter": b"GET / HTTP/1.x\r\n" + HOST + b"\r\n",
    "line without end": b"GET /" + b"a" * 300_000,
    "field without end": GET + HOST + b"X-A: " + b"b" * 300_000,
    "fields without end": GET + HOST + b"X-A: b\r\n" * 20_000,
    "TLS on the plain port": b"\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03" + b"\x5a" * 160,
}
# The head is good, the body is not: the visitor is cut and nothing after it is taken for a request.
MALFORMED_BODY = {
    "size is no number": b"zz\r\n",
    "size below zero": b"-1\r\n",
    "size too large": b"f" * 20 + b"\r\n",
    "no end after a chunk": b"3\r\nabcX\r\n",
}
SMUGGLED = b"GET /smuggled HTTP/1.1\r\n" + HOST + b"\r\n"


class Visitors(SystemCase):
    def start_target(self, serve, kind="http", **rest):
        """A home with one service `rec` in front of a target in this process."""
        self.target = home.Target(self.lab, serve, TARGET_PORT)
        self.addCleanup(self.target.close)
        where = {"hosts": ["rec.example.net"]} if kind == "http" else {"port": str(TCP_PORT)}
        self.start_home(service("rec", kind, f"{HOME}:{TARGET_PORT}", **where, **rest))

    def test_malformed_requests_do_not_reach_the_service(self):
        self.start_target(home.answer_requests)
        for name, data in MALFORMED.items():
            with self.subTest(name):
                self.target.seen.clear()
                answer, end = self.exchange(80, data, timeout=5, shut=True)
                self.assertNotEqual(end, "TimeoutError", "it is answered or cut, not left alone")
                self.assertRegex(answer[:12], rb"^$|^HTTP/1\.1 [45]\d\d", answer[:80])
                self.assertEqual(self.target.seen, [])
        good, _ = self.exchange(80, GET + HOST + b"Connection: close\r\n\r\n")
        self.assertTrue(good.endswith(b"recorded"), good)

    def test_malformed_bodies_end_the_visit(self):
        self.start_target(home.answer_requests)
        head = POST + HOST + b"Transfer-Encoding: chunked\r\n\r\n"
        for name, body in MALFORMED_BODY.items():
            with self.subTest(name):
                self.target.seen.clear()
                self.exchange(80, head + body + b"0\r\n\r\n" + SMUGGLED, timeout=5)
                self.assertFalse([one for one in self.target.seen if b"smuggled" in one])

    def test_the_service_learns_who_came(self):
        self.start_target(home.answer_requests)
        self.exchange(80, GET + HOST + b"X-Forwarded-For: 1.2.3.4\r\n"
                      b"Connection: close\r\n\r\n", node="vis2")
        head = self.target.seen[0].decode().lower()
        forwarded = [line for line in head.split("\r\n") if line.startswith("x-forwarded-for:")]
        self.assertTrue(forwarded and forwarded[-1].endswith(VISITORS["vis2"]), head)

    def proxy_header(self, version):
        self.start_target(home.record_first_bytes, "tcp", proxy_protocol=version)
        with self.lab.connect("vis1", RELAY, TCP_PORT) as sock:
            source = sock.getsockname()
            sock.sendall(b"helloEND")
            self.assertEqual(sock.recv(100), b"thanks")
        return source, self.target.seen[0]

    def test_proxy_protocol_v1(self):
        (address, port), seen = self.proxy_header("v1")
        line = f"PROXY TCP4 {address} {RELAY} {port} {TCP_PORT}\r\n"
        self.assertEqual(seen, line.encode() + b"helloEND")

    def test_proxy_protocol_v2(self):
        (address, port), seen = self.proxy_header("v2")
        self.assertEqual(seen[:14], b"\r\n\r\n\0\r\nQUIT\n\x21\x11", "signature, PROXY, TCP, IPv4")
        length = struct.unpack("!H", seen[14:16])[0]
        self.assertEqual(seen[16:24], socket.inet_aton(address) + socket.inet_aton(RELAY))
        self.assertEqual(struct.unpack("!HH", seen[24:28]), (port, TCP_PORT))
        self.assertEqual(seen[16 + length:], b"helloEND")

    def test_half_close_travels(self):
        self.start_target(home.answer_after_end, "tcp")
        sent = os.urandom(1 << 20)
        answer, end = self.exchange(TCP_PORT, sent, shut=True, timeout=20)
        self.assertEqual(end, "end")
        self.assertEqual(self.target.seen, [len(sent)])
        self.assertEqual(answer[:64].decode(), hashlib.sha256(sent).hexdigest())
        self.assertEqual(len(answer), 64 + 4 * home.MIB)

    def test_half_close_survives_a_change_of_address(self):
        self.start_target(home.answer_after_end, "tcp")
        with self.lab.connect("vis1", RELAY, TCP_PORT, 20) as sock:
            sock.sendall(b"x" * 1000)
            time.sleep(0.3)
            self.lab.change_wan("203.0.113.6")
            sock.shutdown(socket.SHUT_WR)
            self.assertEqual(len(home.read_all(sock)), 64 + 4 * home.MIB)

    def test_upgraded_connections_carry_bytes_both_ways(self):
        self.start_target(home.upgrade_and_echo)
        with self.lab.connect("vis1", RELAY, 80) as sock:
            sock.sendall(b"GET /chat HTTP/1.1\r\n" + HOST
                         + b"Connection: Upgrade\r\nUpgrade: echo\r\n\r\n")
            head = home.read_until(sock, b"\r\n\r\n")
            self.assertTrue(head.startswith(b"HTTP/1.1 101 "), head)
            for word in (b"one", b"two\r\n\r\n", b"\0\xff" * 500):
                sock.sendall(word)
                self.assertEqual(home.read_until(sock, word, len(word)), word)
            self.lab.change_wan("203.0.113.6")
            sock.sendall(b"still here")
            self.assertEqual(home.read_until(sock, b"here"), b"still here")

    def test_allow_and_deny(self):
        self.start_target(home.record_first_bytes, "tcp", allow=["198.51.100.0/24"],
                          deny=[VISITORS["vis2"]])
        self.assertEqual(self.exchange(TCP_PORT, b"END", node="vis1")[0], b"thanks")
        try:
            answer, _ = self.exchange(TCP_PORT, b"END", node="vis2", timeout=5)
        except ConnectionError:
            answer = b""
        self.assertEqual(answer, b"")
        self.assertEqual(len(self.target.seen), 1, "a denied visitor does not reach the service")
        self.assertEqual(self.relay_service("rec")["refused_total"], 1)

    def test_hostile_visitors_harm_nobody(self):
        """Half-open handshakes, slow heads, slow bodies, unread answers and noise, all at once."""
        self.start_home()
        before = [program.descriptors() for program in (self.relay, self.agent)]
        generator = random.Random(7)
        hello = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + generator.randbytes(40)
        web = b"Host: " + HTTP[3].encode() + b"\r\n"
        held = []

        def hold(count, port, words):
            for number in range(count):
                held.append((self.lab.connect("vis1", RELAY, port), words(number)))
                self.speak(*held[-1])

        visits = self.visits(HTTP, TLS, TCP)
        for port in (7843, 443):
            hold(500, port, lambda number: hello[:1 + number % len(hello)])
        hold(100, 80, lambda number: (GET + web)[:5 + number % 30])
        hold(100, 80, lambda number: POST + web + b"Content-Length: 100000\r\n\r\nab")
        hold(50, 80, lambda number: b"GET /mid.bin HTTP/1.1\r\n" + web + b"\r\n")
        for port in (7843, 80, 443, TCP_PORT):
            noise = self.lab.connect("vis1", RELAY, port)
            held.append((noise, b""))
            self.speak(noise, generator.randbytes(home.MIB))
        for _ in range(3):
            time.sleep(1)
            for sock, words in held:
                self.speak(sock, words[:1])
        self.assert_all_served(visits, at_least=60)
        self.assertLess(self.relay.rss_bytes(), 200 * home.MIB)
        for sock, _ in held:
            sock.close()
        for program, count in zip((self.relay, self.agent), before):
            self.assertTrue(program.alive())
            self.wait_until(lambda: program.descriptors() <= count + 10,
                            f"the descriptors of {program.name}", 20)

    @staticmethod
    def speak(sock, words):
        """To somebody who may have hung up, or may not read."""
        try:
            sock.settimeout(0.5)
            sock.sendall(words)
        except OSError:
            pass

    @unittest.skipIf(DESCRIPTORS < IDLE_VISITORS + 1000,
                     f"{IDLE_VISITORS} visitors need more than the {DESCRIPTORS} descriptors here")
    def test_idle_visitors_leave_nothing_behind(self):
        self.start_home()
        programs = (self.relay, self.agent)
        descriptors = [program.descriptors() for program in programs]
        memory = [program.rss_bytes() for program in programs]

        idle = self.instrument("vis1", "idle", IDLE_VISITORS, RELAY, TCP_PORT)
        self.assertEqual(idle.line(60), {"open": IDLE_VISITORS, "refused": 0})
        self.wait_until(lambda: self.nginx.descriptors() > IDLE_VISITORS, "all at nginx", 30)
        peak = [program.rss_bytes() for program in programs]
        each = sum(peak) - sum(memory)
        print(f"      {each / IDLE_VISITORS / 1024:.1f} KiB per idle visitor, both ends together")
        self.assertEqual(self.get(HTTP)["status"], 200, "one more is served")
        self.assertEqual(idle.end()["ended_early"], 0)

        for program, before in zip(programs, descriptors):
            self.wait_until(lambda: program.descriptors() <= before + 10,
                            f"the descriptors of {program.name}", 20)
        for program, before, high in zip(programs, memory, peak):
            if SANITIZED:
                break
            allowed = before + max(8 * home.MIB, (high - before) // 4)
            self.wait_until(lambda: program.rss_bytes() <= allowed,
                            f"the memory of {program.name} ({before} -> {high})", 20)
        self.assertEqual(self.get(TCP)["status"], 200)

    @unittest.skipUnless(LONG and not SANITIZED, "HOMEPORT_LONG=1 runs it")
    def test_a_minute_of_many_visitors_leaves_nothing_behind(self):
        self.start_home()
        programs = (self.relay, self.agent)
        visits = self.visits(HTTP, TLS, TCP, per_second=50)
        time.sleep(2)
        self.assert_all_served(visits)  # warm
        time.sleep(5)
        descriptors = [program.descriptors() for program in programs]
        memory = [program.rss_bytes() for program in programs]

        idle = self.instrument("vis1", "idle", IDLE_VISITORS, RELAY, TCP_PORT)
        self.assertEqual(idle.line(60), {"open": IDLE_VISITORS, "refused": 0})
        visits = self.visits(HTTP, TCP, per_second=MANY_VISITS)
        time.sleep(60)
        self.assert_all_served(visits, grace=5.0, at_least=50 * MANY_VISITS)
        self.assertEqual(idle.end()["ended_early"], 0)
        time.sleep(10)
        for program, count, before in zip(programs, descriptors, memory):
            after = program.rss_bytes()
            print(f"      {program.name}: {before / home.MIB:.1f} -> {after / home.MIB:.1f} MiB")
            self.assertLessEqual(program.descriptors(), count * 1.05)
            self.assertLessEqual(after, before * 1.05)
