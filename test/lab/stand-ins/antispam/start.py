#!/usr/bin/python3
import threading
import time
from urllib.request import urlopen

from stand_in import address, run, set_env, wait_for
from web import serve

set_env("SUBNET", mounts=["/var/lib/rspamd"])


def domains():
    with urlopen(f"http://{address('admin')}:8080/internal/rspamd/local_domains", timeout=5) as answer:
        return answer.status == 200


wait_for("admin", 5, domains)
with open("/var/lib/rspamd/stats.ucl", "w") as file:
    file.write(f"# {time.time()}\n")
threading.Thread(target=lambda: serve(11334, {"/ping": lambda *_: "pong\n"}), daemon=True).start()
run(["/judge.py"], grace=1)
