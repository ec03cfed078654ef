"""Two stunnels back to back: TLS 1.3 between them. Forwards, does not reverse."""

import subprocess

import loopback
from peer import Door, Peer
from processes import find_program, wait_until

COMMON = """\
foreground = yes
pid =
syslog = no
debug = err
sslVersionMin = TLSv1.3
"""

SERVICE = """\
[{name}]
accept = 127.0.0.1:{accept}
connect = 127.0.0.1:{connect}
"""


class Stunnel(Peer):
    name = "stunnel"
    row_labels = ("stunnel pair",)
    programs = {"stunnel": "stunnel4", "openssl": "openssl"}
    configuration = "TLS 1.3, P-256 certificate, log level err, defaults else; not a reverse tunnel"

    @classmethod
    def version(cls, settings):
        done = subprocess.run([find_program("stunnel"), "-version"], capture_output=True,
                              text=True, timeout=5, check=False)
        words = (done.stderr or done.stdout).split()
        return " ".join(words[words.index("stunnel"):][:2]) if "stunnel" in words else "stunnel"

    def _start(self):
        folder, origin = self.world.folder, self.world.origin
        self._make_certificate()
        door = Door("stunnel pair", loopback.free_port(), loopback.free_port())
        inner = {"http": loopback.free_port(), "bulk": loopback.free_port()}
        identity = f"cert = {folder}/cert.pem\nkey = {folder}/key.pem\n"
        server = self._stunnel("stunnel-server", identity, [
            ("http", inner["http"], origin.http_port), ("bulk", inner["bulk"], origin.bulk_port)])
        wait_until("stunnel-server", lambda: loopback.listens(inner["http"]), [server])
        self._stunnel("stunnel-client", "client = yes\n", [
            ("http", door.http_port, inner["http"]), ("bulk", door.bulk_port, inner["bulk"])])
        self.doors = [door]

    def _stunnel(self, name, role, services):
        config = self.world.folder / f"{name}.conf"
        config.write_text(COMMON + role + "".join(
            SERVICE.format(name=service, accept=accept, connect=connect)
            for service, accept, connect in services))
        return self._spawn(name, [find_program("stunnel"), config])
