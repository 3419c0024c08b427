#!/usr/bin/python3
"""The milter. A process of its own: libmilter keeps SIGTERM to itself, and waits for Postfix to hang up."""

import ipaddress
import os
import socket
import struct
from email.utils import parseaddr

import dns_query
import Milter
from greylist import Greylist, settings
from score import GREYLIST, HEADER, Message, points, symbols
from stand_in import address, say, subnets
from store import Failed, Redis


class Dns:
    @staticmethod
    def texts(name):
        return dns_query.texts(dns_query.ask(dns_query.name_servers()[0], name, dns_query.TXT))

    @staticmethod
    def addresses(name):
        return [each[4][0] for each in socket.getaddrinfo(name, None, socket.AF_INET, socket.SOCK_STREAM)]


def is_local(ip):
    """Such as Docker's own network: whoever is in there is asked nothing."""
    trusted = ["127.0.0.0/8", "::1/128", *subnets().split(), *os.environ.get("RELAYNETS", "").split(",")]
    return any(ipaddress.ip_address(ip) in ipaddress.ip_network(each, strict=False) for each in trusted if each)


#: Those that had an address when rspamd read its configuration.
SERVERS = os.environ.get("SERVERS", "").split(",")


def virus(data):
    """Whether there is one (conf/antivirus.conf); None: the scanner does not answer (CLAM_VIRUS_FAIL)."""
    try:
        with socket.create_connection((address("antivirus").split(":")[0], 3310), timeout=5) as connection:
            connection.sendall(b"zINSTREAM\0" + struct.pack("!I", len(data)) + data + struct.pack("!I", 0))
            return b"FOUND" in connection.makefile("rb").read()
    except OSError as error:
        say(f"CLAM_VIRUS_FAIL: {error}")
        return None


class Judge(Milter.Base):
    def connect(self, name, family, peer):
        self.ip = peer[0] if isinstance(peer, tuple) else "127.0.0.1"
        self.name = None if name.startswith(("[", "unknown")) else name
        return Milter.CONTINUE

    def hello(self, name):
        self.helo = name
        return Milter.CONTINUE

    def envfrom(self, sender, *_):
        self.sender, self.recipients, self.header_from, self.content = sender.strip("<>"), [], "", []
        self.is_user = bool(self.getsymval("{auth_authen}"))
        return Milter.CONTINUE

    def envrcpt(self, recipient, *_):
        self.recipients.append(recipient.strip("<>"))
        return Milter.CONTINUE

    def header(self, name, value):
        if name.lower() == "from":
            self.header_from = parseaddr(value)[1].rpartition("@")[2].lower()
        return Milter.CONTINUE

    def body(self, part):
        self.content.append(part)
        return Milter.CONTINUE

    def eom(self):
        if "antivirus" in SERVERS:
            found = virus(b"".join(self.content))
            # conf/force_actions.conf
            if found is None:
                self.setreply("451", "4.7.1", "Please retry later (anti-virus/oletools not ready)")
                return Milter.TEMPFAIL
            if found:
                self.setreply("554", "5.7.1", "Rejected (dangerous/malicious code detected)")
                return Milter.REJECT
        if self.is_user or is_local(self.ip):
            return self.accept(0)
        message = Message(
            self.ip, self.name, self.helo, self.sender, self.recipients, self.header_from, b"".join(self.content)
        )
        found = symbols(message, Dns)
        score = points(found)
        late = score >= GREYLIST and self.puts_off(message)
        say(f"{self.ip} [{score}] {' '.join(sorted(found))}{' greylisted' if late else ''}")
        if not late:
            return self.accept(score)
        self.setreply("451", "4.7.1", "Try again later")
        return Milter.TEMPFAIL

    def puts_off(self, message):
        wanted = settings()
        if not wanted["enabled"] or "redis" not in SERVERS:
            return False
        try:
            return Greylist(Redis(address("redis")), wanted["timeout"], wanted["expire"]).puts_off(message)
        except (OSError, Failed) as error:
            say(f"got error while getting greylisting keys: {error}")
            return False

    def accept(self, score):
        self.addheader("X-Spamd-Bar", "+" * int(score) or "/")
        self.addheader("X-Spam-Level", "*" * int(score))
        if score >= HEADER:
            self.addheader("X-Spam", "Yes")
        return Milter.ACCEPT


if __name__ == "__main__":
    Milter.factory = Judge
    Milter.set_flags(Milter.ADDHDRS)
    Milter.runmilter("stand-in", "inet:11332@0.0.0.0", 240)
