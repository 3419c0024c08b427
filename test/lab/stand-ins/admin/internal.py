"""What the other services ask admin."""

import os
import socket
from urllib.parse import unquote

from accounts import Accounts, matches
from stand_in import address
from web import Answer

#: Where the front passes a client on to: service and port, by protocol.
BEHIND = {"imap": ("imap", 143), "pop3": ("imap", 110), "smtp": ("smtp", 10025)}
CODES = {"smtp": "535 5.7.8", "imap": "AUTHENTICATIONFAILED", "pop3": "-ERR Authentication failed"}


def to(service, port):
    # nginx takes addresses only.
    answer = {"Auth-Status": "OK", "Auth-Server": socket.gethostbyname(address(service)), "Auth-Port": port}
    raise Answer(200, headers=answer)


def authenticate(_, headers):
    """The protocol of nginx's auth_http."""
    protocol, port = headers["Auth-Protocol"], headers["Auth-Port"]
    if headers["Auth-Method"] == "none" and port == "25":
        to("smtp", 25)
    if port == "25":
        refusal = {"Auth-Status": "AUTH not supported", "Auth-Error-Code": "502 5.5.1", "Auth-Wait": 0}
        raise Answer(200, headers=refusal)
    need_redis()
    name, password = (decoded(headers.get(each, "")) for each in ("Auth-User", "Auth-Pass"))
    with Accounts() as accounts:
        user = accounts.get("user", name)
    if user is not None and may(user, protocol) and matches(password, user.get("password", "")):
        to(*BEHIND[protocol])
    print("login failed:", name, headers.get("Client-Ip"), flush=True)
    status = "Authentication credentials invalid"
    raise Answer(200, headers={"Auth-Status": status, "Auth-Error-Code": CODES[protocol], "Auth-Wait": 0})


def decoded(text):
    return unquote(text.encode("iso8859-1").decode())


def may(user, protocol):
    switch = {"imap": "enable_imap", "pop3": "enable_pop"}.get(protocol)
    return user.get("enabled", True) and (switch is None or user.get(switch, True))


def need_redis():
    """Mailu counts failed logins there: without it nobody logs in."""
    try:
        with socket.create_connection((address("redis"), 6379), timeout=5) as redis:
            redis.sendall(b"PING\r\n")
            if not redis.recv(16).startswith(b"+PONG"):
                raise Answer(500, "redis does not answer")
    except OSError as error:
        print("redis:", error, flush=True)
        raise Answer(500, "redis is not there") from error


def postfix(path, _):
    table, _, key = path.partition("/")
    with Accounts() as accounts:
        found = {"domain": domain, "mailbox": mailbox, "alias": alias, "senderlogin": alias}.get(table, nothing)(
            accounts, key
        )
    if found is None:
        raise Answer(404)
    return found


def domain(accounts, name):
    return None if accounts.get("domain", name) is None else name


def mailbox(accounts, email):
    return None if accounts.get("user", email) is None else email


def alias(accounts, email):
    """Users as well: each may send as itself. Postfix asks a socketmap for whole addresses, with their extensions."""
    for each in dict.fromkeys((email, without_extension(email))):
        found = accounts.get("alias", each)
        if found is not None:
            return ",".join(found.get("destination", []))
        if accounts.get("user", each) is not None:
            return each
    return None


def without_extension(email):
    local, at, name = email.rpartition("@")
    for delimiter in os.environ.get("RECIPIENT_DELIMITER", ""):
        local = local.split(delimiter)[0] or local
    return local + at + name


def nothing(*_):
    return None


def local_domains(*_):
    with Accounts() as accounts:
        return "\n".join(accounts.all("domain"))
