"""A real router for the lab: miniupnpd (UPnP, NAT-PMP, PCP) on its gw, coturn as STUN server.

miniupnpd calls the lab's addresses reserved and maps nothing unless a STUN server shows it one, or
it is told which address it has (`label`: then it lies). Its rules must stand in one table with a
policy of drop: an accept in another table would not beat that.
"""
import pathlib
import sys
import time

import lab as lab_module

STUN = [lab_module.RELAY, "198.51.100.21"]  # RFC 5780 wants two addresses
STUN6 = f"[{lab_module.RELAY6}]:3478"       # in a lab with IPv6
FIREWALL = """
table inet fw {
  chain input   { type filter hook input priority 0; policy drop;
    ct state established,related accept; iifname { "lo", "lan" } accept;
    icmp type echo-request accept; icmpv6 type != { 139, 140 } accept; jump miniupnpd; }
  chain forward { type filter hook forward priority 0; policy drop;
    ct state established,related accept; iifname "lan" accept; jump miniupnpd; }
  chain miniupnpd { }
  chain prerouting  { type nat hook prerouting priority -100; jump prerouting_miniupnpd; }
  chain postrouting { type nat hook postrouting priority 100; jump postrouting_miniupnpd;
    oifname "wan" meta nfproto ipv4 masquerade; }
  chain prerouting_miniupnpd { }
  chain postrouting_miniupnpd { }
}
"""
SETTINGS = """
ext_ifname=wan
listening_ip=lan
enable_natpmp={nat_pmp}
enable_upnp={upnp}
http_port=5000
secure_mode=yes
system_uptime=no
notify_interval=30
min_lifetime=120
max_lifetime=86400
upnp_table_name=fw
upnp_nat_table_name=fw
upnp_forward_chain=miniupnpd
upnp_nat_chain=prerouting_miniupnpd
upnp_nat_postrouting_chain=postrouting_miniupnpd
lease_file={leases}
uuid=863ce894-b1a2-46cc-9c41-f58080f8e13f
{external}
{allow}
deny 0-65535 0.0.0.0/0 0-65535
"""
ALLOW = "allow 21-65535 192.168.1.0/24 21-65535"
CHAINS = ("miniupnpd", "prerouting_miniupnpd", "postrouting_miniupnpd")


def start_stun(lab):
    lab._ip("relay", f"addr add {STUN[1]}/24 dev eth0")
    lab.spawn("turnserver", "relay", "turnserver", "-n", "--no-cli", "--no-auth", "--no-tls",
              "--no-dtls", "--log-file=stdout", "--simple-log", "-L", STUN[0], "-L", STUN[1],
              *["-L", lab_module.RELAY6] * lab.ipv6,
              "-p", "3478", "--alt-listening-port=3479", f"--pidfile={lab.folder}/turn.inner",
              f"--userdb={lab.folder}/turndb")
    time.sleep(1)


class Router:
    """`external`: "stun" (the truth), "label" (a lie), "none" (it knows its address is not public).
    Protocols that are off stay silent; `refuses`: it maps nothing for anybody, which makes it deaf
    for a minute unless UPnP alone is on. The pinholes of IPv6 are there if the lab has IPv6.
    """

    def __init__(self, lab, external="stun", upnp=True, nat_pmp=True, pcp=True, refuses=False):
        self.lab = lab
        lines = {"stun": f"ext_perform_stun=yes\next_stun_host={STUN[0]}\next_stun_port=3478",
                 "label": "ext_ip=11.22.33.44", "none": ""}
        self.config = pathlib.Path(lab.folder) / "miniupnpd.conf"
        self.leases = pathlib.Path(lab.folder) / "upnp.leases"
        self.config.write_text(SETTINGS.format(
            leases=self.leases, external=lines[external], upnp="yes" if upnp else "no",
            nat_pmp="yes" if nat_pmp or pcp else "no", allow="" if refuses else ALLOW))
        self.leases.touch()
        for table in (["ip", "nat_wan"], *[["ip6", "closed"]] * lab.ipv6):
            lab.run("gw", "nft", "delete", "table", *table)
        lab.nft("gw", FIREWALL)
        # One switch is for both protocols; the first byte of a message tells them apart.
        for version, spoken in ((0, nat_pmp), (2, pcp)):
            if not spoken:
                lab.nft("gw", "insert rule inet fw input iifname lan udp dport 5351 "
                              f"@th,64,8 {version} drop\n")
        self.process = None

    def start(self, seconds=20):
        already = len(self.process.output()) if self.process else 0
        self.process = self.lab.spawn("miniupnpd", "gw", "miniupnpd", "-d", "-f", self.config,
                                      "-P", f"{self.lab.folder}/miniupnpd.inner")
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            said = self.process.output()[already:]
            if "HTTP listening" in said or "Listening for NAT-PMP" in said:
                return self
            if not self.process.alive():
                break
            time.sleep(0.05)
        raise RuntimeError(f"miniupnpd did not start: {self.process.output()[-500:]}")

    def stop(self):
        """It is gone, and so is all that it had opened. After start() it begins to count its time
        anew and knows of no mapping; the line, and the connections over it, have stayed."""
        self.process.kill9()
        self.leases.write_text("")
        for chain in CHAINS:
            self.lab.run("gw", "nft", "flush", "chain", "inet", "fw", chain)

    def restart(self):
        """Returns when it listens again."""
        self.stop()
        return self.start()

    def mappings(self):
        """The rules that let somebody in."""
        return self._rules("prerouting_miniupnpd")

    def pinholes(self):
        """Those of IPv6: the destination's address stands at bit 192."""
        return [rule for rule in self._rules("miniupnpd") if "@nh,192,128" in rule]

    def _rules(self, chain):
        rules = self.lab.run("gw", "nft", "list", "chain", "inet", "fw", chain).stdout
        return [line.strip() for line in rules.splitlines() if "dport" in line]


class LittleRouter:
    """A router of few words: NAT-PMP alone (little_router.py), in the place of the other. `says` is
    what it calls its address, an honest one names that of its WAN. `maps`: "yes", "lies" (it agrees
    and does nothing) or "full" (its table is)."""

    def __init__(self, lab, says, maps="yes"):
        self.lab, self.words = lab, (says, maps)
        lab.run("gw", "nft", "delete", "table", "ip", "nat_wan")
        lab.nft("gw", FIREWALL)

    def start(self):
        program = pathlib.Path(__file__).with_name("little_router.py")
        self.process = self.lab.spawn("little_router", "gw", sys.executable, "-B", program,
                                      *self.words)
        while "ready" not in self.process.output():
            if not self.process.alive():
                raise RuntimeError(self.process.output()[-500:])
            time.sleep(0.05)
        return self
