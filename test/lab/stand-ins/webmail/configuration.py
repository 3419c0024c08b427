"""The nginx configuration of the webmail."""


def configuration(env):
    front = env.get("FRONT_ADDRESS") or "front"
    limit = int(env.get("MESSAGE_SIZE_LIMIT") or 0) + 8388608
    return f"""
user www-data;
worker_processes 1;
pid /run/nginx.pid;
error_log /dev/stderr notice;
events {{ worker_connections 256; }}
http {{
  server {{
    listen 80 default_server;
    access_log off;
    client_max_body_size {limit};
    real_ip_header X-Real-IP;
    set_real_ip_from {front};
    location / {{ proxy_pass http://127.0.0.1:9000; }}
    location = /ping {{ allow 127.0.0.1; deny all; proxy_pass http://127.0.0.1:9000; }}
  }}
}}
"""
