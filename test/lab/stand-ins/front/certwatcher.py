#!/usr/bin/python3
"""
Looks each second for certificates that come, go or change. It does not start a Dovecot that could not start before, and asks
nobody to read a file that was written over whose number is not below /run (certwatcher.py:24-33).
"""

import os
import sys
import time

from tls import files


def seen():
    """A file that was put in another's place is one that has come (watchdog, DirectorySnapshotDiff: by inode)."""
    found = {path: os.stat(path) for pair in files() for path in pair if os.path.exists(path)}
    return {(path, each.st_ino): each.st_mtime_ns for path, each in found.items()}


before = seen()
while True:
    time.sleep(1)
    found = seen()
    if found.keys() != before.keys():
        print("Reconfiguring system", flush=True)
        os.system(os.path.join(sys.path[0], "config.py"))
    elif found != before:
        if os.path.exists("/run/nginx.pid"):
            print("Reloading a running nginx", flush=True)
            os.system("nginx -s reload")
        if os.path.exists("/run/dovecot/master.pid"):
            print("Reloading a running dovecot", flush=True)
            os.system("doveadm -c /etc/dovecot/proxy.conf reload")
    before = found
