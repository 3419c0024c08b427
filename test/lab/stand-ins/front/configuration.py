"""The nginx configuration of the front."""

import os

from stand_in import address

CERTIFICATE, KEY = "/certs/cert.pem", "/certs/key.pem"
NEED_TLS = (443, 465, 993, 995)
BEGIN_PLAIN = {110: "pop3", 143: "imap", 587: "smtp"}
TLS_ONLY = {465: "smtp", 993: "imap", 995: "pop3"}


def ports():
    """1.x has no such variable, and opens all."""
    with open("/version") as version:
        more = ",110,143,587" if version.read().startswith("1.") else ""
    return [int(port) for port in os.environ.get("PORTS", f"25,80,443,465,993,995,4190{more}").split(",")]


def mail_server(listen, port, protocol, *lines):
    return f"""
  server {{
    listen 0.0.0.0:{listen};
    protocol {protocol};
    auth_http_header Auth-Port {port};
    {' '.join(lines)}
  }}"""


def mail(tls, wanted):
    """`tls`: there is a certificate. `wanted`: the ports that are on at the moment."""
    certificate = f"ssl_certificate {CERTIFICATE}; ssl_certificate_key {KEY};"
    login = "smtp_auth plain login;"
    servers = [mail_server(25, 25, "smtp", "smtp_auth none;", f"starttls on; {certificate}" if tls else "")]
    for port, protocol in TLS_ONLY.items():
        if port in wanted:
            servers.append(mail_server(f"{port} ssl", port, protocol, login, certificate))
    for port, protocol in BEGIN_PLAIN.items():
        if port in wanted:
            servers.append(mail_server(port, port, protocol, login, f"starttls only; {certificate}" if tls else ""))
    # For the webmail, inside Mailu's networks.
    servers.append(mail_server(10025, 10025, "smtp", login))
    servers.append(mail_server(10143, 10143, "imap"))
    return "".join(servers)


def proxied(name, path, target):
    return f"""
    location {path} {{
      set ${name} {target};
      proxy_pass http://${name};
      proxy_set_header Host $http_host;
      proxy_set_header X-Real-IP $remote_addr;
    }}"""


def pages():
    env = os.environ
    found = ""
    if env["ADMIN"].lower() in ("true", "yes"):
        found += proxied("admin", env["WEB_ADMIN"], f"{address('admin')}:8080")
    if env["WEBMAIL"] != "none":
        found += proxied("webmail", env["WEB_WEBMAIL"], f"{address('webmail')}:80")
    if env["WEBDAV"] != "none":
        found += proxied("webdav", "/webdav", f"{address('webdav')}:5232")
    return found


def web(tls, wanted):
    health = "location = /health { return 204; }\n    location /.well-known/acme-challenge/ { return 204; }"
    servers = ""
    if 80 in wanted:
        body = "location / { return 301 https://$host$request_uri; }" if tls and 443 in wanted else pages()
        servers += f"\n  server {{\n    listen 0.0.0.0:80;\n    {health}\n    {body}\n  }}"
    if tls and 443 in wanted:
        servers += f"""
  server {{
    listen 0.0.0.0:443 ssl;
    ssl_certificate {CERTIFICATE};
    ssl_certificate_key {KEY};
    {health}
    {pages()}
  }}"""
    return servers


def stream():
    """Dovecot behind one name: for deliveries, and for filters."""
    servers = [(2525, 2525), (14190, 4190)]
    return "".join(
        f"\n  server {{ listen 0.0.0.0:{here}; set $to{here} {address('imap')}:{there}; proxy_pass $to{here}; }}"
        for here, there in servers
    )


def configuration(flavor, tls):
    """`tls` is false with another flavor than `notls` while there is no certificate: then only 25 and 80 are served."""
    wanted = ports()
    if flavor == "notls":
        wanted = [port for port in wanted if port not in NEED_TLS]
    elif not tls:
        wanted = [port for port in wanted if port in (25, 80)]
    limit = os.environ["MESSAGE_SIZE_LIMIT"]
    return f"""
user www-data;
worker_processes 2;
pid /run/nginx.pid;
error_log /dev/stderr info;
include /etc/nginx/modules-enabled/*.conf;
events {{ worker_connections 1024; }}
http {{
  access_log /dev/stdout;
  resolver 127.0.0.11 valid=5s ipv6=off;
  client_max_body_size {int(limit) + 8388608};
  server {{ listen 127.0.0.1:10204; access_log off; error_log /dev/null; location = /health {{ return 204; }} }}
  server {{
    listen 127.0.0.1:8000;
    location /auth/email {{
      set $asked {address('admin')}:8080;
      proxy_pass http://$asked/internal$request_uri;
      proxy_pass_request_body off;
      proxy_set_header Content-Length "";
    }}
  }}{web(tls, wanted)}
}}
mail {{
  server_name {os.environ['HOSTNAMES'].split(',')[0]};
  auth_http http://127.0.0.1:8000/auth/email;
  proxy_pass_error_message on;
  resolver 127.0.0.11 valid=5s ipv6=off;
  smtp_capabilities PIPELINING "SIZE {limit}" ETRN ENHANCEDSTATUSCODES 8BITMIME DSN;
  xclient on;
{mail(tls, wanted)}
}}
stream {{
  access_log off;
  resolver 127.0.0.11 valid=5s ipv6=off;
{stream()}
}}
"""
