#!/usr/bin/python3
import os

from stand_in import address, refuse, resolves, set_env, wait_for
from web import serve

set_env("WEBMAIL", "HOSTNAMES", mounts=["/data"])
if os.environ.get("ROUNDCUBE_DB_FLAVOR", "sqlite") != "sqlite" and not os.environ.get("ROUNDCUBE_DB_PW"):
    refuse("ROUNDCUBE_DB_FLAVOR without ROUNDCUBE_DB_PW")
wait_for("front to have an address", 5, lambda: resolves(address("front")))
with open("/data/started", "w") as file:
    file.write("yes\n")
serve(80, {"/ping": lambda *_: "pong\n", "/": lambda *_: f"webmail stand-in: {os.environ['WEBMAIL']}\n"})
