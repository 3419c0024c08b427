"""Redis, by its own protocol: one connection for each command is enough here."""

import socket


class Failed(Exception):
    """What redis has said instead of an answer."""


class Redis:
    def __init__(self, host, database=0, port=6379):
        self.host, self.database, self.port = host, database, port

    def __call__(self, *words):
        with socket.create_connection((self.host, self.port), timeout=5) as connection:
            connection.sendall(encoded(("SELECT", self.database)) + encoded(words))
            lines = connection.makefile("rb")
            read(lines)
            return read(lines)


def encoded(words):
    parts = [str(word).encode() for word in words]
    return b"*%d\r\n" % len(parts) + b"".join(b"$%d\r\n%s\r\n" % (len(part), part) for part in parts)


def read(lines):
    line = lines.readline()
    kind, rest = line[:1], line[1:].strip()
    if kind == b"+":
        return rest.decode()
    if kind == b":":
        return int(rest)
    if kind == b"$":
        if int(rest) < 0:
            return None
        return lines.read(int(rest) + 2)[:-2].decode()
    if kind == b"*":
        return [read(lines) for _ in range(int(rest))]
    raise Failed(rest.decode() or "redis has hung up")
