"""Greylisting as rspamd's module does it: by the body, and by sender, recipients and network. What is known is in redis."""

import hashlib
import ipaddress
import os
import re
import time

OVERRIDE = "/overrides/greylist.conf"
UNITS = {"": 1, "s": 1, "m": 60, "min": 60, "h": 3600, "d": 86400}


def settings(path=OVERRIDE):
    """rspamd's own, and what a person has written over them."""
    found = {"enabled": True, "timeout": 300, "expire": 86400}
    if os.path.exists(path):
        with open(path) as file:
            for name, value in re.findall(r"^\s*(\w+)\s*=\s*\"?(\w+)\"?\s*;?\s*$", file.read(), re.M):
                found[name] = value not in ("false", "no", "off") if name == "enabled" else seconds(value)
    return found


def seconds(text):
    number, unit = re.fullmatch(r"(\d+)([a-z]*)", text).groups()
    return int(number) * UNITS[unit]


class Greylist:
    def __init__(self, redis, timeout=300, expire=86400, now=time.time):
        self.redis, self.timeout, self.expire, self.now = redis, timeout, expire, now

    def puts_off(self, message):
        keys = key("b", message.body[:10240]), key("m", *envelope(message))
        known = [float(each) for each in self.redis("MGET", *keys) if each is not None]
        if not known:
            for each in keys:
                self.redis("SETEX", each, self.expire, int(self.now()))
            return True
        if all(self.now() - each < self.timeout for each in known):
            return True
        for each in keys:
            self.redis("EXPIRE", each, self.expire)
        return False


def envelope(message):
    network = ipaddress.ip_network((message.ip, 19 if "." in message.ip else 64), strict=False)
    return (message.sender or "<>").encode(), *(each.encode() for each in sorted(message.recipients)), str(network).encode()


def key(kind, *parts):
    return f"rg{kind}{hashlib.blake2b(b''.join(parts)).hexdigest()[:20]}"
