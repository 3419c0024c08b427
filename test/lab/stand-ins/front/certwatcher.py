#!/usr/bin/python3
"""Looks each second for certificates that come, go or change. It does not start a Dovecot that could not start before."""

import os
import sys
import time

from tls import files


def seen():
    return {path: os.stat(path).st_mtime_ns for pair in files() for path in pair if os.path.exists(path)}


before = seen()
while True:
    time.sleep(1)
    found = seen()
    if found.keys() != before.keys():
        print("Reconfiguring system", flush=True)
        os.system(os.path.join(sys.path[0], "config.py"))
    elif found != before:
        print("Reloading a running nginx, and a running dovecot", flush=True)
        os.system("nginx -s reload")
        os.system("doveadm -c /etc/dovecot/proxy.conf reload")
    before = found
