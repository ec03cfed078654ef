"""Whether the lab's lines and routers are what they are called, without homeport."""
import time

from direct_case import DirectCase
from dns_case import needs
from ftp_servers import SERVERS
from home import HTTP_PORT
from lab import DEV, GW6, HOME, HOME6, RELAY, WAN, WAN6
from router import LittleRouter

HIGH = 18080
SERVE = ("import http.server, socket, sys; s = http.server.ThreadingHTTPServer; "
         "s.address_family = socket.AF_INET6; "
         "s(('::', int(sys.argv[1])), http.server.SimpleHTTPRequestHandler).serve_forever()")


@needs("miniupnpd", "turnserver", "curl", "upnpc", "ncat")
class Lines(DirectCase):
    def upnpc(self, *words, node="home"):
        return self.lab.run(node, "upnpc", "-i", "-m", "eth0", *words, check=False).stdout

    def map(self, outer=HIGH):
        return self.upnpc("-a", HOME, HTTP_PORT, outer, "TCP", 600)

    def seen(self, address=WAN, port=HIGH, **options):
        return self.curl(f"http://{address}:{port}/small.txt", limit=2, **options)[0]

    def test_a_mapping(self):
        self.line()
        self.assertEqual(self.seen(), "error 28")
        self.assertIn("is redirected", self.map())
        self.assertEqual(len(self.router.mappings()), 1)
        self.assertEqual(self.seen(), "200")
        self.router.stop()
        self.assertEqual((self.router.mappings(), self.seen()), ([], "error 28"))
        self.router.start()
        self.assertEqual(self.router.mappings(), [])
        self.map()
        self.assertEqual(self.seen(), "200")
        self.lab.change_wan("203.0.113.6")
        self.assertEqual(self.seen("203.0.113.6"), "200")

    def test_ports_that_the_provider_blocks(self):
        self.line()
        self.map()
        self.map(80)
        self.lab.block_ports([25, 80])
        self.assertEqual((self.seen(port=80), self.seen()), ("error 28", "200"))
        self.lab.block_ports([])
        self.lab.block_ports([80], "reject with tcp reset")
        self.assertEqual(self.seen(port=80), "error 7")
        self.lab.block_ports([])
        self.assertEqual(self.seen(port=80), "200")
        self.lab.wan_down(True)
        self.assertNotEqual(self.seen(), "200")
        self.lab.wan_down(False)
        self.assertEqual(self.seen(), "200")

    def test_default_host(self):
        for host, answers in ((HOME, "200"), (DEV, "error 7")):
            with self.subTest(host):
                self.line()
                self.map()
                self.lab.default_host(host)
                self.assertEqual(self.seen(port=HTTP_PORT), answers)
                self.assertEqual(self.seen(), "200", "what is mapped goes there")

    def test_two_routers(self):
        self.line("dmz", router=LittleRouter, says="192.168.0.5")
        self.natpmp()
        self.assertEqual(self.seen(), "200")
        self.line("double", router=LittleRouter, says="192.168.0.5")
        self.natpmp()
        self.assertEqual(self.seen(), "error 7")

    def natpmp(self):
        """A mapping for an hour, asked for by hand (RFC 6886 section 3.3)."""
        message = bytes([0, 2, 0, 0]) + b"".join(
            number.to_bytes(size, "big") for number, size in ((HTTP_PORT, 2), (HIGH, 2), (3600, 4)))
        sent = "".join(f"\\{byte:03o}" for byte in message)
        self.lab.run("home", "sh", "-c",
                     f"printf '{sent}' | ncat -u -w 1 192.168.1.1 5351", check=False)

    def test_a_provider_that_shares_addresses(self):
        self.line("cgnat", external="none")
        self.assertIn("501", self.map())
        self.assertEqual(self.router.mappings(), [])

    def test_ipv6(self):
        self.line(ipv6=True)
        self.lab.spawn("web6", "home", "python3", "-c", SERVE, 8081)
        url = f"http://[{HOME6}]:8081/"
        self.wait_until(lambda: self.curl(url, limit=1, node="dev")[0] == "200", "a web server")
        self.assertEqual(self.curl(url, limit=2)[0], "error 28")
        for address in (GW6, WAN6):
            self.lab.run("vis1", "ping", "-c", 1, "-W", 1, address)
        self.upnpc("-6", "-A", "", 0, HOME6, 8081, "TCP", 600)
        self.assertEqual(len(self.router.pinholes()), 1)
        self.assertEqual(self.curl(url, limit=2)[0], "200")

    def test_ftp_servers(self):
        """Each lists by itself, and names the address that its hook was told."""
        for server in SERVERS:
            with self.subTest(server.name):
                if server.missing():
                    self.skipTest(server.missing())
                self.line(router=None)
                one = server(self.lab)
                login = ("-u", one.login) if one.login else ()
                def listing(*words):
                    return self.lab.run("dev", "curl", "-sv", "--max-time", 3, *login, *words,
                                        f"ftp://{HOME}/", check=False)
                self.wait_until(lambda: "hello.txt" in listing().stdout, "a list")
                self.lab.run("home", *one.hook, WAN)
                self.assertEqual(one.hook_calls(), [f"of the home {WAN}"])
                time.sleep(0.3)
                self.wait_until(lambda: f"({WAN.replace('.', ',')}," in
                                listing("--disable-epsv", "--no-ftp-skip-pasv-ip").stderr,
                                "the address")

    def test_the_count_of_visitors(self):
        self.line(router=None)
        self.lab.spawn("ncat", "relay", "ncat", "-k", "-l", "443")
        self.count_visitors()
        self.assertEqual(self.visited(), 0)
        self.lab.run("vis1", "ncat", "-z", RELAY, "443", check=False)
        self.assertGreater(self.visited(), 0)
