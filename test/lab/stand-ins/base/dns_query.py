"""Questions to a name server, as far as Python's own library cannot ask them."""

import os
import re
import socket

RD, AD, DO = 0x0100, 0x0020, 0x8000
A, TXT = 1, 16


class NoAnswer(OSError):
    """A server says that something is wrong, not that there is nothing."""


def name_servers():
    with open("/etc/resolv.conf") as file:
        return re.findall(r"^nameserver\s+(\S+)", file.read(), re.M)


def ask(server, name, kind):
    """The answer as it came."""
    ident = os.urandom(2)
    labels = b"".join(bytes([len(label)]) + label.encode() for label in name.rstrip(".").split("."))
    header = ident + (RD | AD).to_bytes(2, "big") + b"\0\1\0\0\0\0\0\1"
    question = labels + b"\0" + kind.to_bytes(2, "big") + b"\0\1"
    edns = b"\0" + (41).to_bytes(2, "big") + (1232).to_bytes(2, "big") + b"\0\0" + DO.to_bytes(2, "big") + b"\0\0"
    with socket.socket(socket.AF_INET6 if ":" in server else socket.AF_INET, socket.SOCK_DGRAM) as asking:
        asking.settimeout(5)
        asking.sendto(header + question + edns, (server, 53))
        answer = asking.recv(4096)
    if answer[:2] != ident:
        raise NoAnswer("an answer to another question")
    return answer


def flags(answer):
    return int.from_bytes(answer[2:4], "big")


def texts(answer):
    """The TXT records of an answer, each as one text."""
    code = flags(answer) & 0x000F
    if code not in (0, 3):
        raise NoAnswer(f"response code {code}")
    at = after_name(answer, 12) + 4
    found = []
    for _ in range(int.from_bytes(answer[6:8], "big")):
        at = after_name(answer, at)
        kind, length = (int.from_bytes(answer[at + begin : at + begin + 2], "big") for begin in (0, 8))
        data = answer[at + 10 : at + 10 + length]
        at += 10 + length
        if kind == TXT:
            found.append(b"".join(strings(data)).decode("ascii", "replace"))
    return found


def strings(data):
    while data:
        yield data[1 : 1 + data[0]]
        data = data[1 + data[0] :]


def after_name(answer, at):
    while answer[at] != 0:
        if answer[at] >= 0xC0:
            return at + 2
        at += 1 + answer[at]
    return at + 1
