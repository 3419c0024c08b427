"""What Mailu makes of some variables for all of its images."""

import os

NEED_TLS = ("443", "465", "993", "995")
DEFAULT_PORTS = "25,80,443,465,993,995,4190"
MAIL = ("25", "110", "143", "465", "587", "993", "995", "4190")
PROXIED = {"mail": MAIL, "all-but-http": (*MAIL, "443"), "all": (*MAIL, "443", "80")}


class Refused(Exception):
    """A value that ends the real program, in a line."""


def is_yes(value):
    """Mailu's: only these words are "no", and nothing at all."""
    return bool(value) and value.lower() not in ("false", "no")


def normalize(env):
    """Adds PORT_…, TLS_…, PROXY_PROTOCOL_… and CPU_COUNT, and takes keys away."""
    for name in [name for name in env if name.endswith("_KEY")]:
        del env[name]
    for item in env.get("PROXY_PROTOCOL", "").split(","):
        if item and not item.isdigit() and item not in PROXIED:
            raise Refused(f"PROXY_PROTOCOL has {item}, of which Mailu makes nothing")
        for port in PROXIED.get(item, (item,) if item else ()):
            env[f"PROXY_PROTOCOL_{port}"] = "True"
    encrypted = env.get("TLS_FLAVOR") != "notls"
    for port in env.get("PORTS", DEFAULT_PORTS).split(","):
        if encrypted or port not in NEED_TLS:
            env[f"PORT_{port}"] = "True"
    if encrypted:
        # By a variable of its own: PORTS does not close these.
        for port in set(env.get("TLS", DEFAULT_PORTS).split(",")) & set(NEED_TLS):
            env[f"TLS_{port}"] = "True"
    # Processors of the machine, whatever the container may use of them.
    env.setdefault("CPU_COUNT", str(os.cpu_count()))
