#!/usr/bin/python3
"""ManageSieve through the front: Dovecot as a proxy, as the real front does it, with admin as the judge of passwords."""

import os
import sys
from urllib.parse import quote
from urllib.request import Request, urlopen

from configuration import CERTIFICATE, KEY, ports
from stand_in import address, write

CONFIGURATION = "/etc/dovecot/dovecot.conf"


def configure(flavor, tls):
    """Whether there is anything to proxy."""
    if 4190 not in ports() or (flavor != "notls" and not tls):
        return False
    encryption = f"ssl = required\nssl_cert = <{CERTIFICATE}\nssl_key = <{KEY}\n" if tls else "ssl = no\n"
    write(
        CONFIGURATION,
        f"""
protocols = sieve
listen = 0.0.0.0
log_path = /dev/stderr
auth_mechanisms = plain login
disable_plaintext_auth = {'yes' if tls else 'no'}
{encryption}
passdb {{
  driver = checkpassword
  args = /sieve.py
}}
userdb {{
  driver = prefetch
}}
service managesieve-login {{
  inet_listener sieve {{
    port = 4190
  }}
}}
""",
    )
    return True


def judge():
    """Dovecot's checkpassword: a name and a password on descriptor 3, and what to do with whoever passes."""
    with os.fdopen(3, "rb") as given:
        name, password = given.read().split(b"\0")[:2]
    headers = {
        **{"Auth-User": quote(name), "Auth-Pass": quote(password), "Auth-Method": "plain"},
        **{"Auth-Protocol": "imap", "Auth-Port": "4190", "Client-Ip": os.environ.get("TCPREMOTEIP", "")},
    }
    url = f"http://{address('admin')}:8080/internal/auth/email"
    try:
        with urlopen(Request(url, headers=headers), timeout=10) as answer:
            said, host = answer.headers["Auth-Status"], answer.headers.get("Auth-Server", "")
    except OSError:
        sys.exit(111)
    if said != "OK":
        sys.exit(1)
    os.environ.update(USER=name.decode(), proxy="y", host=host, port="4190", EXTRA="proxy host port")
    os.execv(sys.argv[1], sys.argv[1:])


if __name__ == "__main__":
    judge()
