"""What the other services ask admin about logins."""

import ipaddress
import os
from urllib.parse import unquote

from accounts import Accounts, matches
from limiter import Limiter
from names import resolve_hostname
from stand_in import address
from store import Redis
from variables import is_yes
from web import Answer

#: Where the front passes a client on to, by protocol: service, port, and the port of whoever has not logged in.
BEHIND = {
    "imap": ("imap", 143),
    "pop3": ("imap", 110),
    "smtp": ("smtp", 10025),
    "submission": ("smtp", 10025),
    "lmtp": ("imap", 2525),
    "sieve": ("imap", 4190),
}
SUBMISSION = {"smtp", "submission", "lmtp"}
WEBMAIL_PORTS = ("10143", "10025", "14190")
STATUSES = {
    "authentication": (
        "Authentication credentials invalid",
        {"imap": "AUTHENTICATIONFAILED", "pop3": "-ERR Authentication failed", "sieve": "AuthFailed"},
        "535 5.7.8",
    ),
    "encryption": (
        "Must issue a STARTTLS command first",
        {"imap": "PRIVACYREQUIRED", "pop3": "-ERR Authentication canceled.", "sieve": "ENCRYPT-NEEDED"},
        "530 5.7.0",
    ),
    "ratelimit": (
        "Temporary authentication failure (rate-limit)",
        {"imap": "LIMIT", "pop3": "-ERR [LOGIN-DELAY] Retry later", "sieve": "AuthFailed"},
        "451 4.3.2",
    ),
}


def authenticate(_, headers):
    """The protocol of nginx's auth_http, which the front's Dovecot speaks as well."""
    ip, port, protocol = headers["Client-Ip"], headers["Auth-Port"], headers["Auth-Protocol"].lower()
    method = headers["Auth-Method"]
    # Made afresh: without redis nobody logs in, and mail that comes in from outside does not need it.
    limiter = Limiter(Redis(address("redis"), 2))
    if port == "25" and method != "none":
        limiter.note_network(ip)
        raise Answer(200, headers={"Auth-Status": "AUTH not supported", "Auth-Error-Code": "502 5.5.1"})
    trusted = port in ("10143", "10025")
    if not trusted and port != "25" and limiter.refuses_network(ip):
        refuse("ratelimit", protocol, ip)
    if method.lower() in ("", "none") and protocol in ("smtp", "lmtp"):
        answer = arriving(protocol, headers)
        if port != "25":
            limiter.exempt(ip)
        raise Answer(200, headers=answer)
    if method.lower() not in ("plain", "login"):
        raise ValueError(f"SHOULD NOT HAPPEN {protocol} {method}")
    log_in(limiter, headers, protocol, port, ip, trusted)


def arriving(protocol, headers):
    enforced = is_yes(os.environ.get("INBOUND_TLS_ENFORCE"))
    server = behind("smtp" if protocol == "smtp" else "imap", 25 if protocol == "smtp" else 2525)
    if enforced and protocol == "smtp" and headers.get("Auth-SSL") != "on":
        refuse("encryption", protocol, headers["Client-Ip"])
    return server


def log_in(limiter, headers, protocol, port, ip, trusted):
    name, password = (decoded(headers.get(each, "")) for each in ("Auth-User", "Auth-Pass"))
    with Accounts() as accounts:
        user = accounts.get("user", name) if "@" in name else None
    good = user is not None and may(user, protocol, port) and matches(password, user.get("password", ""))
    answer = behind(*BEHIND[protocol]) if good else None
    if user is not None and not trusted and limiter.refuses_user(name, ip):
        refuse("ratelimit", protocol, ip)
    if answer is not None:
        limiter.exempt(ip)
        raise Answer(200, headers=answer | {"Auth-User": name, "Auth-User-Exists": True})
    if user is not None:
        # Mailu looks for the password in its own answer, where it is not: each wrong one counts, a repeated one as well.
        limiter.note_user(name, ip)
    elif not trusted:
        limiter.note_network(ip, name)
    refuse("authentication", protocol, ip, name)


def refuse(why, protocol, ip, name=""):
    print("login failed:", name, ip, why, flush=True)
    status, codes, smtp = STATUSES[why]
    code = smtp if protocol in SUBMISSION else codes[protocol]
    raise Answer(200, headers={"Auth-Status": status, "Auth-Error-Code": code, "Auth-Wait": 0})


def behind(service, port):
    name = address(service)
    try:
        found = str(ipaddress.ip_address(name))
    except ValueError:
        found = resolve_hostname(name)
    return {"Auth-Status": "OK", "Auth-Server": found, "Auth-Port": port}


def decoded(text):
    return unquote(text.encode("iso8859-1").decode())


def may(user, protocol, port):
    if protocol == "imap" and port in WEBMAIL_PORTS:
        return user.get("enabled", True)
    switch = {"imap": "enable_imap", "pop3": "enable_pop"}.get(protocol)
    return user.get("enabled", True) and (switch is None or user.get(switch, True))
