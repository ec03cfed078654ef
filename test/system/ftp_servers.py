"""FTP servers at home, each with what its owner would have to set, and a hook for its address.

Behind a router a server has to name the home's address in its answer to PASV. The hook, which is
run with that address, tells it: vsftpd reads its settings again, pure-ftpd starts again.
"""
import pathlib
import pwd
import shutil
import time

from dns_case import find
from lab import HOME, command

PORT, FIRST, LAST = 21, 42000, 42010
PASSIVE = f"{FIRST}-{LAST}"
UNPACKED = pathlib.Path(__file__).resolve().parents[2] / "build/unpacked"  # by ./dev setup
PURE_FTPD, PURE_PW = UNPACKED / "usr/sbin/pure-ftpd", UNPACKED / "usr/bin/pure-pw"
CONTENTS = "a file of the home\n"

VSFTPD = """
listen=YES
background=NO
listen_address={home}
listen_port={port}
anonymous_enable=YES
no_anon_password=YES
local_enable=NO
write_enable=YES
anon_upload_enable=YES
anon_umask=022
anon_root={root}
ftp_username=ftp
secure_chroot_dir={root}/empty
seccomp_sandbox=NO
xferlog_enable=NO
pasv_min_port={first}
pasv_max_port={last}
pasv_address={home}
"""
VSFTPD_HOOK = """#!/bin/sh
echo "$@" >>{folder}/hook.calls
sed -i "s/^pasv_address=.*/pasv_address=$2/" {folder}/vsftpd.conf
kill -HUP {pid}
"""
PURE_FTPD_LOOP = """#!/bin/sh
while :; do
    {program} -4 -c 50 -S {home},{port} -p {first}:{last} -P "$(cat {folder}/address)" -E -A -H \\
        -l puredb:{folder}/pure.pdb -g {folder}/pure.pid -O clf:{folder}/pure.transfers
    sleep 0.05
done
"""
PURE_FTPD_HOOK = """#!/bin/sh
echo "$@" >>{folder}/hook.calls
echo "$2" >{folder}/address
kill "$(cat {folder}/pure.pid)"
"""


class FtpServer:
    """`hook` belongs into the settings; hook_calls() are the words it was run with."""

    login = ""  # "user:password"; empty: anonymous

    def __init__(self, lab):
        self.lab, self.folder = lab, pathlib.Path(lab.folder)
        self.root = self.folder / "ftp"
        self.incoming = self.root / "incoming"
        (self.root / "empty").mkdir(parents=True)
        self.incoming.mkdir()
        shutil.chown(self.incoming, "ftp", "ftp")
        (self.root / "hello.txt").write_text(CONTENTS)
        for path in (self.root, self.root / "empty"):
            path.chmod(0o555)  # vsftpd wants that of an anonymous visitor's root
        self.where = {"home": HOME, "port": PORT, "first": FIRST, "last": LAST, "root": self.root,
                      "folder": self.folder, "program": PURE_FTPD}
        self.start()

    def _script(self, name, text, **more):
        path = self.folder / name
        path.write_text(text.format(**self.where, **more))
        path.chmod(0o755)
        return path

    def _await_greeting(self, seconds=10):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                with self.lab.connect("home", HOME, PORT, 2) as sock:
                    if sock.recv(4) == b"220 ":
                        return
            except OSError:
                time.sleep(0.05)
        raise RuntimeError(f"{self.name} does not answer: {self.process.output()[-500:]}")

    def hook_calls(self):
        path = self.folder / "hook.calls"
        return path.read_text().splitlines() if path.exists() else []


class Vsftpd(FtpServer):
    name = "vsftpd"

    @staticmethod
    def missing():
        return "" if find("vsftpd") else "vsftpd is not installed (./dev setup)"

    def start(self):
        settings = self._script("vsftpd.conf", VSFTPD)
        settings.chmod(0o644)
        self.process = self.lab.spawn("vsftpd", "home", "vsftpd", settings)
        self.hook = [str(self._script("hook", VSFTPD_HOOK, pid=self.process.pid)), "of the home"]
        self._await_greeting()  # before that a HUP would be its end


class PureFtpd(FtpServer):
    name, login = "pure-ftpd", "visitor:correct horse"

    @staticmethod
    def missing():
        return "" if PURE_FTPD.exists() else "pure-ftpd is not unpacked (./dev setup)"

    def start(self):
        user, password = self.login.split(":")
        # The hash that pure-pw makes by itself takes seconds to check.
        secret = command("openssl", "passwd", "-6", password).stdout.strip()
        ftp = pwd.getpwnam("ftp")
        users = self.folder / "pure.users"
        users.write_text(f"{user}:{secret}:{ftp.pw_uid}:{ftp.pw_gid}::{self.root}/./" + ":" * 12
                         + "\n")
        command(str(PURE_PW), "mkdb", f"{self.folder}/pure.pdb", "-f", str(users))
        (self.folder / "address").write_text(HOME + "\n")
        self.process = self.lab.spawn("pure-ftpd", "home", "sh",
                                      self._script("pure-ftpd.loop", PURE_FTPD_LOOP))
        self.hook = [str(self._script("hook", PURE_FTPD_HOOK)), "of the home"]


SERVERS = (Vsftpd, PureFtpd)
