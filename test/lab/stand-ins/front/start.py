#!/usr/bin/python3
import os
import subprocess

import sieve
from configuration import CERTIFICATE, KEY, configuration
from stand_in import refuse, run, say, set_env, write

set_env("HOSTNAMES", "TLS_FLAVOR", "MESSAGE_SIZE_LIMIT", "ADMIN", "WEBMAIL", "WEBDAV", "WEB_ADMIN", "WEB_WEBMAIL")
flavor = os.environ["TLS_FLAVOR"]
if flavor not in ("cert", "letsencrypt", "notls"):
    refuse(f"TLS_FLAVOR {flavor} is unknown")
CONFIGURATION = "/etc/nginx/nginx.conf"


def certificate():
    """What tells one certificate from another; nothing while there is none."""
    if flavor == "notls" or not (os.path.exists(CERTIFICATE) and os.path.exists(KEY)):
        return None
    return os.stat(CERTIFICATE).st_mtime_ns, os.stat(KEY).st_mtime_ns


def configure():
    if flavor == "cert" and used is None:
        say("missing cert or key file, disabling TLS: only 25 and 80 are served")
    write(CONFIGURATION, configuration(flavor, used is not None))
    return subprocess.run(["nginx", "-t", "-q"], check=False).returncode == 0


proxy = None


def start_sieve():
    """Afresh: it reads its certificate when it starts."""
    global proxy
    if proxy is not None:
        proxy.terminate()
        proxy.wait(15)
    proxy = subprocess.Popen(["dovecot", "-F"])


def watch():
    global used
    found = certificate()
    if found != used:
        used = found
        if configure():
            say("the certificate has changed; reloading")
            subprocess.run(["nginx", "-s", "reload"], check=False)
            if sieve.configure(flavor, used is not None):
                start_sieve()


if flavor == "letsencrypt" and certificate() is None:
    say("no ACME in the lab: signing a certificate for ourselves")
    name = os.environ["HOSTNAMES"].split(",")[0]
    os.makedirs("/certs", exist_ok=True)
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "90", "-subj", f"/CN={name}"]
        + ["-keyout", KEY, "-out", CERTIFICATE],
        check=True,
        stderr=subprocess.DEVNULL,
    )
used = certificate()
if not configure():
    refuse("nginx does not take its configuration")
if sieve.configure(flavor, used is not None):
    start_sieve()
run(["nginx", "-g", "daemon off;"], tick=watch)
