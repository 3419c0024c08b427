#!/usr/bin/python3
import os
import time
from urllib.request import urlopen

from stand_in import address, say, set_env

set_env("SUBNET", mounts=["/var/lib/rspamd"])


def is_up():
    try:
        with urlopen(f"http://{address('admin')}:8080/internal/rspamd/local_domains", timeout=2) as answer:
            return answer.status < 400
    except OSError:
        return False


time.sleep(1)
while not is_up():
    say("Admin is not up just yet, retrying in 1 second")
    time.sleep(1)
os.execvp("rspamd", ["rspamd", "-f", "-u", "rspamd", "-g", "rspamd"])
