"""Whether a name server validates: the answer for example.org has to have the AD flag."""

import os
import re
import socket
import time

from stand_in import say

RD, AD, DO = 0x0100, 0x0020, 0x8000


def query(name, ident):
    labels = b"".join(bytes([len(label)]) + label.encode() for label in name.split("."))
    header = ident + (RD | AD).to_bytes(2, "big") + b"\0\1\0\0\0\0\0\1"
    question = labels + b"\0" + b"\0\1" + b"\0\1"
    edns = b"\0" + (41).to_bytes(2, "big") + (1232).to_bytes(2, "big") + b"\0\0" + DO.to_bytes(2, "big") + b"\0\0"
    return header + question + edns


def validates(server):
    ident = os.urandom(2)
    with socket.socket(socket.AF_INET6 if ":" in server else socket.AF_INET, socket.SOCK_DGRAM) as asking:
        asking.settimeout(5)
        asking.sendto(query("example.org", ident), (server, 53))
        answer = asking.recv(4096)
    flags = int.from_bytes(answer[2:4], "big")
    return answer[:2] == ident and flags & 0x000F == 0 and flags & AD != 0


def name_servers():
    with open("/etc/resolv.conf") as file:
        return re.findall(r"^nameserver\s+(\S+)", file.read(), re.M)


def wait_for_validation():
    for server in name_servers():
        while True:
            try:
                if validates(server):
                    break
                say(f"Your DNS resolver at {server} is not doing DNSSEC validation")
            except OSError as error:
                say(f"Your DNS resolver at {server} does not answer: {error}")
            time.sleep(5)
