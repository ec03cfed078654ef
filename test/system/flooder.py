#!/usr/bin/env python3
"""flooder.py ADDRESS SECONDS FILE: sends the questions of FILE to port 53 round and round, as fast
as it can and without looking at answers, as a forger would; prints how many. A line of FILE is a
message in hexadecimal digits."""
import pathlib
import socket
import sys
import time

address, seconds, file = sys.argv[1], float(sys.argv[2]), pathlib.Path(sys.argv[3])
messages = [bytes.fromhex(line) for line in file.read_text().split()]
line = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)     # what comes back is dropped
line.connect((address, 53))
line.setblocking(False)
send, sent, end = line.send, 0, time.monotonic() + seconds
while time.monotonic() < end:
    for message in messages:
        try:
            send(message)
        except OSError:     # no room, or refused: the next one
            continue
        sent += 1
print(sent)
