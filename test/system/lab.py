"""An internet in network namespaces: two visitors, a relay, a provider, a home behind its router.

    vis1 198.51.100.10 --+                                            +-- home 192.168.1.10
    vis2 198.51.100.11 --+-- net 198.51.100.1 | 203.0.113.1 -- gw ----+-- dev  192.168.1.11
    relay 198.51.100.20 -+               gw: WAN 203.0.113.5, LAN 192.168.1.1, masquerade

With cgnat=True a node `isp` (WAN 203.0.113.5, customers 100.64.0.1) stands between net and gw;
with upstream="192.168.0" it is a second router of the home, for a change of network. LINES names
the usual kinds: Lab(**LINES["dmz"]). With ipv6=True (plain only) every host has such an address,
the gw lets nothing in by itself:

    net 2001:db8:51::1 (.10, .11, .20 are ::10, ::11, ::20) | 2001:db8:113::1 -- 2001:db8:113::5 gw
    gw 2001:db8:1::1, home 2001:db8:1::10, dev 2001:db8:1::11
Nothing leaves the namespaces. Needs root. A lab is removed by remove(), at exit, and, if its
process was killed, by the next lab that is built.
"""
import atexit
import contextlib
import ctypes
import os
import pathlib
import re
import resource
import shutil
import signal
import socket
import subprocess
import tempfile
import time

RELAY = "198.51.100.20"
VISITORS = {"vis1": "198.51.100.10", "vis2": "198.51.100.11"}
HOME, DEV = "192.168.1.10", "192.168.1.11"
WAN = "203.0.113.5"
WAN_ROUTE = "route replace default via 203.0.113.1"
RELAY6, HOME6, DEV6 = "2001:db8:51::20", "2001:db8:1::10", "2001:db8:1::11"
GW6, WAN6 = "2001:db8:1::1", "2001:db8:113::5"
WAN6_LINES = (f"addr add {WAN6}/64 dev wan nodad", "route replace default via 2001:db8:113::1")
LINES = {
    "plain": {},
    "cgnat": {"cgnat": True},
    "symmetric": {"cgnat": True, "symmetric": True},  # each connection gets a port of its own
    "double": {"cgnat": True, "upstream": "192.168.0"},
    "dmz": {"cgnat": True, "upstream": "192.168.0", "dmz": True},  # all ports go to the gw
}
PREFIX = re.compile(r"^hp(\d+)-")
VISITOR_BUFFER = 1 << 20   # bytes; a large socket buffer would hide a stall from the instruments
HOST_BUFFER = 6 << 20      # bytes; what hosts have by default
LIBC = ctypes.CDLL(None, use_errno=True)

MASQUERADE = """
table ip nat_{wan} {{
  chain post {{ type nat hook postrouting priority 100; oifname "{wan}" masquerade{how}; }}
  chain forward {{ type filter hook forward priority 0; policy drop;
    ct state established,related accept; iifname "{lan}" accept; }}
}}
"""
# All that nobody has asked for goes to one host.
DEFAULT_HOST = """
table ip default_host {{
  chain pre {{ type nat hook prerouting priority -90;
    {but} iifname "wan" dnat to {host}; }}
}}
insert rule {forward} iifname "wan" ct status dnat accept
"""
CLOSED6 = """
table ip6 closed {
  chain forward { type filter hook forward priority 0; policy drop;
    ct state established,related accept; iifname "lan" accept; }
}
"""
STRICT = """
table ip strict {
  chain forward { type filter hook forward priority -5;
    ct state invalid drop; ct state new tcp flags & (fin|syn|rst|ack) != syn drop; }
}
"""


def command(*words, text_in=None, check=True, timeout=60):
    done = subprocess.run(words, input=text_in, text=True, capture_output=True, timeout=timeout)
    if check and done.returncode != 0:
        raise RuntimeError(f"{' '.join(words)}: exit {done.returncode}: {done.stderr.strip()}")
    return done


class Process:
    """A program running in a node; stdout and stderr go to `log`."""

    def __init__(self, name, words, log):
        self.name, self.log = name, log
        with open(log, "ab") as out:
            self.popen = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=out,
                                          stderr=subprocess.STDOUT, start_new_session=True)

    @property
    def pid(self):
        return self.popen.pid

    def alive(self):
        return self.popen.poll() is None

    def kill9(self):
        self.popen.kill()
        self.popen.wait(10)

    def terminate(self, timeout=10):
        """SIGTERM, SIGKILL after `timeout` seconds; the exit status."""
        self.popen.terminate()
        try:
            return self.popen.wait(timeout)
        except subprocess.TimeoutExpired:
            self.kill9()
            return None

    def signal(self, number):
        self.popen.send_signal(number)

    def suspend(self):
        self.signal(signal.SIGSTOP)

    def resume(self):
        self.signal(signal.SIGCONT)

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.pid}/fd"))

    def rss_bytes(self):
        status = pathlib.Path(f"/proc/{self.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+) kB", status).group(1)) * 1024

    def output(self):
        return pathlib.Path(self.log).read_text(errors="replace")


class Lab:
    """One internet; removed at exit unless it is `kept_as` (a prefix for its namespaces)."""

    built = []

    def __init__(self, cgnat=False, kept_as=None, upstream="100.64.0", symmetric=False, dmz=False,
                 ipv6=False):
        assert cgnat or not (symmetric or dmz), "of the router in between"
        assert not (cgnat and ipv6), "not built"
        self.kept = kept_as is not None
        self.prefix = kept_as or f"hp{os.getpid()}-"
        self.cgnat = cgnat
        self.upstream = upstream
        self.symmetric, self.dmz, self.ipv6 = symmetric, dmz, ipv6
        self.wan_node = "isp" if cgnat else "gw"
        self.nodes = ["net", "vis1", "vis2", "relay", "gw", "home", "dev"] + ["isp"] * cgnat
        self.processes = []
        self.own_namespace = os.open("/proc/self/ns/net", os.O_RDONLY)
        self.folder = None

    # Building and removing.

    def build(self):
        if not Lab.built:
            remove_leftovers()
        if not self.kept:
            Lab.built.append(self)
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix=self.prefix))
        self.folder.chmod(0o755)
        command("ip", "-batch", "-",
                text_in="".join(f"netns add {self.prefix}{node}\n" for node in self.nodes))
        self._links()
        self._kernel_settings()
        self.nft(self.wan_node, MASQUERADE.format(wan="wan", lan="cust" if self.cgnat else "lan",
                                                  how=" fully-random" * self.symmetric))
        if self.cgnat:
            self.nft("gw", MASQUERADE.format(wan="wan", lan="lan", how=""))
        if self.dmz:
            self.default_host(f"{self.upstream}.5", "isp")
        if self.ipv6:
            self._ipv6()
        return self

    def _links(self):
        outside = [("vis1", VISITORS["vis1"]), ("vis2", VISITORS["vis2"]), ("relay", RELAY)]
        self._bridge("net", "inet", "198.51.100.1", outside)
        self._bridge("gw", "lan", "192.168.1.1", [("home", HOME), ("dev", DEV)])
        self._pair("net", "access", "203.0.113.1", self.wan_node, "wan", WAN)
        if self.cgnat:
            self._pair("isp", "cust", f"{self.upstream}.1", "gw", "wan", f"{self.upstream}.5")

    def _ip(self, node, *lines):
        command("ip", "-n", self.prefix + node, "-batch", "-", text_in="\n".join(lines) + "\n")

    def _bridge(self, node, bridge, address, hosts):
        """Hosts with one interface each, on a bridge in `node`, which is their way out."""
        lines = ["link set lo up", f"link add {bridge} type bridge mcast_snooping 0",
                 f"link set {bridge} up", f"addr add {address}/24 dev {bridge}"]
        for host, _ in hosts:
            lines += [f"link add p-{host} type veth peer name eth0 netns {self.prefix}{host}",
                      f"link set p-{host} master {bridge}", f"link set p-{host} up"]
        self._ip(node, *lines)
        # Else the rules for what is forwarded also meet what crosses the bridge.
        self.run(node, "sysctl", "-qw", "net.bridge.bridge-nf-call-iptables=0", check=False)
        for host, own in hosts:
            self._ip(host, "link set lo up", "link set eth0 up", f"addr add {own}/24 dev eth0",
                     f"route add default via {address}")

    def _pair(self, upper, upper_if, upper_address, lower, lower_if, lower_address):
        """A line from a provider (`upper`) to its customer."""
        self._ip(upper, f"link add {upper_if} type veth peer name {lower_if} "
                 f"netns {self.prefix}{lower}", f"link set {upper_if} up", "link set lo up",
                 f"addr add {upper_address}/24 dev {upper_if}")
        self._ip(lower, f"link set {lower_if} up", f"addr add {lower_address}/24 dev {lower_if}",
                 f"route add default via {upper_address}", "link set lo up")

    def _ipv6(self):
        for node in ("net", "gw"):
            self.run(node, "sysctl", "-qw", "net.ipv6.conf.all.forwarding=1")
        self._ip("net", "addr add 2001:db8:51::1/64 dev inet nodad",
                 "addr add 2001:db8:113::1/64 dev access nodad",
                 f"route add 2001:db8:1::/64 via {WAN6}")
        self._ip("gw", f"addr add {GW6}/64 dev lan nodad", *WAN6_LINES)
        for host, own, gateway in (("vis1", "2001:db8:51::10", "2001:db8:51::1"),
                                   ("vis2", "2001:db8:51::11", "2001:db8:51::1"),
                                   ("relay", RELAY6, "2001:db8:51::1"),
                                   ("home", HOME6, GW6), ("dev", DEV6, GW6)):
            self._ip(host, f"addr add {own}/64 dev eth0 nodad", f"route add default via {gateway}")
        self.nft("gw", CLOSED6)

    def _kernel_settings(self):
        for node in self.nodes:
            limit = VISITOR_BUFFER if node in VISITORS else HOST_BUFFER
            words = [f"net.ipv4.tcp_rmem=4096 131072 {limit}",
                     f"net.ipv4.tcp_wmem=4096 65536 {limit}"]
            if node in ("net", "gw", "isp"):
                words += ["net.ipv4.ip_forward=1", "net.ipv4.conf.all.promote_secondaries=1",
                          "net.ipv4.icmp_ratelimit=0"]
            self.run(node, "sysctl", "-qw", *words)

    def remove(self):
        """Ends everything in the lab and the lab itself; may be called twice, or by another process
        than the builder's (for a lab that was kept)."""
        for process in self.processes:
            if process.alive():
                process.resume()
                process.popen.kill()
        for process in self.processes:
            process.popen.wait()
        remove_namespaces(self.prefix)
        if self.folder:
            shutil.rmtree(self.folder, ignore_errors=True)
        if self in Lab.built:
            Lab.built.remove(self)

    # Running things.

    def run(self, node, *words, text_in=None, check=True, timeout=60):
        return command("ip", "netns", "exec", self.prefix + node, *map(str, words),
                       text_in=text_in, check=check, timeout=timeout)

    def spawn(self, name, node, *words):
        """Starts a program; the pid is the program's own (`ip netns exec` becomes it)."""
        words = ["ip", "netns", "exec", self.prefix + node, *map(str, words)]
        process = Process(name, words, self.folder / f"{name}.log")
        self.processes.append(process)
        return process

    @contextlib.contextmanager
    def inside(self, node):
        """This thread makes its sockets in `node`; they stay there."""
        target = os.open(f"/run/netns/{self.prefix}{node}", os.O_RDONLY)
        try:
            enter_namespace(target)
            yield
        finally:
            enter_namespace(self.own_namespace)
            os.close(target)

    def connect(self, node, address, port, timeout=10):
        with self.inside(node):
            return socket.create_connection((address, port), timeout)

    def nft(self, node, rules):
        self.run(node, "nft", "-f", "-", text_in=rules)

    # Faults.

    def wan_address(self):
        shown = self.run(self.wan_node, "ip", "-4", "-o", "addr", "show", "dev", "wan").stdout
        found = re.search(r"inet ([\d.]+)/", shown)
        return found.group(1) if found else None

    def change_wan(self, new, gap_seconds=0, flush_conntrack=True):
        """The provider gives the home another address, after a time without any."""
        old, node = self.wan_address(), self.wan_node
        if gap_seconds == 0:
            self._ip(node, f"addr add {new}/24 dev wan", f"addr del {old}/24 dev wan")
        else:
            self._ip(node, f"addr del {old}/24 dev wan")
            time.sleep(gap_seconds)
            self._ip(node, f"addr add {new}/24 dev wan")
        self._ip(node, WAN_ROUTE)
        if flush_conntrack:
            for side in ("--orig-dst", "--reply-dst"):
                self.run(node, "conntrack", "-D", side, old, check=False)

    def wan_down(self, down):
        """The cable between router and provider is out, or in again with the same addresses."""
        lines = ["link set wan down"] if down else ["link set wan up", WAN_ROUTE]
        if self.ipv6 and not down:
            lines += WAN6_LINES
        self._ip(self.wan_node, *lines)

    def block_ports(self, ports, how="drop"):
        """The provider lets nobody in at these TCP ports (or "1-9"), IPv4; none: everywhere again.
        `how` may be "reject with tcp reset"."""
        listed = ", ".join(map(str, ports))
        rule = f'oifname "access" tcp flags & (syn|ack) == syn tcp dport {{ {listed} }} {how};'
        self._fault("blocked", rule if ports else None)

    def default_host(self, host, node="gw"):
        """The router gives this host of its own all that comes in and is mapped to nobody. Call it
        when the rules of the router are there. STUN servers may answer miniupnpd of the gw."""
        tables = self.run(node, "nft", "list", "tables").stdout
        forward = "inet fw forward" if "inet fw" in tables else "ip nat_wan forward"
        but = "udp sport 3478-3479 accept;" if node == "gw" else ""
        self.nft(node, DEFAULT_HOST.format(host=host, forward=forward, but=but))

    def blackhole(self, on):
        """The line between home and world is silent in both directions, or works again."""
        self._fault("hole", "drop;" if on else None)

    def loss(self, percent):
        """Drops packets in both directions; 0 ends it."""
        self._fault("loss", f"numgen random mod 100 < {percent} drop;" if percent else None)

    def reset_links(self, seconds=0.3):
        """Every TCP connection of the home that sends meanwhile is reset, at both its ends."""
        self._fault("cut", "tcp flags & syn == 0 reject with tcp reset;")
        time.sleep(seconds)
        self._fault("cut", None)

    def _fault(self, table, rule):
        """Puts a rule on what passes through `net`, which is the home's traffic only."""
        if rule is None:
            self.run("net", "nft", "delete", "table", "ip", table, check=False)
        else:
            self.nft("net", f"table ip {table} {{\n chain forward {{ type filter hook forward "
                            f"priority 0;\n {rule}\n }}\n}}\n")

    def strict_router(self):
        """The home's router drops packets of TCP connections that it did not see begin: after a
        change of address nobody tells the home that its old connections are dead."""
        self.nft(self.wan_node, STRICT)
        self.run(self.wan_node, "sysctl", "-qw", "net.netfilter.nf_conntrack_tcp_loose=0")

    def open_home(self):
        """A way from the visitors straight to the home, for tests of the instruments alone."""
        self.nft("gw", "insert rule ip nat_wan forward iifname \"wan\" accept\n")
        self._ip("net", f"route add 192.168.1.0/24 via {WAN}")


def enter_namespace(descriptor):
    CLONE_NEWNET = 0x40000000
    if LIBC.setns(descriptor, CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "setns")


def namespaces():
    return [line.split()[0] for line in command("ip", "netns", "list").stdout.splitlines() if line]


def remove_namespaces(prefix):
    for name in namespaces():
        if name.startswith(prefix):
            for pid in command("ip", "netns", "pids", name, check=False).stdout.split():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(int(pid), signal.SIGKILL)
            command("ip", "netns", "del", name, check=False)


def remove_leftovers():
    """Labs whose process is gone: it was killed before it could remove them."""
    for name in [*namespaces(), *os.listdir(tempfile.gettempdir())]:
        owner = PREFIX.match(name)
        if owner and not os.path.exists(f"/proc/{owner.group(1)}"):
            remove_namespaces(owner.group())
            shutil.rmtree(pathlib.Path(tempfile.gettempdir()) / name, ignore_errors=True)


def remove_all():
    for lab in list(Lab.built):
        lab.remove()


def stop(number, frame):
    raise KeyboardInterrupt  # the one exception that unittest does not take for a failed test


def raise_descriptor_limit():
    """Servers of the lab get as many descriptors as this machine allows."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard


DESCRIPTORS = raise_descriptor_limit()
atexit.register(remove_all)
signal.signal(signal.SIGTERM, stop)
