"""ssh -R with its own sshd: unprivileged port, generated keys, the current user."""

import os
import pathlib
import pwd
import subprocess

import loopback
from peer import Door, Peer
from processes import find_program, run, wait_until

CIPHER = "aes128-gcm@openssh.com"
SEPARATION_FOLDER = pathlib.Path("/run/sshd")      # compiled into sshd, wanted only by root

SSHD_CONFIG = """\
Port {port}
ListenAddress 127.0.0.1
HostKey {folder}/host_key
AuthorizedKeysFile {folder}/login_key.pub
PidFile none
UsePAM no
StrictModes no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
AllowTcpForwarding remote
Ciphers {cipher}
"""


class Ssh(Peer):
    name = "ssh"
    row_labels = ("ssh -R aes128-gcm",)
    programs = {"ssh": "openssh-client", "ssh-keygen": "openssh-client", "sshd": "openssh-server"}
    configuration = f"ssh -N -c {CIPHER} -R ..., sshd with UsePAM no, defaults else"

    @classmethod
    def version(cls, settings):
        done = subprocess.run([find_program("ssh"), "-V"], capture_output=True, text=True,
                              timeout=5, check=False)
        return done.stderr.strip()

    def _start(self):
        port = loopback.free_port()
        self._make_keys(port)
        sshd = self._spawn("sshd", self._sshd_command(port))
        wait_until("sshd", lambda: loopback.listens(port), [sshd])
        door = Door("ssh -R aes128-gcm", loopback.free_port(), loopback.free_port())
        self._spawn("ssh", self._ssh_command(port, door))
        self.doors = [door]

    def _make_keys(self, port):
        folder = self.world.folder
        for name in ("host_key", "login_key"):
            run([find_program("ssh-keygen"), "-q", "-t", "ed25519", "-N", "", "-C", "bench",
                 "-f", folder / name], 10)
        public = (folder / "host_key.pub").read_text()
        (folder / "known_hosts").write_text(f"[{loopback.ADDRESS}]:{port} {public}")
        (folder / "sshd_config").write_text(
            SSHD_CONFIG.format(port=port, folder=folder, cipher=CIPHER))

    def _sshd_command(self, port):
        command = [find_program("sshd"), "-D", "-e", "-f", self.world.folder / "sshd_config"]
        if os.geteuid() != 0 or SEPARATION_FOLDER.is_dir():
            return command
        # A root sshd insists on its folder. Give it one that only this process sees.
        script = f'mount -t tmpfs none /run && mkdir -m 755 {SEPARATION_FOLDER} && exec "$@"'
        return ["unshare", "--mount", "sh", "-c", script, "sh", *command]

    def _ssh_command(self, port, door):
        folder, origin = self.world.folder, self.world.origin
        options = [f"UserKnownHostsFile={folder}/known_hosts", "StrictHostKeyChecking=yes",
                   "IdentitiesOnly=yes", "IdentityAgent=none", "BatchMode=yes",
                   "ExitOnForwardFailure=yes"]
        command = [find_program("ssh"), "-F", "none", "-N", "-c", CIPHER, "-p", port,
                   "-i", folder / "login_key", "-l", pwd.getpwuid(os.geteuid()).pw_name]
        for option in options:
            command += ["-o", option]
        for public, target in ((door.http_port, origin.http_port),
                               (door.bulk_port, origin.bulk_port)):
            command += ["-R", f"{loopback.ADDRESS}:{public}:{loopback.ADDRESS}:{target}"]
        return command + [loopback.ADDRESS]
