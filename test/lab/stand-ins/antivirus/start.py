#!/usr/bin/python3
import os
import time

from ping_pong import serve
from scan import answer
from stand_in import is_legacy, need_mount, say

# Mailu's own image of 1.x has its signatures elsewhere.
folder = "/data" if is_legacy() else "/var/lib/clamav"
need_mount(folder)
with open(os.path.join(folder, "main.cvd"), "w") as file:
    file.write("stand-in\n")
# The real one needs minutes to read its signatures: its check of health begins after six.
wait = int(os.environ.get("STAND_IN_START_SECONDS", "0"))
for second in range(wait):
    say(f"Socket for clamd not found yet, retrying ({second}/{wait}) ...")
    time.sleep(1)
# As the first process of a container this never hears SIGTERM: nor does the real one, which is `tail -f /dev/null`.
serve(3310, answer)
