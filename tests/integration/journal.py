#!/usr/bin/python3
"""Stand where systemd-journald listens: journal.py SOCKET. Each datagram is printed as a line, its variables between bars."""
import socket
import sys

journal = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
journal.bind(sys.argv[1])
while True:
    print("|" + journal.recv(65536).decode().rstrip("\n").replace("\n", "|") + "|", flush=True)
