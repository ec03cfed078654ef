"""A real router for the lab: miniupnpd (UPnP, NAT-PMP, PCP) on its gw, coturn as STUN server.

miniupnpd calls the lab's addresses reserved and maps nothing unless a STUN server shows it one, or
it is told which address it has (`label`: then it lies). Its rules must stand in one table with a
policy of drop: an accept in another table would not beat that.
"""
import pathlib
import time

import lab as lab_module

STUN = [lab_module.RELAY, "198.51.100.21"]  # RFC 5780 wants two addresses
FIREWALL = """
table inet fw {
  chain input   { type filter hook input priority 0; policy drop;
    ct state established,related accept; iifname { "lo", "lan" } accept;
    icmp type echo-request accept; jump miniupnpd; }
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
lease_file={folder}/upnp.leases
uuid=863ce894-b1a2-46cc-9c41-f58080f8e13f
{external}
allow 21-65535 192.168.1.0/24 21-65535
deny 0-65535 0.0.0.0/0 0-65535
"""


def start_stun(lab):
    lab._ip("relay", f"addr add {STUN[1]}/24 dev eth0")
    lab.spawn("turnserver", "relay", "turnserver", "-n", "--no-cli", "--no-auth", "--no-tls",
              "--no-dtls", "--log-file=stdout", "--simple-log", "-L", STUN[0], "-L", STUN[1],
              "-p", "3478", "--alt-listening-port=3479", f"--pidfile={lab.folder}/turn.inner",
              f"--userdb={lab.folder}/turndb")
    time.sleep(1)


class Router:
    """`external`: "stun" (the truth), "label" (a lie), "none" (it knows its address is not public).
    """

    def __init__(self, lab, external="stun", upnp=True, nat_pmp=True):
        self.lab = lab
        lines = {"stun": f"ext_perform_stun=yes\next_stun_host={STUN[0]}\next_stun_port=3478",
                 "label": "ext_ip=11.22.33.44", "none": ""}
        self.config = pathlib.Path(lab.folder) / "miniupnpd.conf"
        self.config.write_text(SETTINGS.format(
            folder=lab.folder, external=lines[external], upnp="yes" if upnp else "no",
            nat_pmp="yes" if nat_pmp else "no"))
        (pathlib.Path(lab.folder) / "upnp.leases").touch()
        lab.run("gw", "nft", "delete", "table", "ip", "nat_wan")
        lab.nft("gw", FIREWALL)
        self.process = None

    def start(self, seconds=20):
        self.process = self.lab.spawn("miniupnpd", "gw", "miniupnpd", "-d", "-f", self.config,
                                      "-P", f"{self.lab.folder}/miniupnpd.inner")
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            said = self.process.output()
            if "HTTP listening" in said or "Listening for NAT-PMP" in said:
                return self
            if not self.process.alive():
                break
            time.sleep(0.1)
        raise RuntimeError(f"miniupnpd did not start: {self.process.output()[-500:]}")

    def mappings(self):
        """The rules that let somebody in."""
        rules = self.lab.run("gw", "nft", "list", "chain", "inet", "fw",
                             "prerouting_miniupnpd").stdout
        return [line.strip() for line in rules.splitlines() if "dport" in line]
