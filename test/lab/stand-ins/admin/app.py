"""The application: what is answered at which path."""

import json
import os

from accounts import Accounts
from internal import authenticate
from postfix import local_domains, postfix
from records import generate_key
from variables import is_yes
from web import Answer


def forbidden(*_):
    raise Answer(403)


def domains(path, headers):
    """Of the API only `POST domain/NAME/dkim`, which does what the page's "regenerate keys" does."""
    if headers.get("Authorization") != f"Bearer {os.environ.get('API_TOKEN')}":
        raise Answer(403, "Invalid authorization header")
    name, _, what = path.partition("/")
    with Accounts() as accounts:
        if what != "dkim" or accounts.get("domain", name) is None:
            raise Answer(404, f"Domain {name} does not exist")
    generate_key(name)
    return json.dumps({"code": 200, "message": f"DKIM/DMARC keys have been generated for domain {name}"})


def routes():
    env = os.environ
    found = {
        "/ping": lambda *_: "pong\n",
        "/internal/auth/email": authenticate,
        "/internal/auth/": forbidden,
        "/internal/postfix/": postfix,
        "/internal/rspamd/local_domains": local_domains,
        "/": lambda *_: "admin stand-in\n",
    }
    if is_yes(env.get("API")) and env.get("API_TOKEN"):
        found[f"{env.get('WEB_API', '/api')}/v1/domain/"] = domains
    return found
