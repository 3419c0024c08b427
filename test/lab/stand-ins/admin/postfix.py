"""What Postfix asks admin about domains and addresses."""

import os

from accounts import Accounts
from web import Answer


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
