#!/usr/bin/python3
import os
import subprocess

from maps import SOCKET, serve
from processes import beside, sleep_for_ever, supervise
from stand_in import address, is_legacy, refuse, set_env, subnets, write

set_env("SUBNET", "DOMAIN", "HOSTNAMES", "MESSAGE_SIZE_LIMIT", mounts=["/queue"])
os.system("flock -n /queue/pid/master.pid rm /queue/pid/master.pid")
env = os.environ
# Mailu's template takes any text for a yes, "False" as well.
insecure = "dane" if env.get("DEFER_ON_TLS_ERROR", "True") else "may"
relay = ""
if env.get("RELAYUSER"):
    if not env.get("RELAYPASSWORD"):
        refuse("RELAYUSER without RELAYPASSWORD")
    write("/etc/postfix/sasl_passwd", f"{env['RELAYHOST']} {env['RELAYUSER']}:{env['RELAYPASSWORD']}\n", 0o600)
    relay = """smtp_sasl_auth_enable = yes
smtp_sasl_password_maps = texthash:/etc/postfix/sasl_passwd
smtp_sasl_security_options = noanonymous, noplaintext
smtp_sasl_tls_security_options = noanonymous
"""

write(
    "/etc/postfix/main.cf",
    f"""
compatibility_level = 3.6
maillog_file = /dev/stdout
mydomain = {env['DOMAIN']}
myhostname = {env['HOSTNAMES'].split(',')[0]}
myorigin = $mydomain
mydestination =
alias_maps =
inet_interfaces = all
inet_protocols = ipv4
queue_directory = /queue
message_size_limit = {env['MESSAGE_SIZE_LIMIT']}
mailbox_size_limit = 0
mynetworks = 127.0.0.1/32 [::1]/128 {subnets()} {env.get('RELAYNETS', '').replace(',', ' ')}
smtpd_authorized_xclient_hosts = {subnets()}
relayhost = {env.get('RELAYHOST', '')}
recipient_delimiter = {env.get('RECIPIENT_DELIMITER', '')}
smtp_host_lookup = dns
smtp_dns_support_level = dnssec
smtp_tls_security_level = {env.get('OUTBOUND_TLS_LEVEL', 'dane')}
smtp_tls_dane_insecure_mx_policy = {insecure}
maps = socketmap:unix:{SOCKET}:
virtual_alias_domains =
virtual_alias_maps = ${{maps}}alias
virtual_mailbox_domains = ${{maps}}domain
virtual_mailbox_maps = ${{maps}}mailbox
transport_maps = ${{maps}}transport
virtual_transport = lmtp:inet:{address('front')}:2525
lmtp_host_lookup = native
smtpd_helo_required = yes
smtpd_sender_login_maps = ${{maps}}senderlogin
smtpd_client_restrictions =
  permit_mynetworks, reject_non_fqdn_sender, reject_unknown_sender_domain, reject_unknown_recipient_domain, permit
smtpd_relay_restrictions = permit_mynetworks, permit_sasl_authenticated, reject_unauth_destination
smtpd_milters = inet:{address('antispam')}:11332
milter_protocol = 6
milter_mail_macros = i {{mail_addr}} {{client_addr}} {{client_name}} {{auth_authen}}
milter_default_action = tempfail
{relay}""",
)
write(
    "/etc/postfix/master.cf",
    f"""
smtp      inet  n - n - - smtpd
10025     inet  n - n - - smtpd
  -o smtpd_sasl_auth_enable=yes
  -o smtpd_client_restrictions=reject_unlisted_sender,reject_authenticated_sender_login_mismatch,permit
  -o smtpd_reject_unlisted_recipient={env.get('REJECT_UNLISTED_RECIPIENT') or 'no'}
pickup    unix  n - n 60 1 pickup
cleanup   unix  n - n - 0 cleanup
qmgr      unix  n - n 300 1 qmgr
tlsmgr    unix  - - n 1000? 1 tlsmgr
rewrite   unix  - - n - - trivial-rewrite
bounce    unix  - - n - 0 bounce
defer     unix  - - n - 0 bounce
trace     unix  - - n - 0 bounce
verify    unix  - - n - 1 verify
flush     unix  n - n 1000? 0 flush
proxymap  unix  - - n - - proxymap
smtp      unix  - - n - - smtp
relay     unix  - - n - - smtp
showq     unix  n - n - - showq
error     unix  - - n - - error
retry     unix  - - n - - error
discard   unix  - - n - - discard
lmtp      unix  - - n - - lmtp
anvil     unix  - - n - 1 anvil
scache    unix  - - n - 1 scache
postlog   unix-dgram n - n - 1 postlogd
""",
)
if os.path.isdir("/overrides") and os.path.exists("/overrides/postfix.cf"):
    with open("/overrides/postfix.cf") as lines:
        for line in lines:
            if line.strip() and not line.startswith("#"):
                subprocess.run(["postconf", "-e", line.strip()], check=True)

beside(serve, "postfix")
# Of the daemon for MTA-STS only that it is there.
beside(sleep_for_ever, "postfix")
subprocess.run(["chown", "root:root", "/queue"], check=False)
subprocess.run(["postfix", "set-permissions"], check=False, stderr=subprocess.DEVNULL)
if is_legacy():
    os.system("exec postfix start-fg")
else:
    supervise(["postfix", "start-fg"])
