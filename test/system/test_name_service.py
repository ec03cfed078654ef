"""People and programs use the name service, and find what they wrote on the wire at once."""
import shutil
import time
import unittest

from lab import RELAY, VISITORS, WAN
from name_client import AAAA, TXT, basic, solve
from name_service import PROXY, PUBLIC, ZONE, NameServiceCase, host

HOOK = """#!/bin/sh
# What certbot calls with --manual-auth-hook "hook add" and --manual-cleanup-hook "hook remove".
case $1 in add) method=PUT ;; *) method=DELETE ;; esac
exec curl -sSf --cacert "$CA" -X $method -H "Authorization: Bearer $TOKEN" \\
    -H "Content-Type: application/json" -d "{\\"value\\": \\"$CERTBOT_VALIDATION\\"}" \\
    "https://$SERVER/v1/names/$CERTBOT_DOMAIN/acme"
"""
DDCLIENT = """
daemon=0
ssl=yes
ssl_ca_file={folder}/cert.pem
protocol=dyndns2
min-interval=0
min-error-interval=0
server={server}
login={login}
password={password}
{use}
{host}
"""
INADYN = """
ca-trust-file = "{folder}/cert.pem"
custom homeport {{
    username = "{login}"
    password = "{password}"
    ddns-server = "{server}"
    ddns-path = "/nic/update?hostname=%h&myip=%i"
    checkip-server = "{server}:443"
    checkip-path = "/checkip"
    hostname = "{host}"
}}
"""


class Forms(NameServiceCase):
    """Each way to say the same."""

    def test_from_sign_up_to_the_wire_with_curl(self):
        self.start_service(tls=True, allow_private=True)
        base = ["--cacert", self.ca]
        url = f"https://{RELAY}"

        def call(method, path, body, *more):
            return self.curl(*base, "-X", method, "-H", "Content-Type: application/json", "-d",
                             body, *more, "-w", " %{http_code}", f"{url}{path}", node="vis2")

        self.assertEqual(self.curl(*base, f"{url}/checkip", node="vis2"), VISITORS["vis2"])
        line = self.line(node="vis2", port=443, ca=self.ca)
        challenge = line.call("GET", "/v1/challenge").json
        sign_up = (f'{{"account":"anna","password":"correct horse battery","challenge":'
                   f'"{challenge["challenge"]}","nonce":"{solve(challenge)}"}}')
        self.assertTrue(call("POST", "/v1/accounts", sign_up).endswith(" 201"))
        token = line.token("anna", label="router")
        bearer = ["-H", f"Authorization: Bearer {token}"]
        made = call("POST", "/v1/names", f'{{"name":"{host("anna")}"}}', *bearer)
        self.assertTrue(made.endswith(" 201"), made)
        self.assertEqual(self.dig(host("anna")), [])

        json = call("PUT", f"/v1/names/{host('anna')}", '{"ipv4":"192.0.2.1"}', *bearer)
        self.assertEqual(self.dig(host("anna")), ["192.0.2.1"])
        self.assertIn('"changed":true', json)
        nic = ["-u", f"anyone:{token}", f"{url}/nic/update?hostname={host('anna')}"]
        given = self.curl(*base, *nic[:2], nic[2] + "&myip=192.0.2.2", node="vis2")
        self.assertEqual(given, "good 192.0.2.2")
        self.assertEqual(self.dig(host("anna")), ["192.0.2.2"])
        self.assertEqual(self.curl(*base, *nic, node="vis2"), f"good {VISITORS['vis2']}")
        self.assertEqual(self.dig(host("anna")), [VISITORS["vis2"]])
        duck = f"{url}/update?domains=anna&token={token}"
        self.assertEqual(self.curl(*base, duck + "&ip=192.0.2.3", node="vis2"), "OK")
        self.assertEqual(self.dig(host("anna")), ["192.0.2.3"])
        both = self.curl(*base, f"{duck}&ip=192.0.2.4&ipv6=2001:db8::4&verbose=true", node="vis2")
        self.assertEqual(both.split(), ["OK", "192.0.2.4", "2001:db8::4", "UPDATED"])
        self.assertEqual(self.dig(host("anna"), "AAAA"), ["2001:db8::4"])
        self.assertEqual(self.curl(*base, duck.replace("hp_", "hp_a"), node="vis2"), "KO")

    def test_only_trusted_proxies_say_who_asks(self):
        self.start_service(allow_private=True)
        told = ["-H", "X-Forwarded-For: 1.1.1.1, 9.9.9.9"]
        address = f"http://{RELAY}/checkip"
        self.assertEqual(self.curl(*told, address, node="vis1"), "9.9.9.9")
        self.assertEqual(self.curl(address, node="vis1"), PROXY)
        self.assertEqual(self.curl(*told, address, node="vis2"), VISITORS["vis2"])
        token = self.account(self.line(), "berta", [host("berta")])
        nic = ["-u", f"x:{token}", f"http://{RELAY}/nic/update?hostname={host('berta')}"]
        self.assertEqual(self.curl(*told, *nic, node="vis1"), "good 9.9.9.9")
        self.assertEqual(self.dig(host("berta")), ["9.9.9.9"])
        self.assertEqual(self.curl(*told, *nic, node="vis2"), f"good {VISITORS['vis2']}")
        self.assertEqual(self.dig(host("berta")), [VISITORS["vis2"]])

    def test_what_is_so_already_writes_nothing(self):
        self.start_service()
        line = self.line()
        name = host("clara")
        token = self.account(line, "clara", [name])
        self.assertEqual(line.update(name, token, myip="9.0.0.1").text, "good 9.0.0.1\n")
        time.sleep(1.1)  # the zone's serial may have run ahead of the clock, and is kept
        before = self.stored()
        for number in range(20):
            reply = line.update(name, token, myip="9.0.0.1", number=number)
            self.assertEqual(reply.text, "nochg 9.0.0.1\n")
        self.assertFalse(line.call("PUT", f"/v1/names/{name}", {"ipv4": "9.0.0.1"}, token)
                         .json["changed"])
        def figures():
            return self.status("relay", self.relay_settings)["names"]

        self.wait_until(lambda: figures()["unchanged_total"] == 21, "the figures")
        self.assertEqual(figures()["changed_total"], 4, "account, token, name, its first address")
        self.assertEqual(self.stored(), before)
        self.assertEqual(self.dig(name), ["9.0.0.1"])


class Rules(NameServiceCase):
    def setUp(self):
        super().setUp()
        self.start_service(reserved=["shop*"])
        self.api = self.line()
        self.at = self.wire()

    def put(self, name, token, source=None, **change):
        return self.api.call("PUT", f"/v1/names/{name}", change, token, source)

    def test_names_that_cannot_be_had(self):
        mine = self.account(self.api, "dora", [host("dora")])
        other = self.account(self.api, "emil", [host("emil")], source="9.20.0.1")
        refused = {host("admin"): "reserved", host("ns1"): "reserved", host("www"): "reserved",
                   host("printer"): "reserved", host("shop-window"): "reserved",
                   host("DORA"): "taken", "dora.example.org": "no-such-zone",
                   host("a.b"): "no-such-zone", host("ab"): "not-a-name",
                   host("a_b_c"): "not-a-name", ZONE: "no-such-zone"}
        found = {name: self.api.take(name, other).error for name in refused}
        self.assertEqual(found, refused)

        self.put(host("dora"), mine, ipv4="9.0.0.1")
        self.assertEqual(self.put(host("dora"), other, ipv4="9.0.0.2").error, "not-yours")
        self.assertEqual(self.api.update(host("dora"), other).text, "!yours\n")
        self.assertEqual(self.api.update(host("nobody"), other).text, "nohost\n")
        self.assertEqual(self.api.call("DELETE", f"/v1/names/{host('dora')}", auth=other).error,
                         "not-yours")
        only = self.api.token("emil", name=host("emil"))
        self.assertEqual(self.api.take(host("emil2"), other).status, 201)
        self.assertEqual(self.put(host("emil"), only, ipv4="9.0.0.3").status, 200)
        self.assertEqual(self.put(host("emil2"), only, ipv4="9.0.0.3").error, "not-yours")
        self.assertEqual(self.at.ask(host("dora")), ["9.0.0.1"])
        self.assertEqual(self.at.ask("www." + ZONE), ["198.51.100.21"])

        self.assertEqual(self.api.call("DELETE", f"/v1/names/{host('dora')}", auth=mine).error, "")
        self.assertEqual(self.at.ask(host("dora")), [])
        self.assertEqual(self.api.take(host("dora"), other).error, "lately-removed")
        self.relay.kill9()
        self.start_relay()
        self.api = self.line()
        self.assertEqual(self.api.take(host("dora"), other).error, "lately-removed")
        self.assertEqual(self.api.take(host("dora"), mine).status, 201)
        self.assertEqual(self.at.ask(host("dora")), [], "the old address does not come back")

    def test_addresses_that_nobody_can_reach(self):
        token = self.account(self.api, "fred", [host("fred")])
        self.put(host("fred"), token, ipv4="9.0.0.1", ipv6="2a00:1::1")
        for address in ("10.0.0.1", "192.168.1.10", "172.16.0.1", "100.64.0.1", "127.0.0.1",
                        "169.254.1.1", "0.0.0.0", "192.0.2.1", "198.51.100.1", "224.0.0.1",
                        "255.255.255.255", "::1", "fe80::1", "fd00::1", "2001:db8::1", "ff02::1",
                        "::ffff:10.0.0.1"):
            family = "ipv6" if ":" in address else "ipv4"
            with self.subTest(address):
                reply = self.put(host("fred"), token, **{family: address})
                self.assertIn(reply.error, ("not-public", "bad-address"))
                text = self.api.update(host("fred"), token, myip=address).text
                self.assertRegex(text, "^dnserr ")
        self.assertEqual(self.at.ask(host("fred")), ["9.0.0.1"])
        self.assertEqual(self.at.ask(host("fred"), AAAA), ["2a00:1::1"])

    def test_families_prefix_offline_and_counter(self):
        name = host("gina")
        token = self.account(self.api, "gina", [name])

        def wire():
            return self.at.ask(name) + self.at.ask(name, AAAA)

        self.assertEqual(self.api.update(name, token, myip="9.0.0.1,2a00:1::1:5").text,
                         "good 9.0.0.1,2a00:1::1:5\n")
        self.assertEqual(wire(), ["9.0.0.1", "2a00:1::1:5"])
        self.assertEqual(self.api.update(name, token, myip="9.0.0.2").text, "good 9.0.0.2\n")
        self.assertEqual(wire(), ["9.0.0.2", "2a00:1::1:5"], "the other family stays")
        self.put(name, token, ipv6prefix="2a00:1:2:3::/64")
        self.assertEqual(wire(), ["9.0.0.2", "2a00:1:2:3::1:5"])
        self.put(name, token, ipv4=None)
        self.assertEqual(wire(), ["2a00:1:2:3::1:5"])
        self.assertEqual(self.api.update(name, token, offline="YES").text, "good\n")
        self.assertEqual(wire(), [])
        self.assertEqual(self.put(name, token, ipv6prefix="2a00:1::/64").error, "no-host-part")
        self.assertEqual(self.put(name, token, ipv4="9.0.0.3", counter=7).status, 200)
        self.assertEqual(wire(), ["9.0.0.3"])
        for counter in (7, 6, 0):
            self.assertEqual(self.put(name, token, ipv4="9.0.0.4", counter=counter).error, "stale")
        self.assertEqual(wire(), ["9.0.0.3"])
        self.relay.kill9()
        self.start_relay()
        self.api = self.line()
        self.assertEqual(self.put(name, token, ipv4="9.0.0.4", counter=7).error, "stale")
        self.assertEqual(self.put(name, token, ipv4="9.0.0.5", counter=8).status, 200)
        self.assertEqual(wire(), ["9.0.0.5"])


class Quarantine(NameServiceCase):
    def test_a_new_name_points_to_where_its_updates_come_from(self):
        self.start_service(quarantine="1h")
        line, name = self.line(), host("hans")
        token = self.account(line, "hans", [name])
        self.assertEqual(line.update(name, token, myip="9.0.0.1").text, "dnserr quarantine\n")
        self.assertEqual(line.update(name, token, myip=PUBLIC).text, f"good {PUBLIC}\n")
        self.assertEqual(line.update(name, token).text, f"nochg {PUBLIC}\n")
        moved = line.call("GET", f"/nic/update?hostname={name}", auth=basic("x", token),
                          source="9.0.0.7")
        self.assertEqual(moved.text, "good 9.0.0.7\n")
        until = line.call("GET", f"/v1/names/{name}", auth=token).json["quarantined_until"]
        self.assertAlmostEqual(until, time.time() + 3600, delta=30)


class Acme(NameServiceCase):
    def test_values_come_and_go_one_by_one(self):
        self.start_service(tls=True)
        line = self.line(port=443, ca=self.ca)
        wire, name = self.wire(), host("ida")
        token = self.account(line, "ida", [name])
        hook = self.folder / "hook"
        hook.write_text(HOOK)
        hook.chmod(0o755)

        def call(word, value):
            environment = {"CA": self.ca, "TOKEN": token, "SERVER": RELAY, "CERTBOT_DOMAIN": name,
                           "CERTBOT_VALIDATION": value}
            self.lab.run("vis2", "env", *(f"{k}={v}" for k, v in environment.items()), hook, word)
            return sorted(self.dig(f"_acme-challenge.{name}", "TXT"))

        first, second = "a" * 43, "_-" + "b" * 41
        self.assertEqual(call("add", first), [f'"{first}"'])
        self.assertEqual(call("add", second), [f'"{second}"', f'"{first}"'], "a wildcard needs two")
        self.assertEqual(call("add", second), [f'"{second}"', f'"{first}"'])
        self.assertEqual(call("remove", first), [f'"{second}"'])
        self.assertEqual(call("remove", second), [])
        # The same the way of DuckDNS.
        duck = f"/update?domains=ida&token={token}&txt={first}"
        self.assertEqual(line.call("GET", duck).text, "OK")
        self.assertEqual(wire.ask(f"_acme-challenge.{name}", TXT), [first])
        self.assertEqual(line.call("GET", duck + "&clear=true").text, "OK")
        self.assertEqual(wire.ask(f"_acme-challenge.{name}", TXT), [])


class Programs(NameServiceCase):
    """Stock programs at home, unchanged, over TLS; the provider changes the home's address."""

    def setUp(self):
        super().setUp()
        self.start_service(tls=True, allow_private=True, quarantine="72h")
        self.name = host("jutta")
        self.token = self.account(self.line(node="vis2", port=443, ca=self.ca), "jutta",
                                  [self.name])

    def settings(self, text, **changes):
        fields = {"folder": self.folder, "server": RELAY, "login": "jutta", "host": self.name,
                  "password": self.token, "use": f"use=web, web=https://{RELAY}/checkip", **changes}
        path = self.folder / "client.conf"
        path.write_text(text.format(**fields))
        path.chmod(0o600)
        return path

    def run_client(self, *words):
        done = self.lab.run("home", *words, check=False)
        return done.stdout + done.stderr

    @unittest.skipUnless(shutil.which("ddclient"), "ddclient is not installed (./dev setup test)")
    def test_ddclient(self):
        def run(**changes):
            return self.run_client("ddclient", "-file", self.settings(DDCLIENT, **changes),
                                   "-cache", self.folder / "dd.cache", "-daemon", "0", "-verbose",
                                   "-noquiet", "-nosyslog")
        out = run()
        self.assertIn(f"good: IP address set to {WAN}", out)
        self.assertEqual(self.dig(self.name), [WAN])
        self.assertNotIn("UPDATE:", run(), "nothing has changed")
        self.lab.change_wan("203.0.113.6")
        self.assertIn("good: IP address set to 203.0.113.6", run())
        self.assertEqual(self.dig(self.name), ["203.0.113.6"])
        # An address that the program finds out by itself.
        self.lab.change_wan("203.0.113.7")
        out = run(use="use=cmd, cmd='echo 203.0.113.7'")
        self.assertIn("good: IP address set to 203.0.113.7", out)
        (self.folder / "dd.cache").unlink()
        self.assertIn("nochg", run(), "the cache is gone")
        (self.folder / "dd.cache").unlink()
        out = run(password="hp_" + "a" * 26)
        self.assertIn("FAILED", out)
        print("      ddclient, wrong password:", next(x for x in out.split("\n") if "FAILED" in x))
        (self.folder / "dd.cache").unlink(missing_ok=True)
        out = run(host=host("nobody"))
        self.assertIn("nohost", out)
        print("      ddclient, wrong name:", next(x for x in out.split("\n") if "FAILED" in x))

    @unittest.skipUnless(shutil.which("inadyn"), "inadyn is not installed (./dev setup test)")
    def test_inadyn(self):
        def run(*more, **changes):
            return self.run_client("inadyn", "-f", self.settings(INADYN, **changes), "--once",
                                   "--foreground", "--loglevel=debug", "--cache-dir", self.folder,
                                   *more)
        out = run()
        self.assertIn(f"good {WAN}", out)
        self.assertEqual(self.dig(self.name), [WAN])
        self.assertNotIn("/nic/update", run(), "nothing has changed")
        self.lab.change_wan("203.0.113.6")
        self.assertIn("good 203.0.113.6", run())
        self.assertEqual(self.dig(self.name), ["203.0.113.6"])
        self.assertIn("nochg 203.0.113.6", run("--force"))
        out = run("--force", password="hp_" + "a" * 26)
        self.assertIn("badauth", out)
        print("      inadyn, wrong password:", out.strip().split("\n")[-1])
        self.is_patient()

    def is_patient(self):
        """A program goes on when it is refused for now: the name has changed too often."""
        busy = self.line(node="vis2", port=443, ca=self.ca)
        while busy.update(self.name, self.token, offline="YES").status == 200:
            busy.update(self.name, self.token)
        text = INADYN.replace('checkip-server = "{server}:443"',
                              'checkip-command = "/bin/echo 203.0.113.6"')
        path = self.settings(text.replace('checkip-path = "/checkip"', ""))
        (self.folder / "patient").mkdir()
        inadyn = self.lab.spawn("inadyn", "home", "inadyn", "-f", path, "--foreground",
                                "--cache-dir", self.folder / "patient")
        self.wait_until(lambda: "911" in inadyn.output(), "an answer")
        time.sleep(0.3)
        self.assertIn("[503 Service Unavailable] 911", inadyn.output())
        self.assertTrue(inadyn.alive(), inadyn.output())
