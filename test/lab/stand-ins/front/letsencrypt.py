#!/usr/bin/python3
"""No ACME here: once nginx runs, signs certificates for ourselves, where certbot would have put those that it was given."""

import os
import subprocess
import sys
import time

from tls import are_there, files

time.sleep(5)
if not are_there(files()):
    name = os.environ["HOSTNAMES"].split(",")[0]
    for chain, key in files():
        os.makedirs(os.path.dirname(chain), exist_ok=True)
        kind = ["ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"] if "ecdsa" in chain else ["rsa:2048"]
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", *kind, "-nodes", "-days", "90", "-subj", f"/CN={name}"]
            + ["-keyout", key, "-out", chain],
            check=True,
            stderr=subprocess.DEVNULL,
        )
    subprocess.run([os.path.join(sys.path[0], "config.py")], check=True)
while True:
    time.sleep(86400)
