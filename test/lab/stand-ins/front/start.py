#!/usr/bin/python3
import os
import subprocess
import sys

from processes import supervise
from stand_in import is_legacy, refuse, set_env

if is_legacy():
    # It has no such variable, and opens all.
    os.environ.setdefault("PORTS", "25,80,110,143,443,465,587,993,995")
set_env("HOSTNAMES", "TLS_FLAVOR", "MESSAGE_SIZE_LIMIT", "ADMIN", "WEBMAIL", "WEBDAV", "WEB_ADMIN", "WEB_WEBMAIL")
WATCHERS = {"cert": "certwatcher.py", "letsencrypt": "letsencrypt.py", "notls": None}
flavor = os.environ["TLS_FLAVOR"]
if flavor not in WATCHERS:
    refuse(f"TLS_FLAVOR {flavor} is unknown")
here = sys.path[0]
if WATCHERS[flavor] is not None:
    subprocess.Popen([os.path.join(here, WATCHERS[flavor])])
subprocess.call([os.path.join(here, "config.py")])
# A daemon, which nobody watches but the check of health.
os.system("dovecot -c /etc/dovecot/proxy.conf")
supervise(["nginx", "-g", "daemon off;"])
