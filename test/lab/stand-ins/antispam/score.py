"""What speaks against a message: a handful of rspamd's symbols, with the points that it gives them."""

import ipaddress
import re

#: rspamd 3.8: conf/scores.d/{policies,hfilter,headers}_group.conf.
POINTS = {
    "DMARC_POLICY_REJECT": 2.0,
    "DMARC_POLICY_QUARANTINE": 1.5,
    "DMARC_POLICY_SOFTFAIL": 0.1,
    "HFILTER_HELO_BAREIP": 3.0,
    "HFILTER_HELO_NOT_FQDN": 2.0,
    "HFILTER_HELO_IP_A": 1.0,
    "HFILTER_HELO_NORES_A_OR_MX": 0.3,
    "HFILTER_HOSTNAME_UNKNOWN": 2.5,
    "RDNS_NONE": 1.0,
    "R_SPF_FAIL": 1.0,
    "R_SPF_ALLOW": -0.2,
}
#: rspamd 3.8: conf/actions.conf. Mailu changes none of these.
GREYLIST, HEADER = 4.0, 6.0


class Message:
    """`name`: the client's, where it has one that leads back to its address. `header_from`: the domain of the From field."""

    def __init__(self, ip, name, helo, sender, recipients, header_from, body):
        self.ip, self.name, self.helo, self.sender = ip, name, helo, sender
        self.recipients, self.header_from, self.body = recipients, header_from, body


def symbols(message, dns):
    """`dns`: texts(name) and addresses(name), both empty where there is nothing, both OSError where nobody can tell."""
    found = set(of_helo(message.helo, dns))
    if message.name is None:
        found |= {"HFILTER_HOSTNAME_UNKNOWN", "RDNS_NONE"}
    domain = (message.sender.rpartition("@")[2] or message.helo).lower()
    passed = spf(message.ip, domain, dns)
    if passed is not None:
        found.add("R_SPF_ALLOW" if passed else "R_SPF_FAIL")
    if not (passed and is_aligned(domain, message.header_from)):
        found |= dmarc(message.header_from, dns)
    return found


def points(found):
    return round(sum(POINTS[symbol] for symbol in found), 1)


def of_helo(helo, dns):
    name = helo.strip("[]")
    if re.fullmatch(r"\d+(\.\d+){3}", name) or ":" in name:
        return ["HFILTER_HELO_BAREIP"]
    if "." not in name:
        return ["HFILTER_HELO_NOT_FQDN"]
    return [] if quietly(dns.addresses, name) else ["HFILTER_HELO_IP_A", "HFILTER_HELO_NORES_A_OR_MX"]


def dmarc(domain, dns):
    """Signatures are not looked at: whoever passes does so by its address."""
    organization = ".".join(domain.split(".")[-2:])
    for name in dict.fromkeys((domain, organization)):
        for text in quietly(dns.texts, f"_dmarc.{name}"):
            policy = re.match(r"v=DMARC1\s*;(?:.*;)?\s*p=(\w+)", text)
            if policy:
                words = {"reject": "DMARC_POLICY_REJECT", "quarantine": "DMARC_POLICY_QUARANTINE"}
                return {words.get(policy[1].lower(), "DMARC_POLICY_SOFTFAIL")}
    return set()


def spf(ip, domain, dns):
    """Of RFC 7208: ip4, ip6, a and all. None: nothing is said, or nothing that is known here."""
    for text in quietly(dns.texts, domain):
        if not text.lower().startswith("v=spf1"):
            continue
        for term in text.split()[1:]:
            kind, _, value = term.lstrip("+-~?").partition(":")
            if kind == "all" or holds(ip, kind, value or domain, dns):
                return {"-": False, "~": None, "?": None}.get(term[0], True)
    return None


def holds(ip, kind, value, dns):
    if kind in ("ip4", "ip6"):
        return ipaddress.ip_address(ip) in ipaddress.ip_network(value, strict=False)
    return kind == "a" and ip in quietly(dns.addresses, value)


def is_aligned(domain, header_from):
    return domain == header_from or domain.endswith(f".{header_from}") or header_from.endswith(f".{domain}")


def quietly(ask, name):
    try:
        return ask(name)
    except OSError:
        return []
