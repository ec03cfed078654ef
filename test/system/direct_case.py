"""What tests of the direct path stand on: a home whose router maps ports, a relay that names it."""
import hashlib
import json
import re
import time

from dns_case import HEAD, DnsCase, table
from harness import FILES_HOST, WEB, service, toml
from home import HTTP_PORT, HTTPS_PORT, start_nginx
from lab import HOME, LINES, RELAY, Lab
from name_client import A, Wire
from router import STUN, Router, start_stun

ZONE = "example.net"
RAW_HOST, RAW_PORT = "raw.example.net", 18001
PUBLIC = ["203.0.113.0/24", "198.51.100.0/24", "2001:db8::/32"]
SOON = 20   # seconds from the start of everything to the first proof; tests of speed have their own


def services(direct="auto"):
    """One of each kind that may be visited straight."""
    return (service("web", "http", f"{HOME}:{HTTP_PORT}", hosts=[WEB], direct=direct)
            + service("files", "tls", f"{HOME}:{HTTPS_PORT}", hosts=[FILES_HOST], direct=direct)
            + service("raw", "tcp", f"{HOME}:{HTTP_PORT}", port=str(RAW_PORT), hosts=[RAW_HOST],
                      direct=direct))


class DirectCase(DnsCase):
    """Each test builds the line that it is about."""

    def setUp(self):
        self.lab = self.relay = self.agent = self.router = None

    def tearDown(self):
        super().tearDown()
        if self.agent:
            self.assertNotRegex(self.agent.output(), "Sanitizer|runtime error")

    def line(self, kind="plain", external="stun", ipv6=False, router=Router, **how):
        """`how`: more for the router; router=None: it maps nothing. What was before is removed."""
        if self.lab:
            self.lab.remove()
        self.relay = self.agent = self.router = None
        self.lab = Lab(**LINES[kind], ipv6=ipv6)
        self.addCleanup(self.lab.remove)
        self.lab.build()
        self.folder = self.lab.folder
        self.nginx = start_nginx(self.lab, self.shared_files())
        start_stun(self.lab)
        if router is Router:
            how["external"] = external
        if router:
            self.router = router(self.lab, **how).start()

    def start_names(self, wanted=None, ports=("18000-18099",), relay=(), reach=()):
        """The relay with its zone, and the home's agent; tells when that was started."""
        self.write_relay_settings(dns={"listen": ["0.0.0.0:53"], "addresses": [RELAY],
                                       "rate_limit": 0, "allow_private": True})
        zone = self.folder / "zone"
        zone.write_text(HEAD)
        text = self.relay_settings.read_text() + table("zone", name=ZONE, file=str(zone))
        for name, value in dict(relay).items():
            text = re.sub(f"(?m)^{name} = .*$", f"{name} = {json.dumps(value)}", text, count=1)
        self.relay_settings.write_text(text)
        self.start_relay()
        self.reach = {"public_networks": PUBLIC, "stun": [f"{one}:3478" for one in STUN],
                      **dict(reach)}
        self.agent_settings = self.write_agent_settings(
            toml(reach=self.reach) + (services() if wanted is None else wanted))
        self.agent_settings.chmod(0o600)  # a login may be in it
        self.homeport("home", "join", self.invite(ports=ports), "--config", self.agent_settings)
        began = time.monotonic()
        self.agent = self.start_agent()
        return began

    # What the home knows.

    def ports(self):
        done = self.homeport("home", "ports", "--json", "--config", self.agent_settings,
                             check=False)
        return json.loads(done.stdout)["ports"] if done.returncode == 0 else []

    def port(self, name, external=None, family="IPv4"):
        """The row of a service's port, or {}."""
        rows = (row for row in self.ports() if row["service"] == name
                and row["family"].lower() == family.lower()
                and external in (None, row["external"]))
        return next(rows, {})

    def wait_proven(self, name="web", since=None, timeout=SOON, external=None):
        """The port is open, and that was seen from outside after `since` (monotonic time)."""
        since = time.monotonic() if since is None else since
        def proven():
            row = self.port(name, external)
            age = row.get("proven_s")
            return row.get("state") == "mapped" and age is not None \
                and age <= time.monotonic() - since
        return self.wait_until(proven, f"a proof for {name}", timeout)

    # What the world sees.

    def wait_answer(self, name, wanted, timeout=SOON):
        """Seconds until the name has these addresses."""
        wire = Wire(self.lab, "vis1", RELAY)
        try:
            return self.wait_until(lambda: wire.ask(name, A) == wanted, f"{name} is {wanted}",
                                   timeout)
        finally:
            wire.close()

    def curl(self, url, *words, node="vis1", limit=5):
        """(status or curl's error, the address that answered, SHA-256 of what came)."""
        page = self.folder / "page"
        page.unlink(missing_ok=True)
        done = self.lab.run(node, "curl", "-sk", "--max-time", limit, "-o", page, "-w",
                            "%{response_code} %{remote_ip}", *words, url, check=False)
        status, address = (done.stdout.split(" ") + [""])[:2]
        digest = hashlib.sha256(page.read_bytes()).hexdigest() if page.exists() else ""
        return f"error {done.returncode}" if done.returncode else status, address, digest

    def visit(self, name=WEB, scheme="http", port=80, address=None, node="vis1", **options):
        """One visitor who asks for the name first, as everybody does."""
        address = address or next(iter(self.short(name)), None)
        if address is None:
            return "no address", "", ""
        shown = f"[{address}]" if ":" in address else address
        return self.curl(f"{scheme}://{name}:{port}/small.txt", "--resolve",
                         f"{name}:{port}:{shown}", node=node, **options)

    def assert_visit(self, server, name=WEB, **where):
        """Visitors get the whole page from there."""
        found = self.visit(name, **where)
        self.assertEqual(found, ("200", server, self.shared_files().sha256["/small.txt"]))

    def count_visitors(self):
        """From now on visited() tells how many TCP packets of visitors have come to the relay."""
        self.lab.nft("relay", "table inet seen {\n chain in { type filter hook input priority -300;"
                              "\n meta l4proto tcp tcp dport { 80, 443, 18000-18099 } counter; "
                              "}\n}\n")

    def visited(self):
        shown = self.lab.run("relay", "nft", "list", "chain", "inet", "seen", "in").stdout
        return int(re.search(r"counter packets (\d+)", shown).group(1))
