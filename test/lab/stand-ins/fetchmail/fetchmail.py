#!/usr/bin/python3
import os
import pwd
import time

from processes import drop_to
from stand_in import address, need_mount, say, set_env

need_mount("/data")
owner = pwd.getpwnam("fetchmail")
with open("/data/fetchids", "a"):
    pass
for path in ("/data/fetchids", "/data"):
    os.chown(path, owner.pw_uid, owner.pw_gid)
os.chmod("/data/fetchids", 0o700)
drop_to("fetchmail")
set_env()
# Behind a proxy the front takes no mail but the proxy's own. Mailu takes the name at the first message: without it, no mail.
target = os.environ.get("HOSTNAMES", "").split(",")[0] if "PROXY_PROTOCOL_25" in os.environ else address("front")
while True:
    delay = int(os.environ.get("FETCHMAIL_DELAY", "60"))
    say(f"Sleeping for {delay} seconds")
    with open("/data/round", "w") as file:
        file.write(f"{time.time()}\n")
    time.sleep(delay)
    say(f"fetching nothing for {target or 'nobody: HOSTNAMES is missing'}")
