#!/usr/bin/python3
import os
import subprocess
import sys

from configuration import configuration
from stand_in import give, refuse, set_env, write

set_env("WEBMAIL", "HOSTNAMES", mounts=["/data"])
env = os.environ
if env.get("ROUNDCUBE_DB_FLAVOR", "sqlite") != "sqlite" and not env.get("ROUNDCUBE_DB_PW"):
    refuse("ROUNDCUBE_DB_FLAVOR without ROUNDCUBE_DB_PW")
give("/data", "mailu:mailu")
with open("/data/started", "w") as file:
    file.write("yes\n")
write("/etc/nginx/nginx.conf", configuration(env))
subprocess.run([os.path.join(sys.path[0], "backend.py")], check=True)
# Ends at once where front has no name: nginx takes its address for a network that is trusted.
os.execvp("nginx", ["nginx", "-g", "daemon off;"])
