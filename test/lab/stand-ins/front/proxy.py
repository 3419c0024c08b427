"""The front's Dovecot: a proxy for whoever logs in, and for deliveries. Admin is asked by `login.lua`."""

import os

from stand_in import address

#: Of each protocol: its plain port, its port that is encrypted from the beginning, its port for the webmail.
PROTOCOLS = {"imap": (143, 993, 10143), "pop3": (110, 995, None), "submission": (587, 465, 10025)}


def listener(name, port, env, more=""):
    proxied = " haproxy = yes\n" if f"PROXY_PROTOCOL_{port}" in env else ""
    return f"inet_listener {name} {{\n port = {port}\n{more}{proxied}}}\n"


def login(protocol, env):
    plain, encrypted, webmail = PROTOCOLS[protocol]
    found = listener(protocol, plain if f"PORT_{plain}" in env else 0, env)
    # 465 and 993 are open whatever PORTS says.
    wanted = f"TLS_{encrypted}" in env and (encrypted != 995 or "PORT_995" in env)
    found += listener(f"{protocol}s", encrypted if wanted else 0, env, " ssl = yes\n")
    if webmail is not None:
        found += listener(f"{protocol}-webmail", webmail, env)
    return f"service {protocol}-login {{\n{found}}}\n"


def sieve(env):
    if "PORT_4190" not in env:
        return "service managesieve-login {\ninet_listener sieve {\n port = 0\n}\n}\n"
    found = listener("sieve", 4190, env) + listener("sieve-webmail", 14190, env)
    return f"service managesieve-login {{\n{found}}}\n"


def encryption(pairs):
    if not pairs:
        return "disable_plaintext_auth = no\nssl = no\n"
    names = ("ssl", "ssl_alt")
    lines = [f"{name}_cert = <{chain}\n{name}_key = <{key}\n" for name, (chain, key) in zip(names, pairs)]
    return "ssl = required\n" + "".join(lines)


def proxy(pairs, env=os.environ):
    """Where a certificate is missing, Dovecot does not start."""
    smtp = address("smtp")
    return f"""
log_path = /dev/stderr
auth_verbose = yes
protocols = sieve imap pop3 lmtp submission
postmaster_address = {env.get('POSTMASTER', '')}@{env.get('DOMAIN', '')}
hostname = {env['HOSTNAMES'].split(',')[0]}
submission_host = {smtp}
submission_relay_host = {smtp}
submission_relay_port = 10025
submission_relay_trusted = yes
submission_relay_ssl = no
submission_max_mail_size = {env['MESSAGE_SIZE_LIMIT']}
submission_backend_capabilities = 8BITMIME DSN VRFY
lmtp_proxy = yes
listen = *
default_login_user = mail
haproxy_trusted_networks = {env.get('REAL_IP_FROM', '').replace(',', ' ')}
auth_username_chars =
auth_mechanisms = plain login
{encryption(pairs)}
passdb {{
  driver = lua
  args = file=/etc/dovecot/login.lua blocking=yes
}}
service auth-worker {{
  user = dovenull
  group = dovenull
}}
service anvil {{
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
protocol imap {{
  mail_max_userip_connections = 20
}}
recipient_delimiter = {env.get('RECIPIENT_DELIMITER', '')}
service lmtp {{
  user = $default_internal_user
  inet_listener lmtp {{
    port = 2525
  }}
}}
{login('imap', env)}{login('pop3', env)}{login('submission', env)}{sieve(env)}"""
