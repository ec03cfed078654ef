"""The four servers: homeport, and stock knotd, nsd and named, each on a port of 127.0.0.1 with its
settings and files in a folder of its own, in the foreground, without root's help."""
import contextlib
import json
import pathlib
import random
import socket
import sys

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "bench"))

import packets  # noqa: E402
from processes import Child, Failure, find_program, stop_all, wait_until  # noqa: E402
from zones import lower  # noqa: E402

ADDRESS = "127.0.0.1"
LOWEST_PORT, HIGHEST_PORT = 11_000, 32_000
MOST_TRIES = 200
START_SECONDS = 20
UDP_BYTES = 1232
PROGRAMS = {"knot": "knotd", "nsd": "nsd", "named": "named"}
PACKAGES = {"knot": "knot", "nsd": "nsd", "named": "bind9"}

HOMEPORT = """
[relay]
state_dir = {state}
listen = ["127.0.0.1:{agents}"]
public_address = "127.0.0.1:{agents}"
control = {control}

[dns]
listen = ["127.0.0.1:{port}"]
workers = 1
udp_bytes = {udp_bytes}
rate_limit = 0
"""
HOMEPORT_ZONE = "\n[[zone]]\nname = {name}\nfile = {file}\n"

KNOT = """
server:
  rundir: "{folder}"
  listen: 127.0.0.1@{port}
  udp-workers: 1
  tcp-workers: 1
  background-workers: 1
  udp-max-payload: {udp_bytes}
log:
  - target: stderr
    any: warning
database:
  storage: "{folder}"
control:
  listen: "{folder}/knot.sock"
template:
  - id: default
    storage: "{folder}"
    zonefile-sync: -1
    journal-content: none
    semantic-checks: off
zone:
"""
KNOT_ZONE = '  - domain: "{name}"\n    file: "{file}"\n'

NSD = """
server:
  ip-address: 127.0.0.1@{port}
  server-count: 1
  username: ""
  zonesdir: "{folder}"
  database: ""
  pidfile: "{folder}/nsd.pid"
  xfrdfile: "{folder}/xfrd.state"
  xfrdir: "{folder}"
  zonelistfile: "{folder}/zone.list"
  ipv4-edns-size: {udp_bytes}
  minimal-responses: yes
  refuse-any: no
  rrl-ratelimit: 0
  rrl-whitelist-ratelimit: 0
  hide-version: yes
remote-control:
  control-enable: no
"""
NSD_ZONE = 'zone:\n  name: "{name}"\n  zonefile: "{file}"\n'

NAMED = """
options {{
  directory "{folder}";
  listen-on port {port} {{ 127.0.0.1; }};
  listen-on-v6 {{ none; }};
  pid-file none;
  session-keyfile "{folder}/session.key";
  managed-keys-directory "{folder}";
  recursion no;
  allow-query {{ any; }};
  allow-transfer {{ none; }};
  allow-update {{ none; }};
  notify no;
  dnssec-validation no;
  empty-zones-enable no;
  minimal-responses yes;
  minimal-any yes;
  edns-udp-size {udp_bytes};
  max-udp-size {udp_bytes};
  nocookie-udp-size {udp_bytes};
  check-integrity no;
  zero-no-soa-ttl no;
  max-records-per-type 0; max-types-per-name 0;
  version none; hostname none; server-id none;
}};
controls {{ }};
"""
NAMED_ZONE = ('zone "{name}" {{ type master; file "{file}"; check-names ignore; check-mx ignore; '
              'masterfile-format text; }};\n')


def missing_programs():
    """{program: package} of what is not installed."""
    return {program: PACKAGES[name] for name, program in PROGRAMS.items()
            if find_program(program) is None}


def free_port():
    """For UDP and TCP, below the range the kernel uses for outgoing connections."""
    for _ in range(MOST_TRIES):
        port = random.randrange(LOWEST_PORT, HIGHEST_PORT)
        with contextlib.suppress(OSError), \
                socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp, \
                socket.socket(socket.AF_INET, socket.SOCK_STREAM) as tcp:
            udp.bind((ADDRESS, port))
            tcp.bind((ADDRESS, port))
            return port
    raise Failure("no free port on 127.0.0.1")


class Servers:
    """All of them over one world. `ports` is in the order in which they are asked."""

    def __init__(self, folder, world, homeport):
        self.folder, self.world, self.homeport = folder, world, homeport
        self.ports, self.children = {}, []

    def __enter__(self):
        try:
            self._start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        stop_all(self.children)

    def require_running(self):
        for child in self.children:
            child.require_running()

    def _start(self):
        files = self._write_zones()
        self._start_homeport(files)
        texts = {"knot": (KNOT, KNOT_ZONE), "nsd": (NSD, NSD_ZONE), "named": (NAMED, NAMED_ZONE)}
        options = {"knot": ["-c"], "nsd": ["-d", "-c"], "named": ["-g", "-n", "1", "-c"]}
        for name, (text, zone_text) in texts.items():
            folder = self._folder(name)
            fields = {"folder": folder, "port": self._port(name), "udp_bytes": UDP_BYTES}
            text = text.format(**fields) + "".join(
                zone_text.format(name=zone, file=file) for zone, file in files)
            settings = folder / f"{name}.conf"
            settings.write_text(text)
            program = find_program(PROGRAMS[name])
            self.children.append(Child(name, [program, *options[name], settings],
                                       folder / "log"))
        for name in self.ports:
            wait_until(name, lambda: self._serves_all(name), self.children, START_SECONDS)

    def _folder(self, name):
        folder = self.folder / name
        folder.mkdir(mode=0o700)
        return folder

    def _port(self, name):
        self.ports[name] = free_port()
        return self.ports[name]

    def _write_zones(self):
        files = []
        for number, zone in enumerate(self.world.zones):
            path = self.folder / f"{number}.zone"
            path.write_text("\n".join(zone.lines()) + "\n")
            files.append((packets.name_text(zone.apex), path))
        return files

    def _start_homeport(self, files):
        folder = self._folder("homeport")
        text = HOMEPORT.format(state=json.dumps(str(folder / "state")), agents=free_port(),
                               control=json.dumps(str(folder / "control.sock")),
                               port=self._port("homeport"), udp_bytes=UDP_BYTES)
        text += "".join(HOMEPORT_ZONE.format(name=json.dumps(zone), file=json.dumps(str(file)))
                        for zone, file in files)
        settings = folder / "relay.toml"
        settings.write_text(text)
        settings.chmod(0o600)
        self.children.append(Child("homeport", [self.homeport, "relay", "--config", settings],
                                   folder / "log"))

    def _serves_all(self, name):
        apexes = [lower(zone.apex) for zone in self.world.zones]
        return all(self._serves(self.ports[name], apex) for apex in apexes)

    @staticmethod
    def _serves(port, apex):
        asked = packets.question(packets.wire(apex), packets.SOA)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.settimeout(0.5)
            sock.connect((ADDRESS, port))
            try:
                sock.send(packets.header(7) + asked)
                answer = packets.read(sock.recv(4096))
            except (OSError, packets.Broken):
                return False
        return answer.rcode == packets.NOERROR and bool(answer.sections[0] or answer.truncated)

    def server_cookie(self):
        """What homeport gives to us as the server's part of a cookie."""
        asked = packets.question(b"\0", packets.SOA)
        options = packets.option(packets.COOKIE, packets.CLIENT_COOKIE)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.settimeout(5)
            sock.connect((ADDRESS, self.ports["homeport"]))
            sock.send(packets.header(7, 0, (1, 0, 0, 1)) + asked
                      + packets.opt_record(options=options))
            answer = packets.read(sock.recv(4096))
        return answer.opt[4][packets.COOKIE][len(packets.CLIENT_COOKIE):]
