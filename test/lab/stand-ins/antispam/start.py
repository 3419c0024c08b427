#!/usr/bin/python3
import threading
import time
from urllib.request import urlopen

import Milter
from stand_in import address, set_env, wait_for
from web import serve

set_env("SUBNET", mounts=["/var/lib/rspamd"])


class Judge(Milter.Base):
    """Takes every message, and says so in it."""

    def eom(self):
        self.addheader("X-Spamd-Bar", "/")
        self.addheader("X-Spam-Level", "")
        return Milter.ACCEPT


def domains():
    with urlopen(f"http://{address('admin')}:8080/internal/rspamd/local_domains", timeout=5) as answer:
        return answer.status == 200


wait_for("admin", 5, domains)
with open("/var/lib/rspamd/stats.ucl", "w") as file:
    file.write(f"# {time.time()}\n")
Milter.factory = Judge
milter = lambda: Milter.runmilter("stand-in", "inet:11332@0.0.0.0", 240)
threading.Thread(target=lambda: serve(11334, {"/ping": lambda *_: "pong\n"}), daemon=True).start()
milter()
