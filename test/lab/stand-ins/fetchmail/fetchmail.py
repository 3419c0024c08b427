#!/usr/bin/python3
import os
import time

from stand_in import say, set_env

set_env(mounts=["/data"])
while True:
    say("fetching nothing")
    with open("/data/round", "w") as file:
        file.write(f"{time.time()}\n")
    time.sleep(int(os.environ.get("FETCHMAIL_DELAY", "600")))
