#!/usr/bin/python3
import os

from ping_pong import serve
from stand_in import need_mount, set_env

set_env()
# Mailu's own image of 1.x has its signatures elsewhere.
with open("/version") as version:
    folder = "/data" if version.read().startswith("1.") else "/var/lib/clamav"
need_mount(folder)
with open(os.path.join(folder, "main.cvd"), "w") as file:
    file.write("stand-in\n")
serve(3310)
