"""How Mailu looks a name up."""

import random
import socket
import time

from stand_in import say

TRIES = 100
PAUSE = (2, 5)


class Unknown(Exception):
    """A name that had no address in all tries."""


def resolve_hostname(name):
    """Tries for minutes, and holds whoever asks."""
    for attempt in range(TRIES):
        if attempt > 0:
            time.sleep(random.uniform(*PAUSE))
        try:
            found = socket.getaddrinfo(name, None, socket.AF_UNSPEC, socket.SOCK_STREAM, 0, socket.AI_PASSIVE)
            return sorted(found, key=lambda each: each[0])[0][4][0]
        except (OSError, ValueError) as error:
            say(f"Unable to lookup '{name}': {error}")
    raise Unknown(name)
