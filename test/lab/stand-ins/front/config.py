#!/usr/bin/python3
"""Writes the configurations anew for the certificates that are there, and has those read them who run."""

import os
import re
import sys

from configuration import configuration
from proxy import proxy
from stand_in import address, say, set_env, write
from tls import are_there, files

set_env()
pairs = files()
works = are_there(pairs)
if not works:
    say("Missing cert or key file, disabling TLS")
with open("/etc/resolv.conf") as file:
    resolver = re.search(r"^nameserver\s+(\S+)", file.read(), re.M)[1]
with open(os.path.join(sys.path[0], "login.lua")) as file:
    login = file.read().replace("ADMIN", address("admin"))
write("/etc/nginx/nginx.conf", configuration(pairs, works, f"[{resolver}]" if ":" in resolver else resolver))
write("/etc/dovecot/login.lua", login)
write("/etc/dovecot/proxy.conf", proxy(pairs))
os.system("killall -q -HUP nginx dovecot")
