"""FTP at home: its control port and its passive range are opened, proven and named as one."""
import time
import unittest

from dns_case import needs
from direct_case import DirectCase
from ftp_servers import CONTENTS, FIRST, LAST, PASSIVE, PORT, PureFtpd, Vsftpd
from harness import service
from lab import DEV, HOME, WAN

HOST = "ftp.example.net"
NEW_WAN = "203.0.113.6"
HELD = 42005                        # a passive port that another device has
EPSV, PASV = (), ("--disable-epsv", "--no-ftp-skip-pasv-ip")  # to where the server says
LISTINGS = 12                       # so that several ports of the range are used
CHANGED = 10.0                      # seconds from a new address to a server that names it
LONGEST_RETRY = 120                 # seconds that a test waits for


# A server that has just been told another address lets a client down now and then.
AGAIN = ("--retry", 2, "--retry-delay", 1, "--retry-all-errors")


class Ftp:
    """Tests of one server, which is `Server`."""

    def start(self, prove=True, **more):
        self.line()
        self.server = self.Server(self.lab)
        began = self.start_names(self.ftp_service(**more), ports=(str(PORT), PASSIVE))
        if prove:
            self.wait_proven("ftp", since=began, external=PORT)
            took = time.monotonic() - began
            self.wait_answer(HOST, [WAN], 2)
            print(f"      {self.Server.name}: proven {took:.1f} s after the start of the agent")
        return began

    def ftp_service(self, **more):
        if self.Server.login:
            more = {"check_login": self.Server.login, **more}
        return service("ftp", "ftp", f"{HOME}:{PORT}", port=str(PORT), passive=PASSIVE,
                       hosts=[HOST], address_hook=self.server.hook, **more)

    def ftp(self, path, *words, address=WAN, node="vis1"):
        login = ("-u", self.server.login) if self.server.login else ()
        done = self.lab.run(node, "curl", "-sS", "--max-time", 8, *AGAIN, *login,
                            "--resolve",
                            f"{HOST}:{PORT}:{address}", *words, f"ftp://{HOST}/{path}",
                            check=False)
        self.assertEqual(done.returncode, 0, f"{path} {words}: {done.stderr}")
        return done.stdout

    def assert_transfers(self, address):
        """Lists, downloads and uploads, with both ways to ask for a data connection."""
        self.assertEqual(self.short(HOST), [address])
        sent = self.folder / "sent"
        for number, way in enumerate((EPSV, PASV)):
            self.assertIn("hello.txt", self.ftp("", *way, address=address))
            self.assertEqual(self.ftp("hello.txt", *way, address=address), CONTENTS)
            sent.write_text(f"{address} {number} " * 10000)
            name = f"{address}-{number}"
            self.ftp(f"incoming/{name}", *way, "-T", sent, address=address)
            self.assertEqual((self.server.incoming / name).read_text(), sent.read_text())

    def states(self):
        return {row["state"] for row in self.ports() if row["service"] == "ftp"}

    def test_transfers(self):
        self.start()
        self.assertEqual(self.server.hook_calls()[-1:], [f"of the home {WAN}"])
        self.assert_transfers(WAN)
        for _ in range(LISTINGS):
            self.assertIn("hello.txt", self.ftp("", *PASV, node="vis2"))
        self.assertEqual(self.states(), {"mapped"})
        self.assertEqual(len(self.router.mappings()), 1 + LAST - FIRST + 1)
        self.assertEqual(self.agent.terminate(20), 0, self.agent.output()[-2000:])
        self.assertEqual(self.router.mappings(), [])
        self.wait_until(lambda: self.short(HOST) == [], "nobody is there", 2)

    def test_a_new_address(self):
        self.start()
        self.lab.change_wan(NEW_WAN)
        told = self.wait_until(
            lambda: self.server.hook_calls()[-1:] == [f"of the home {NEW_WAN}"], "the hook",
            CHANGED)
        took = told + self.wait_answer(HOST, [NEW_WAN], 30)
        print(f"      {self.Server.name} is told {told:.2f} s after the change, the name answers "
              f"the new address after {took:.2f} s")
        self.assert_transfers(NEW_WAN)
        calls = self.server.hook_calls()
        self.assertEqual(len(calls), len(set(calls)), "once for each address")

    def test_a_port_of_the_range_is_held(self):
        self.line()
        self.server = self.Server(self.lab)
        upnpc = ("upnpc", "-i", "-m", "eth0")
        self.lab.run("dev", *upnpc, "-a", DEV, "8080", str(HELD), "TCP", "3600")
        foreign = self.router.mappings()
        self.assertEqual(len(foreign), 1)
        self.start_names(self.ftp_service(), ports=(str(PORT), PASSIVE))
        self.wait_until(lambda: "failed" in self.states(), "the whole unit fails", 20)
        rows = [row for row in self.ports() if row["service"] == "ftp"]
        self.assertEqual({row["state"] for row in rows}, {"failed"}, rows)
        said = " ".join(row["fault"] + " " + row["detail"] for row in rows)
        self.assertIn(str(HELD), said)
        self.wait_until(lambda: self.router.mappings() == foreign, "nothing of it stays", 5)
        self.assertEqual(self.short(HOST), [])
        again = min(row["retry_s"] for row in rows)  # it says when it tries again
        print(f"      {said[:100]}; again in {again} s")
        self.lab.run("dev", *upnpc, "-d", str(HELD), "TCP")
        if again > LONGEST_RETRY:
            return
        took = self.wait_until(lambda: self.states() == {"mapped"}, "it heals", again + 20)
        print(f"      healed after {took:.1f} s")
        self.wait_answer(HOST, [WAN], 30)
        self.assertIn("hello.txt", self.ftp(""))

    def test_the_server_is_down(self):
        """Open ports are no proof: somebody has to log in and to see a list."""
        self.start()
        self.server.process.kill9()
        self.lab.run("home", "sh", "-c", f"kill $(cat {self.folder}/pure.pid)", check=False)
        took = self.wait_answer(HOST, [], 60)
        print(f"      the name goes {took:.1f} s after the server")


@unittest.skipIf(Vsftpd.missing(), Vsftpd.missing())
@needs("miniupnpd", "turnserver", "curl", "upnpc")
class FtpVsftpd(Ftp, DirectCase):
    Server = Vsftpd


@unittest.skipIf(PureFtpd.missing(), PureFtpd.missing())
@needs("miniupnpd", "turnserver", "curl", "upnpc")
class FtpPureFtpd(Ftp, DirectCase):
    Server = PureFtpd

    def test_a_login_that_is_refused(self):
        began = self.start(prove=False, check_login="visitor:wrong")
        self.wait_until(lambda: self.states() == {"mapped"}, "the router agrees", 20)
        self.wait_until(lambda: "530" in self.port("ftp", PORT).get("detail", ""),
                        "the server's own words", 20)
        self.assertGreater(time.monotonic(), began)
        self.assertEqual(self.short(HOST), [])
