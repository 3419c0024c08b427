"""What the start files of the stand-ins share: what the real images refuse, and what they make of their variables."""

import os
import signal
import subprocess
import sys

from variables import Refused, normalize


def say(text):
    print(text, file=sys.stderr, flush=True)


def refuse(text):
    say(f"refused: {text}")
    sys.exit(1)


def leave(*_):
    say("Received SIGTERM, terminating.")
    sys.exit(143)


def set_env(*required, mounts=()):
    """Reads the key, and sees that what is needed is there. At SIGTERM Python ends, but waits for its own children first."""
    signal.signal(signal.SIGTERM, leave)
    file = os.environ.get("SECRET_KEY_FILE")
    if file is not None:
        try:
            with open(file) as key:
                key.read()
        except OSError as error:
            refuse(f"cannot read SECRET_KEY from its file: {error}")
    for name in required:
        if os.environ.get(name, "") == "":
            refuse(f"the variable {name} is missing")
    try:
        normalize(os.environ)
    except Refused as error:
        refuse(str(error))
    # Of all programs, of those that run as well (socrate:103). In a container alone.
    if os.path.exists("/.dockerenv") and not is_legacy():
        os.system("find /run -xdev -type f -name '*.pid' -exec rm -f {} +")
    for path in mounts:
        need_mount(path)


def need_mount(path):
    with open("/proc/self/mountinfo") as mounts:
        if not any(line.split(" ")[4] == path for line in mounts):
            refuse(f"missing mount {path}")


def is_legacy():
    """Whether this stands for an image of 1.x."""
    if not os.path.exists("/version"):
        return False
    with open("/version") as version:
        return version.read().startswith("1.")


def address(service):
    """The name under which a service is found; Mailu's base image has these defaults."""
    return os.environ.get(f"{service.upper()}_ADDRESS", service)


def subnets():
    """Networks that are trusted. 1.x had a variable of its own for what is not Docker's own network."""
    return os.environ.get("POD_ADDRESS_RANGE") or os.environ["SUBNET"]


def write(path, text, mode=0o644):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as file:
        file.write(text)
    os.chmod(path, mode)


def give(path, user):
    """What is on shared storage belongs to whoever the image runs as."""
    subprocess.run(["chown", "-R", user, path], check=False)
