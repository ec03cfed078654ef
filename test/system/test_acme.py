"""Certificates by DNS-01: stock clients put their challenges where homeport answers, and a
certificate authority asks for them there."""
import contextlib
import json
import pathlib
import threading
import time
import unittest

from dns_case import DnsCase, find, key_table, needs
from harness import BINARY
from home import certificate
from lab import RELAY, VISITORS
from name_client import TXT, Wire
from name_service import NameServiceCase, host
from test_name_service import HOOK
from updates import Key

CLIENT, AUTHORITY = "home", "vis2"  # where they run
ADDRESS = VISITORS[AUTHORITY]
DIRECTORY = f"https://{ADDRESS}:14000/dir"
ROOT = f"https://{ADDRESS}:15000/roots/0"
# The authority waits for nothing, has every order proven anew, and refuses no nonce by lot.
PEBBLE = ("PEBBLE_VA_NOSLEEP=1", "PEBBLE_AUTHZREUSE=0", "PEBBLE_WFE_NONCEREJECT=0")
PLUGIN = pathlib.Path("/usr/lib/python3/dist-packages/certbot_dns_rfc2136")
PAUSE = 1                           # seconds between a value and the question for it
ISSUE = 90                          # seconds that an order may take
ZONE = "acme.test"
WWW, APEX = Key("www-key"), Key("apex-key")     # each for the challenges of one name
# Programs ask the relay for names ($0: a file); the mount is not seen outside of them.
IN_ITS_WORLD = 'mount --bind "$0" /etc/resolv.conf && exec "$@"'

CREDENTIALS = """
dns_rfc2136_server = {server}
dns_rfc2136_name = {name}
dns_rfc2136_secret = {secret}
dns_rfc2136_algorithm = HMAC-SHA256
"""
# lego calls it with "present" or "cleanup", the owner of the record, and its value.
EXEC = """#!/bin/sh
name=${2#_acme-challenge.}
case $1 in present) what=--value ;; *) what=--clear ;; esac
exec "$HOMEPORT" names acme "${name%.}" "$what=$3"
"""


def without(name, present):
    return unittest.skipUnless(present, f"{name} is not installed (./dev setup test)")


needs_lego = without("lego", find("lego"))
needs_certbot = without("certbot", find("certbot"))
needs_plugin = without("python3-certbot-dns-rfc2136", find("certbot") and PLUGIN.exists())


class Values:
    """Looks at the challenges of a name until `end()`: the most that stood there at once."""

    def __init__(self, lab, name):
        self.wire, self.owner = Wire(lab, "vis1", RELAY), f"_acme-challenge.{name}"
        self.most, self.over = 0, False
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        while not self.over:
            with contextlib.suppress(OSError):  # an answer that is lost is not what this is about
                self.most = max(self.most, len(self.wire.ask(self.owner, TXT)))
            time.sleep(0.05)

    def end(self):
        """(the most at once, what stands there now)"""
        self.over = True
        self.thread.join()
        left = self.wire.ask(self.owner, TXT)
        self.wire.close()
        return self.most, left


class Issuing:
    """For a case with a lab: an authority in it, and the two clients."""

    def start_authority(self):
        folder = self.folder / "authority"
        folder.mkdir()
        certificate(folder, "authority.test", f"subjectAltName=IP:{ADDRESS}")
        self.trusted = folder / "cert.pem"
        self.resolvers = self.folder / "resolv.conf"
        self.resolvers.write_text(f"nameserver {RELAY}\n")
        (folder / "pebble.json").write_text(json.dumps({"pebble": {
            "listenAddress": f"{ADDRESS}:14000", "managementListenAddress": f"{ADDRESS}:15000",
            "certificate": str(self.trusted), "privateKey": str(folder / "key.pem"),
            "httpPort": 5002, "tlsPort": 5001}}))
        self.authority = self.lab.spawn("pebble", AUTHORITY, *self.in_its_world(
            *PEBBLE, "pebble", "-strict", "-config", folder / "pebble.json",
            "-dnsserver", f"{RELAY}:53"))
        self.wait_until(self.root, "the authority's root")

    def in_its_world(self, *words):
        """`words`: for env."""
        return "sh", "-c", IN_ITS_WORLD, self.resolvers, "env", *words

    def root(self):
        """Its certificate, as a file; None: it is not up yet."""
        path = self.folder / "root.pem"
        done = self.lab.run(AUTHORITY, "curl", "-sSf", "-m", 5, "--cacert", self.trusted,
                            "-o", path, ROOT, check=False)
        return path if done.returncode == 0 else None

    def run_client(self, *words, complaint=None):
        """It succeeds, or fails with words that contain `complaint`."""
        done = self.lab.run(CLIENT, *self.in_its_world(*words), check=False, timeout=ISSUE)
        said = done.stdout + done.stderr
        if complaint:
            self.assertNotEqual(done.returncode, 0, said)
            self.assertIn(complaint, said)
        else:
            log = f"{words}: {said}\n--- pebble\n{self.authority.output()[-2000:]}"
            self.assertEqual(done.returncode, 0, log)

    def certbot(self, command, *words, complaint=None, **environment):
        folder = self.folder / "certbot"
        return self.run_client(
            f"REQUESTS_CA_BUNDLE={self.trusted}", *(f"{k}={v}" for k, v in environment.items()),
            "certbot", command, "--non-interactive", *words,
            *(w for kind in ("config", "work", "logs") for w in (f"--{kind}-dir", folder / kind)),
            complaint=complaint)

    def certbot_new(self, names, *words, **rest):
        """The certificate of an order."""
        self.certbot("certonly", "--server", DIRECTORY, "--agree-tos",
                     "--register-unsafely-without-email", "--key-type", "ecdsa",
                     "--cert-name", "one", *self.domains(names), *words, **rest)
        return self.certbot_files()

    def certbot_files(self):
        live = self.folder / "certbot/config/live/one"
        return live / "cert.pem", live / "chain.pem"

    def lego_new(self, names, provider, **environment):
        """Unlike certbot it takes one challenge after the other, and asks for each by itself."""
        fields = {"PROPAGATION_TIMEOUT": 10, "POLLING_INTERVAL": 1, "SEQUENCE_INTERVAL": 1}
        environment |= {f"{provider.upper()}_{name}": value for name, value in fields.items()}
        path = self.folder / "lego"
        self.run_client(f"LEGO_CA_CERTIFICATES={self.trusted}",
                        *(f"{k}={v}" for k, v in environment.items()), "lego", "--path", path,
                        "--server", DIRECTORY, "--accept-tos", "--email", "me@example.net",
                        "--dns", provider, "--dns.resolvers", f"{RELAY}:53",
                        *self.domains(names), "run")
        stem = names[0].replace("*", "_")
        return tuple(path / "certificates" / f"{stem}.{kind}" for kind in ("crt", "issuer.crt"))

    def domains(self, names):
        return [word for name in names for word in ("-d", name)]

    def assert_certified(self, files, names):
        """The authority's root stands behind it, and it is for these names alone."""
        leaf, chain = files
        self.lab.run(CLIENT, "openssl", "verify", "-CAfile", self.root(), "-untrusted", chain, leaf)
        text = self.lab.run(CLIENT, "openssl", "x509", "-in", leaf, "-noout", "-ext",
                            "subjectAltName").stdout
        found = text.strip().split("\n")[-1].replace(" ", "").split(",")
        self.assertEqual(sorted(found), sorted(f"DNS:{name}" for name in names))

    def serial_of(self, leaf):
        return self.lab.run(CLIENT, "openssl", "x509", "-in", leaf, "-noout", "-serial").stdout


@without("pebble", find("pebble"))
@needs()
class ByUpdates(Issuing, DnsCase):
    """The client has a key for DNS updates, and the zone is signed."""

    def setUp(self):
        super().setUp()
        keys = [key_table(key, update=[f"_acme-challenge.{name}"], types=["TXT"])
                for key, name in ((WWW, f"www.{ZONE}"), (APEX, ZONE))]
        alias = f"_acme-challenge.shop CNAME _acme-challenge.www.{ZONE}."
        self.start_dns([self.write_zone(ZONE, ["www A 192.0.2.1", alias], True), *keys,
                        key_table(Key("master-key"), transfer=["*"])])
        self.before = self.without_serial()
        self.start_authority()

    def without_serial(self):
        """The zone but for what each of its serials changes."""
        return [line for line in self.records(ZONE)
                if " SOA " not in line and " RRSIG SOA " not in line]

    def assert_as_before(self):
        self.verify_zone(ZONE)
        kept = {line for line in self.without_serial() if " RRSIG NSEC " not in line}
        self.assertEqual(kept, {line for line in self.before if " RRSIG NSEC " not in line})

    def by_plugin(self, key, names, **rest):
        path = self.folder / f"{key.name}.ini"
        path.write_text(CREDENTIALS.format(server=RELAY, name=key.name, secret=key.secret_text()))
        path.chmod(0o600)
        return self.certbot_new(names, "--dns-rfc2136", "--dns-rfc2136-credentials", path,
                                "--dns-rfc2136-propagation-seconds", PAUSE, **rest)

    def by_lego(self, key, names):
        return self.lego_new(names, "rfc2136", LEGO_EXPERIMENTAL_CNAME_SUPPORT="true",
                             RFC2136_NAMESERVER=RELAY,
                             RFC2136_TSIG_ALGORITHM="hmac-sha256.", RFC2136_TSIG_KEY=key.name,
                             RFC2136_TSIG_SECRET=key.secret_text())

    def try_all(self, by, at_once, *more):
        for key, names in ((WWW, [f"www.{ZONE}"]), (APEX, [ZONE, f"*.{ZONE}"]), *more):
            with self.subTest(names=names):
                values = Values(self.lab, names[0])
                self.assert_certified(by(key, names), names)
                most = len(names) if at_once else 1
                self.assertEqual(values.end(), (most, []))
        self.assert_as_before()

    @needs_plugin
    def test_certbot(self):
        self.try_all(self.by_plugin, True)

    @needs_lego
    def test_lego(self):
        """It also finds the place to which the owner of another name sends the challenges."""
        self.try_all(self.by_lego, False, (WWW, [f"shop.{ZONE}"]))

    @needs_plugin
    def test_a_key_is_for_its_name(self):
        stranger = Key(WWW.name)
        stranger.secret = bytes(32)
        for key, name, why in ((WWW, f"mail.{ZONE}", "server: REFUSED"),
                               (stranger, f"www.{ZONE}", "like the signature we sent")):
            with self.subTest(name=name):
                self.by_plugin(key, [name], complaint=why)
                self.assertFalse(self.certbot_files()[0].exists())
        self.assert_as_before()


@without("pebble", find("pebble"))
class ByTheNameService(Issuing, NameServiceCase):
    """The client has a token of the name service."""

    def setUp(self):
        super().setUp()
        self.start_service(tls=True, sign=True)
        self.name = host("karla")
        self.names = [self.name, f"*.{self.name}"]
        line = self.line(port=443, ca=self.ca)
        self.token = self.account(line, "karla", [self.name])
        self.start_authority()

    def script(self, text):
        path = self.folder / "hook"
        path.write_text(text)
        path.chmod(0o755)
        return path

    def by_hooks(self, add, remove, **rest):
        return self.certbot_new(self.names, "--manual", "--preferred-challenges", "dns",
                                "--manual-auth-hook", add, "--manual-cleanup-hook", remove, **rest)

    @needs_certbot
    def test_certbot(self):
        self.by_hooks("true", "true", complaint="Error retrieving TXT records")
        hook = self.script(HOOK)
        world = {"CA": self.ca, "TOKEN": self.token, "SERVER": RELAY}
        values = Values(self.lab, self.name)
        files = self.by_hooks(f"{hook} add && sleep {PAUSE}", f"{hook} remove", **world)
        self.assertEqual(values.end(), (len(self.names), []))
        self.assert_certified(files, self.names)
        serials = {self.serial_of(files[0])}
        for _ in range(3):  # with what is taken away, more changes than are granted at once
            self.certbot("renew", "--force-renewal", "--no-random-sleep-on-renew", **world)
            self.assertEqual(self.dig(f"_acme-challenge.{self.name}", "TXT"), [])
            self.assert_certified(files, self.names)
            serials.add(self.serial_of(files[0]))
        self.assertEqual(len(serials), 4)

    @needs_lego
    def test_lego(self):
        token = self.folder / "token"
        token.write_text(self.token + "\n")
        token.chmod(0o600)
        values = Values(self.lab, self.name)
        files = self.lego_new(self.names, "exec", EXEC_PATH=self.script(EXEC), HOMEPORT=BINARY,
                              HOMEPORT_NAMES_URL=f"https://{RELAY}",
                              HOMEPORT_NAMES_TOKEN_FILE=token, HOMEPORT_NAMES_CA=self.ca)
        self.assertEqual(values.end(), (1, []))
        self.assert_certified(files, self.names)
