"""What the front serves over HTTP."""

import os

from stand_in import address
from variables import is_yes

HEALTH = "location /health { return 204; }"
#: Only the small web server of `letsencrypt.py` would answer the other challenges.
CHALLENGE = "location ^~ /.well-known/acme-challenge/testing { return 204; }"


def passed(target, *lines):
    proxy = f"proxy_pass http://{target}; proxy_set_header Host $http_host; proxy_set_header X-Real-IP $remote_addr;"
    return " ".join((*lines, proxy))


def pages(env=os.environ):
    has_admin, webmail, path = is_yes(env["ADMIN"]), env["WEBMAIL"] != "none", env["WEB_WEBMAIL"]
    found = []
    if has_admin or webmail:
        found.append(f"location ~ ^/(sso|static)/ {{ {passed('$admin')} }}")
    found.append("location @sso_login { return 302 /sso/login?url=$request_uri; }")
    root = env.get("WEBROOT_REDIRECT")
    if path != "/" and root != "none":
        found.append(f"location / {{ try_files $uri {f'{root}?homepage' if root else '=404'}; }}")
    if webmail:
        inside = () if path == "/" else (f"rewrite ^({path})$ $1/ permanent;", f"rewrite ^{path}/(.*) /$1 break;")
        asked = ("auth_request /internal/auth/user;", "error_page 403 @sso_login;")
        found.append(f"location {path} {{ {passed('$webmail', *inside, *asked)} }}")
    if has_admin:
        found.append(f"location {env['WEB_ADMIN']} {{ {passed('$admin')} }}")
    if env["WEBDAV"] != "none":
        asked = ("rewrite ^/webdav/(.*) /$1 break;", "auth_request /internal/auth/basic;")
        found.append(f"location /webdav {{ {passed('$webdav', *asked)} }}")
    return found


def targets():
    ports = {"admin": ":8080", "webmail": "", "webdav": ":5232"}
    return [f"set ${name} {address(name)}{port};" for name, port in ports.items()]


def server(*lines):
    body = "\n    ".join(lines)
    return f"\n  server {{\n    {body}\n  }}"


def listen(port, env, more=""):
    proxied = " proxy_protocol" if f"PROXY_PROTOCOL_{port}" in env else ""
    return f"listen {port}{more}{proxied};"


def web(pairs, works, env=os.environ):
    """`pairs`: the certificates that there ought to be. `works`: they are there."""
    flavor = env["TLS_FLAVOR"]
    challenge = [CHALLENGE] if flavor == "letsencrypt" else []
    found = ""
    if "PORT_80" in env and pairs:
        moved = "location / { return 301 https://$host$request_uri; }"
        found += server(listen(80, env), *challenge, moved, HEALTH)
    lines = []
    if not pairs:
        lines.append(listen(80, env))
    if "TLS_443" in env and works:
        lines.append(listen(443, env, " ssl"))
        lines += [f"ssl_certificate {chain}; ssl_certificate_key {key};" for chain, key in pairs]
    lines += ["root /var/www/html;", *targets(), *challenge]
    lines += pages(env) if works or not pairs else ["location / { return 403; }"]
    if is_yes(env.get("API")):
        lines.append(f"location ~ {env.get('WEB_API') or '/api'} {{ {passed('$admin')} }}")
    asked = 'proxy_pass_request_body off; proxy_set_header Content-Length "";'
    lines += [f"location /internal {{ internal; {passed('$admin', asked)} }}", HEALTH]
    return found + server(*lines)
