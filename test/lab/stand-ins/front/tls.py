"""Certificates by TLS_FLAVOR: where they are, and whether all of them are there."""

import os

LIVE = "/certs/letsencrypt/live"


def files(env=os.environ):
    """Chains and keys, in pairs; none where nothing is to be encrypted."""
    flavor = env["TLS_FLAVOR"]
    if flavor == "notls":
        return ()
    if flavor == "letsencrypt":
        names = ("mailu", "mailu-ecdsa")
        return tuple((f"{LIVE}/{name}/nginx-chain.pem", f"{LIVE}/{name}/privkey.pem") for name in names)
    names = (env.get("TLS_CERT_FILENAME", "cert.pem"), env.get("TLS_KEYPAIR_FILENAME", "key.pem"))
    return (tuple(f"/certs/{name}" for name in names),)


def are_there(pairs):
    return all(os.path.exists(path) for pair in pairs for path in pair)
