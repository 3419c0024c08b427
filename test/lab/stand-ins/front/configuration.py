"""The nginx configuration of the front. Mail from outside comes through nginx, everything else through Dovecot."""

import os

from pages import listen, server, targets, web


def trusted(env, wanted):
    return [f"set_real_ip_from {each};" for each in env.get("REAL_IP_FROM", "").split(",") if each and wanted]


def real_ip(env):
    """From whom the client's own address is taken, and how."""
    found = trusted(env, True)
    if env.get("REAL_IP_HEADER"):
        return [f"real_ip_header {env['REAL_IP_HEADER']};", *found]
    if found and ("PROXY_PROTOCOL_80" in env or "PROXY_PROTOCOL_443" in env):
        return ["real_ip_header proxy_protocol;", *found]
    return found


def mail(pairs, works, env):
    certificates = [f"ssl_certificate {chain}; ssl_certificate_key {key};" for chain, key in pairs]
    return server(
        listen(25, env),
        *((*certificates, "starttls on;") if works else ()),
        "protocol smtp;",
        "smtp_auth none;",
        "auth_http_header Auth-Port 25;",
        "auth_http_header Client-Port $remote_port;",
    )


def configuration(pairs, works, resolver, env=os.environ):
    """`pairs`: the certificates that there ought to be. `works`: they are there. Without them 25 is served all the same."""
    limit = env["MESSAGE_SIZE_LIMIT"]
    works = works and bool(pairs)
    asked = server("listen 127.0.0.1:8000;", targets()[0], "location / { proxy_pass http://$admin/internal$request_uri; }")
    health = server("listen 127.0.0.1:10204;", "access_log off;", "location /health { return 204; }")
    lines = "\n  ".join(real_ip(env))
    only_mail = "\n  ".join(trusted(env, "PROXY_PROTOCOL_25" in env))
    return f"""
user www-data;
worker_processes 2;
pid /run/nginx.pid;
error_log /dev/stderr notice;
include /etc/nginx/modules-enabled/*.conf;
events {{ worker_connections 1024; }}
http {{
  map $request_uri $loggable {{ /health 0; /auth/email 0; default 1; }}
  access_log /dev/stdout combined if=$loggable;
  absolute_redirect off;
  resolver {resolver} valid=30s;
  client_max_body_size {int(limit) + 8388608};
  {lines}{web(pairs, works, env)}{asked}{health}
}}
mail {{
  server_name {env['HOSTNAMES'].split(',')[0]};
  auth_http http://127.0.0.1:8000/auth/email;
  proxy_pass_error_message on;
  resolver {resolver} valid=30s;
  error_log /dev/stderr info;
  smtp_capabilities PIPELINING "SIZE {limit}" ETRN ENHANCEDSTATUSCODES 8BITMIME DSN;
  {only_mail}{mail(pairs, works, env)}
}}
"""
