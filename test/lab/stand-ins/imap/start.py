#!/usr/bin/python3
import os

from processes import beside, sleep_for_ever, supervise
from stand_in import address, is_legacy, set_env, subnets, write

set_env("SUBNET", "DOMAIN", "HOSTNAMES", "POSTMASTER", mounts=["/mail"])
# The directory alone (core/dovecot/start.py:32): a mailbox of a thousand messages costs nothing at the start.
os.system("chown mail:mail /mail")
host = os.environ["HOSTNAMES"].split(",")[0]
# Behind a proxy the front takes no mail but the proxy's own.
submission = host if "PROXY_PROTOCOL_25" in os.environ else address("front")
write(
    "/etc/dovecot/dovecot.conf",
    f"""
protocols = imap pop3 lmtp sieve
listen = *
log_path = /dev/stderr
postmaster_address = {os.environ['POSTMASTER']}@{os.environ['DOMAIN']}
hostname = {host}
submission_host = {submission}
ssl = no
disable_plaintext_auth = no
login_trusted_networks = {subnets()}
recipient_delimiter = {os.environ.get('RECIPIENT_DELIMITER', '')}
mail_location = maildir:/mail/%u
mail_uid = mail
mail_gid = mail
first_valid_uid = 8
first_valid_gid = 8
mail_privileged_group = mail
mail_access_groups = mail
maildir_stat_dirs = yes
passdb {{
  driver = static
  args = nopassword=y allow_real_nets={subnets().replace(' ', ',')}
}}
userdb {{
  driver = static
  args = uid=mail gid=mail home=/mail/%u allow_all_users=yes
}}
namespace inbox {{
  inbox = yes
  mailbox Trash {{
    auto = subscribe
    special_use = \\Trash
  }}
  mailbox Drafts {{
    auto = subscribe
    special_use = \\Drafts
  }}
  mailbox Sent {{
    auto = subscribe
    special_use = \\Sent
  }}
  mailbox Junk {{
    auto = subscribe
    special_use = \\Junk
  }}
}}
protocol imap {{
  mail_max_userip_connections = 20
}}
protocol lmtp {{
  mail_plugins = $mail_plugins sieve
}}
plugin {{
  sieve = file:~/sieve;active=~/.dovecot.sieve
}}
service imap-login {{
  inet_listener imap {{
    port = 143
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service pop3-login {{
  inet_listener pop3 {{
    port = 110
  }}
  inet_listener pop3s {{
    port = 0
  }}
}}
service lmtp {{
  inet_listener lmtp {{
    port = 2525
  }}
}}
service managesieve-login {{
  inet_listener sieve {{
    port = 4190
  }}
}}
!include_try /overrides/dovecot.conf
""",
)
# Of podop only that it is there.
beside(sleep_for_ever, "mail")
command = ["dovecot", "-c", "/etc/dovecot/dovecot.conf", "-F"]
if is_legacy():
    os.execvp(command[0], command)
supervise(command)
