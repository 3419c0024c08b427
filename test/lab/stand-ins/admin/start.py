#!/usr/bin/python3
import os

from accounts import Accounts, Unfit, make_administrator, secret_of
from dnssec import wait_for_validation
from processes import drop_to
from stand_in import give, need_mount, refuse, say, set_env

for path in ("/data", "/dkim"):
    need_mount(path)
give("/dkim", "mailu:mailu")
# What fetchmail keeps there is not admin's.
os.system("find /data | grep -v /fetchmail | xargs -n1 chown mailu:mailu")
drop_to("mailu")
set_env("DOMAIN", "HOSTNAMES")
env = os.environ
if env.get("DB_FLAVOR", "sqlite") != "sqlite":
    for name in ("DB_HOST", "DB_PW"):
        if secret_of(name) == "":
            refuse(f"DB_FLAVOR {env['DB_FLAVOR']} without {name}")
try:
    with Accounts() as accounts:
        first = [env.get(f"INITIAL_ADMIN_{name}", "") for name in ("ACCOUNT", "DOMAIN", "PW")]
        if all(first):
            say(make_administrator(accounts, *first, env.get("INITIAL_ADMIN_MODE", "ifmissing")))
except Unfit as error:
    say(f"Error: {error}")
wait_for_validation()
# SIGTERM to this process alone has no effect before gunicorn ends.
os.system(f"exec gunicorn --threads {env['CPU_COUNT']} --bind 0.0.0.0:8080")
