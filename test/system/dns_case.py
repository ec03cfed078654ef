"""What tests of changing and transferred zones stand on: a lab with a relay that serves zones."""
import json
import re
import shutil
import time
import unittest

from harness import SystemCase
from lab import RELAY, Lab
from updates import Client, Key

DNS = {"listen": ["0.0.0.0:53"], "addresses": [RELAY], "rate_limit": 0}
MASTER = Key("master-key")     # may do everything
HEAD = ("$TTL 300\n@ SOA ns1 admin 1 3600 600 86400 60\n@ NS ns1\nns1 A " + RELAY + "\n")
STEP = 0.15     # seconds after which transfers tell of what is answered already
PROGRAMS = ("dig", "delv", "nsupdate", "knsupdate", "ldns-verify-zone", "dnssec-verify")


def find(program):
    return shutil.which(program) or shutil.which(program, path="/usr/sbin:/sbin")


def needs(*programs):
    """For a class of tests: skipped if one of them or of PROGRAMS is not installed."""
    absent = [program for program in (*PROGRAMS, *programs) if not find(program)]
    return unittest.skipIf(absent, f"not installed: {', '.join(absent)} (./dev setup)")


def table(kind, **fields):
    """One of a list of tables."""
    return f"[[{kind}]]\n" + "".join(f"{k} = {json.dumps(v)}\n" for k, v in fields.items())


def key_table(key, **rights):
    return table("key", name=key.name, secret=key.secret_text(), **rights)


class DnsCase(SystemCase):
    """No home is needed; each test brings its zones and keys."""

    def setUp(self):
        self.relay = self.agent = None
        self.lab = Lab()
        self.addCleanup(self.lab.remove)
        self.lab.build()
        self.folder = self.lab.folder

    def tearDown(self):
        super().tearDown()
        if self.relay is None:
            return
        if self.relay.alive():
            self.assertEqual(self.relay.terminate(20), 0, self.relay.output()[-4000:])
        self.assertNotRegex(self.relay.output(), "Sanitizer|runtime error")

    def write_zone(self, name, lines, sign=False):
        """The file of a zone and what the settings say of it."""
        path = self.folder / f"{name}.zone"
        path.write_text(HEAD + "\n".join(lines) + "\n")
        return table("zone", name=name, file=str(path), sign=sign)

    def start_dns(self, tables, relay=(), **dns):
        """`tables`: zones, keys and secondaries; `relay`: other settings of [relay]."""
        self.write_relay_settings(dns={**DNS, **dns})
        text = self.relay_settings.read_text() + "".join(tables)
        for name, value in dict(relay).items():
            text = re.sub(f"(?m)^{name} = .*$", f"{name} = {json.dumps(value)}", text, count=1)
        self.relay_settings.write_text(text)
        self.relay_settings.chmod(0o600)
        return self.start_relay()

    def reload(self):
        self.homeport("relay", "reload", "--config", self.relay_settings)

    def restart(self, kill=False):
        if kill:
            self.relay.kill9()
        else:
            self.assertEqual(self.relay.terminate(20), 0, self.relay.output()[-4000:])
        self.start_relay()
        time.sleep(1)  # what is signed in the second of the last update is taken for a replay

    # What stands in the zones.

    def dig(self, *words, server=RELAY, node="vis1"):
        """All that dig says."""
        return self.lab.run(node, "dig", "+tries=1", "+time=3", f"@{server}", *words,
                            check=False).stdout

    def short(self, *words, **where):
        return self.dig("+short", *words, **where).split("\n")[:-1]

    def serial(self, zone, server=RELAY):
        """None: it does not serve the zone."""
        fields = (self.short(zone, "SOA", server=server) or [""])[0].split()
        return int(fields[2]) if len(fields) == 7 and fields[2].isdigit() else None

    def records(self, zone, server=RELAY, key=MASTER):
        """All of a zone, by transfer: sorted lines. The case of owners does not count."""
        time.sleep(STEP)
        words = ["-y", key.option()] if server == RELAY else []
        text = self.dig("+noall", "+answer", "+onesoa", zone, "AXFR", *words, server=server)
        rows = (line.split() for line in text.split("\n")
                if line and not line.startswith(";") and "\tTSIG\t" not in line)
        lines = sorted(" ".join([owner.lower(), *rest]) for owner, *rest in rows)
        self.assertTrue(lines, f"no transfer of {zone} from {server}:\n{text}")
        return lines

    def client(self, node="vis1", **options):
        client = Client(self.lab, node, **options)
        self.addCleanup(client.close)
        return client

    def nsupdate(self, zone, *lines, key=MASTER, options=(), program="nsupdate", node="vis1"):
        """One update by a program; what came of it, as the name of an rcode."""
        script = "\n".join([f"server {RELAY}", f"zone {zone}", *lines, "send\n"])
        words = ["-y", key.option()] if key else []
        done = self.lab.run(node, program, *words, *options, text_in=script, check=False)
        said = done.stdout + done.stderr
        if done.returncode == 0 and "failed" not in said:
            return "NOERROR"
        found = re.search(r"BAD[A-Z]+", said) or re.search(r"failed.*?([A-Z]{4,})", said)
        return found.group(found.lastindex or 0) if found else said

    # Whether its signatures hold.

    def verify_zone(self, zone, server=RELAY):
        """By the two programs that look at every record of a signed zone."""
        path = self.folder / f"{zone}.axfr"
        path.write_text("\n".join(self.records(zone, server)) + "\n")
        for words in (("ldns-verify-zone", path), ("dnssec-verify", "-z", "-o", zone, path)):
            done = self.lab.run("vis1", *words, check=False)
            self.assertEqual(done.returncode, 0, f"{words}: {done.stdout}{done.stderr}"[-3000:])

    def delv(self, zone, name, kind="A", server=RELAY):
        """What a validator makes of an answer, whose only anchor is the key of the zone."""
        fields = self.short(zone, "DNSKEY")[0].split()
        path = self.folder / f"{zone}.anchor"
        path.write_text(f'trust-anchors {{ "{zone}" static-key {" ".join(fields[:3])} '
                        f'"{"".join(fields[3:])}"; }};\n')
        done = self.lab.run("vis1", "delv", f"@{server}", "-a", path, f"+root={zone}", name, kind,
                            check=False)
        return done.stdout + done.stderr

