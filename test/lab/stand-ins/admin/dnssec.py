"""Whether a name server validates: the answer for example.org has to have the AD flag."""

import time

from dns_query import AD, A, ask, flags, name_servers
from stand_in import say


def validates(server):
    found = flags(ask(server, "example.org", A))
    return found & 0x000F == 0 and found & AD != 0


def wait_for_validation():
    for server in name_servers():
        while True:
            try:
                if validates(server):
                    break
                say(f"Your DNS resolver at {server} is not doing DNSSEC validation")
            except OSError as error:
                say(f"Your DNS resolver at {server} does not answer: {error}")
            time.sleep(5)
