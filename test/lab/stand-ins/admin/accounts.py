"""Domains, users and aliases: in sqlite, one row each, with the attributes that differ from what they are by default."""

import hashlib
import hmac
import json
import os
import secrets
import sqlite3

FILE = "/data/main.db"
#: The attribute that names an object, and its other attributes with their defaults.
KINDS = {
    "domain": (
        "name",
        {"comment": "", "max_users": -1, "max_aliases": -1, "max_quota_bytes": 0, "signup_enabled": False}
        | {"alternatives": []},
    ),
    "user": (
        "email",
        {"comment": "", "displayed_name": "", "enabled": True, "enable_imap": True, "enable_pop": True}
        | {"global_admin": False, "quota_bytes": 1000000000, "allow_spoofing": False, "change_pw_next_login": False}
        | {"spam_enabled": True, "spam_mark_as_read": True, "spam_threshold": 80, "forward_enabled": False}
        | {"forward_destination": [], "forward_keep": True, "reply_enabled": False, "reply_subject": ""}
        | {"reply_body": "", "password": ""},
    ),
    "alias": ("email", {"comment": "", "destination": [], "wildcard": False}),
}


class Unfit(Exception):
    """Something that cannot be kept, in a line."""


class Accounts:
    def __init__(self, file=FILE):
        self.db = sqlite3.connect(file, timeout=20)
        with self.db:
            self.db.execute("create table if not exists object (kind, name, attributes, primary key (kind, name))")

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        if kind is None:
            self.db.commit()
        else:
            self.db.rollback()
        self.db.close()

    def get(self, kind, name):
        row = self.db.execute("select attributes from object where kind = ? and name = ?", (kind, name)).fetchone()
        return None if row is None else json.loads(row[0])

    def all(self, kind):
        rows = self.db.execute("select name, attributes from object where kind = ? order by name", (kind,))
        return {name: json.loads(attributes) for name, attributes in rows}

    def put(self, kind, name, attributes):
        """Keeps an object. Who calls ends the transaction, by leaving the `with`."""
        _, defaults = KINDS[kind]
        unknown = [key for key in attributes if key not in defaults]
        if unknown:
            raise Unfit(f"{kind} {name}: unknown field {', '.join(unknown)}")
        if kind != "domain":
            local, _, domain = name.partition("@")
            if not local or self.get("domain", domain) is None:
                raise Unfit(f"{kind} {name}: there is no domain {domain!r}")
        kept = {key: value for key, value in attributes.items() if value != defaults[key]}
        self.db.execute("replace into object values (?, ?, ?)", (kind, name, json.dumps(kept)))

    def put_domain(self, name):
        if self.get("domain", name) is None:
            self.put("domain", name, {})


def hashed(password):
    salt = secrets.token_hex(8)
    digest = hashlib.scrypt(password.encode(), salt=salt.encode(), n=4096, r=8, p=1).hex()
    return f"$scrypt${salt}${digest}"


def matches(password, kept):
    parts = kept.split("$")
    if len(parts) != 4 or parts[1] != "scrypt":
        return False
    digest = hashlib.scrypt(password.encode(), salt=parts[2].encode(), n=4096, r=8, p=1).hex()
    return hmac.compare_digest(digest, parts[3])


def make_administrator(accounts, local, domain, password, mode):
    """Mailu's modes: `create` fails where the user is there, `update` sets its password, `ifmissing` leaves it."""
    accounts.put_domain(domain)
    email = f"{local}@{domain}"
    user = accounts.get("user", email)
    if user is None:
        accounts.put("user", email, {"global_admin": True, "password": hashed(password)})
        return "created admin user"
    if mode == "update":
        accounts.put("user", email, user | {"password": hashed(password)})
        return "updated admin password"
    if mode == "ifmissing":
        return f"user {email} exists, not updating"
    raise Unfit(f"user {email} exists, not created")


def secret_of(name):
    """A variable of Mailu, or the content of the file that NAME_FILE names."""
    file = os.environ.get(f"{name}_FILE")
    if file is None:
        return os.environ.get(name, "")
    with open(file) as content:
        return content.read().strip()
