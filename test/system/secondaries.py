"""Stock name servers that fetch zones from the lab's relay: knotd, nsd and named, each in a node of
its own, with its files in a folder of the lab and everything it says in its log."""
import pathlib
import re

from dns_case import find
from lab import RELAY, VISITORS

# Server: node, its address there, its program.
PLACES = {"knot": ("vis1", VISITORS["vis1"], "knotd"),
          "named": ("vis2", VISITORS["vis2"], "named"),
          "nsd": ("net", "198.51.100.1", "nsd")}
NETWORK = "198.51.100.0/24"

KNOT = """
server:
  rundir: "{folder}"
  listen: {address}@53
  udp-workers: 1
  tcp-workers: 1
  background-workers: 1
log:
  - target: stderr
    any: info
database:
  storage: "{folder}"
control:
  listen: "{folder}/knot.sock"
key:
  - id: {key}
    algorithm: hmac-sha256
    secret: {secret}
remote:
  - id: primary
    address: {primary}@53
    key: {key}
acl:
  - id: told
    address: {primary}
    key: {key}
    action: notify
  - id: anybody
    address: {network}
    action: transfer
template:
  - id: default
    storage: "{folder}"
    zonefile-sync: -1
    zonefile-load: none
    journal-content: all
    master: primary
    acl: [told, anybody]
"""
KNOT_ZONES = "zone:\n"
KNOT_ZONE = '  - domain: "{zone}"\n'
KNOT_SIGNED = "    dnssec-validation: on\n"   # what does not verify is not taken
KNOT_CATALOG = "    catalog-role: interpret\n    catalog-template: default\n"

NSD = """
server:
  ip-address: {address}
  server-count: 1
  username: ""
  zonesdir: "{folder}"
  database: ""
  pidfile: "{folder}/nsd.pid"
  xfrdfile: "{folder}/xfrd.state"
  xfrdir: "{folder}"
  zonelistfile: "{folder}/zone.list"
  xfrd-reload-timeout: 0
  verbosity: 3
remote-control:
  control-enable: no
key:
  name: {key}
  algorithm: hmac-sha256
  secret: {secret}
"""
NSD_ZONE = """
zone:
  name: {zone}
  zonefile: "{zone}"
  request-xfr: {primary} {key}
  allow-notify: {primary} {key}
  provide-xfr: {network} NOKEY
"""

NAMED = """
key {key} {{ algorithm hmac-sha256; secret "{secret}"; }};
options {{
  directory "{folder}";
  listen-on {{ {address}; }};
  listen-on-v6 {{ none; }};
  pid-file none;
  session-keyfile "{folder}/session.key";
  managed-keys-directory "{folder}";
  recursion no;
  allow-query {{ any; }};
  allow-transfer {{ any; }};
  notify no;
  dnssec-validation no;
  empty-zones-enable no;
  masterfile-format text;
  max-records-per-type 0;
  max-types-per-name 0;
  {catalogs}
}};
controls {{ }};
logging {{
  channel everything {{ stderr; severity debug 3; print-time yes; print-category yes; }};
  category default {{ everything; }};
}};
"""
NAMED_ZONE = """
zone "{zone}" {{ type secondary; primaries {{ {primary} key {key}; }}; file "{zone}"; }};
"""
NAMED_CATALOG = ('catalog-zones {{ zone "{zone}" default-primaries {{ {primary} key {key}; }} '
                 "in-memory yes min-update-interval 1s; }};")


class Server:
    """One of PLACES, serving `zones` (name: whether it is signed) and what `catalog` lists. `key`
    is what it shares with the relay."""

    def __init__(self, lab, name, key, zones, catalog=None):
        self.lab, self.name, self.key, self.zones = lab, name, key, zones
        self.catalog = catalog
        self.node, self.address, self.program = PLACES[name]
        self.folder = pathlib.Path(lab.folder) / name
        self.folder.mkdir(mode=0o700)
        self.process = None

    def start(self):
        settings = self.folder / "conf"
        settings.write_text(self.settings())
        options = {"knot": ["-c"], "nsd": ["-d", "-c"], "named": ["-f", "-n", "1", "-c"]}
        self.process = self.lab.spawn(self.name, self.node, find(self.program),
                                      *options[self.name], settings)
        return self

    def settings(self):
        fields = {"folder": self.folder, "address": self.address, "primary": RELAY,
                  "key": self.key.name, "secret": self.key.secret_text(), "network": NETWORK}
        catalogs = NAMED_CATALOG.format(zone=self.catalog, **fields) if self.catalog else ""
        head, zone_text = {"knot": (KNOT + KNOT_ZONES, KNOT_ZONE), "nsd": (NSD, NSD_ZONE),
                           "named": (NAMED, NAMED_ZONE)}[self.name]
        text = head.format(catalogs=catalogs, **fields)
        zones = self.zones | ({self.catalog: False} if self.catalog else {})
        for zone, signed in zones.items():
            text += zone_text.format(zone=zone, **fields)
            if self.name == "knot":
                text += KNOT_SIGNED * signed + KNOT_CATALOG * (zone == self.catalog)
        return text

    def said(self, pattern):
        """Lines of its log."""
        return [line for line in self.process.output().splitlines() if re.search(pattern, line)]
