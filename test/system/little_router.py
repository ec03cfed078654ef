"""A home router that speaks NAT-PMP alone (RFC 6886): little_router.py ADDRESS yes|lies|full."""
import socket
import struct
import subprocess
import sys
import time

TRANSPORTS = {1: "udp", 2: "tcp"}
OUT_OF_RESOURCES = 4
began = time.monotonic()


def epoch():
    return int(time.monotonic() - began)


def show(mappings):
    """The rules of the firewall are exactly these."""
    text = "".join(
        f'add rule inet fw prerouting_miniupnpd iifname "wan" {transport} dport {outer} '
        f"dnat ip to {host}:{inner}\n"
        f"add rule inet fw miniupnpd ip daddr {host} {transport} dport {inner} accept\n"
        for (transport, host, inner), outer in mappings.items())
    subprocess.run(["nft", "-f", "-"], check=True, text=True, input=(
        "flush chain inet fw prerouting_miniupnpd\nflush chain inet fw miniupnpd\n" + text))


def map_port(message, host, maps, mappings):
    """Section 3.3. Whoever asked first keeps the port; the next ones get those above it."""
    inner, wished, lifetime = struct.unpack("!HHI", message[4:12])
    key = (TRANSPORTS[message[1]], host, inner)
    result, outer = 0, 0
    if lifetime == 0:
        for known in list(mappings):  # section 3.4: port 0 means all of the host
            if known == key or (inner == 0 and known[:2] == key[:2]):
                del mappings[known]
    elif maps == "full":
        result = OUT_OF_RESOURCES
    else:
        taken = {port for (kind, *_), port in mappings.items() if kind == key[0]}
        free = (port for port in range(wished or inner, 65536) if port not in taken)
        outer = mappings[key] = mappings.get(key) or next(free)
    if maps == "yes":
        show(mappings)
    return struct.pack("!BBHIHHI", 0, 128 + message[1], result, epoch(), inner, outer,
                       0 if result else lifetime)


def answer(message, host, address, maps, mappings):
    if len(message) < 2:
        return None
    if message[0] != 0:
        return struct.pack("!BBHI", 0, 128, 1, epoch())  # section 3.5: another version, PCP
    if message[1] == 0:
        return struct.pack("!BBHI", 0, 128, 0, epoch()) + socket.inet_aton(address)
    if message[1] in TRANSPORTS and len(message) == 12:
        return map_port(message, host, maps, mappings)
    return None


def main(address, maps):
    mappings = {}
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.bind(("192.168.1.1", 5351))
    print("ready", flush=True)
    while True:
        message, source = sock.recvfrom(1500)
        if reply := answer(message, source[0], address, maps, mappings):
            sock.sendto(reply, source)


main(*sys.argv[1:])
