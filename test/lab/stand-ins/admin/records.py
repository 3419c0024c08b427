"""The DNS records of a domain, by Mailu's formulas, and its DKIM key."""

import os
import subprocess

from stand_in import need_mount


def key_file(domain):
    return f"/dkim/{domain}.{os.environ.get('DKIM_SELECTOR', 'dkim')}.key"


def generate_key(domain):
    need_mount("/dkim")
    command = ["openssl", "genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"]
    key = subprocess.run(command, check=True, capture_output=True).stdout
    # In place, by whoever runs this, for all to read: root's the application cannot write over.
    with open(key_file(domain), "wb") as file:
        file.write(key)


def public_key(domain):
    if not os.path.exists(key_file(domain)):
        return None
    command = ["openssl", "pkey", "-in", key_file(domain), "-pubout"]
    lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    return "".join(line for line in lines if not line.startswith("-----"))


def records(domain):
    env = os.environ
    host = env["HOSTNAMES"].split(",")[0]
    found = {
        "dns_mx": f"{domain}. 600 IN MX 10 {host}.",
        "dns_spf": f'{domain}. 600 IN TXT "v=spf1 mx a:{host} ~all"',
    }
    key = public_key(domain)
    if key is None:
        return found
    text = f"v=DKIM1; k=rsa; p={key}"
    quoted = " ".join(f'"{text[at : at + 250]}"' for at in range(0, len(text), 250))
    reports = "".join(
        f" {name}=mailto:{env[f'DMARC_{name.upper()}']}@{env['DOMAIN']};"
        for name in ("rua", "ruf")
        if env.get(f"DMARC_{name.upper()}")
    )
    return found | {
        "dns_dkim": f"{env.get('DKIM_SELECTOR', 'dkim')}._domainkey.{domain}. 600 IN TXT {quoted}",
        "dns_dmarc": f'_dmarc.{domain}. 600 IN TXT "v=DMARC1; p=reject;{reports} adkim=s; aspf=s"',
    }
