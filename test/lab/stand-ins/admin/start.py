#!/usr/bin/python3
import os

from accounts import Accounts, make_administrator, secret_of
from dnssec import wait_for_validation
from internal import authenticate, local_domains, postfix
from stand_in import give, refuse, say, set_env
from web import serve

set_env("DOMAIN", "HOSTNAMES", mounts=["/data", "/dkim"])
env = os.environ
if env.get("DB_FLAVOR", "sqlite") != "sqlite":
    for name in ("DB_HOST", "DB_PW"):
        if secret_of(name) == "":
            refuse(f"DB_FLAVOR {env['DB_FLAVOR']} without {name}")
give("/dkim", "root:root")
wait_for_validation()
with Accounts() as accounts:
    first = [env.get(f"INITIAL_ADMIN_{name}", "") for name in ("ACCOUNT", "DOMAIN", "PW")]
    if all(first):
        say(make_administrator(accounts, *first, env.get("INITIAL_ADMIN_MODE", "ifmissing")))
routes = {
    "/ping": lambda *_: "pong\n",
    "/internal/auth/email": authenticate,
    "/internal/postfix/": postfix,
    "/internal/rspamd/local_domains": local_domains,
    "/": lambda *_: "admin stand-in\n",
}
say("listening")
serve(8080, routes)
