"""
How often a network and an account may fail to log in. What is counted is in redis, under the names that Mailu's library
uses.
"""

import hashlib
import hmac
import ipaddress
import os
import time

SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400, "month": 2592000, "year": 31104000}


class Limit:
    """Such as 5/hour."""

    def __init__(self, text):
        amount, _, self.unit = text.replace(" ", "").partition("/")
        self.amount, self.unit = int(amount), self.unit.removesuffix("s")
        self.seconds = SECONDS[self.unit]


class Limiter:
    def __init__(self, redis, env=os.environ, now=time.time):
        self.redis, self.now = redis, now
        self.by_network = Limit(env.get("AUTH_RATELIMIT_IP", "5/hour"))
        self.by_user = Limit(env.get("AUTH_RATELIMIT_USER", "50/day"))
        self.masks = {4: int(env.get("AUTH_RATELIMIT_IP_V4_MASK", 24)), 6: int(env.get("AUTH_RATELIMIT_IP_V6_MASK", 48))}
        self.exemption = int(env.get("AUTH_RATELIMIT_EXEMPTION_LENGTH", 86400))
        ranges = env.get("AUTH_RATELIMIT_EXEMPTION", "").split(",")
        self.exempted = [ipaddress.ip_network(each.strip(), strict=False) for each in ranges if each.strip()]

    def exempt(self, ip):
        """Whoever has logged in once from an address may fail there as often as they like."""
        self.count(f"exempt-{ip}", self.exemption)

    def refuses_network(self, ip):
        return self.is_subject(ip) and self.is_full(self.by_network, "auth-ip", self.network(ip))

    def refuses_user(self, user, ip):
        return self.is_subject(ip) and self.is_full(self.by_user, "auth-user", user)

    def note_network(self, ip, user=None):
        """One account counts once, and nobody in particular each time."""
        if not self.is_subject(ip):
            return
        once = f"dedup-{self.network(ip)}-{user}"
        if user and self.counted(once) > 0:
            return
        self.count(once, self.by_network.seconds)
        self.hit(self.by_network, "auth-ip", self.network(ip))

    def note_user(self, user, ip, password=""):
        if not self.is_subject(ip):
            return
        digest = hmac.new(user.encode(), password.encode(), hashlib.sha256).hexdigest()[-6:]
        once = f"dedup2-{user}-{digest}"
        if password and self.counted(once) > 0:
            return
        self.count(once, self.by_user.seconds)
        self.hit(self.by_user, "auth-user", user)
        self.note_network(ip, user)

    def is_subject(self, ip):
        address = ipaddress.ip_address(ip)
        return not any(address in each for each in self.exempted) and self.counted(f"exempt-{ip}") == 0

    def network(self, ip):
        address = ipaddress.ip_address(ip)
        return str(ipaddress.ip_network((address, self.masks[address.version]), strict=False).network_address)

    def counted(self, key):
        return int(self.redis("GET", f"LIMITS:{key}") or 0)

    def count(self, key, seconds):
        self.redis("INCR", f"LIMITS:{key}")
        self.redis("EXPIRE", f"LIMITS:{key}", seconds)

    def times(self, limit, key):
        begin = int(self.now() - limit.seconds)
        return [each for each in self.redis("LRANGE", key, 0, limit.amount) if float(each) >= begin]

    def is_full(self, limit, *names):
        return len(self.times(limit, window(limit, names))) >= limit.amount

    def hit(self, limit, *names):
        key = window(limit, names)
        if len(self.times(limit, key)) >= limit.amount:
            return
        self.redis("LPUSH", key, self.now())
        self.redis("LTRIM", key, 0, limit.amount - 1)
        self.redis("EXPIRE", key, limit.seconds)


def window(limit, names):
    return f"LIMITS:LIMITER/{'/'.join(names)}/{limit.amount}/1/{limit.unit}"
