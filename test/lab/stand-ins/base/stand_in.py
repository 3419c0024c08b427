"""What the start files of the stand-ins share: what the real images refuse, and an end that is clean."""

import os
import signal
import socket
import subprocess
import sys
import time


def say(text):
    print(text, file=sys.stderr, flush=True)


def refuse(text):
    say(f"refused: {text}")
    sys.exit(1)


def set_env(*required, mounts=()):
    """Reads the key, sees that what is needed is there, and ends at SIGTERM, as Mailu's function of that name does."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    file = os.environ.get("SECRET_KEY_FILE")
    if file is not None:
        try:
            with open(file) as key:
                os.environ["SECRET_KEY"] = key.read().strip()
        except OSError as error:
            refuse(f"cannot read SECRET_KEY from its file: {error}")
    for name in required:
        if os.environ.get(name, "") == "":
            refuse(f"the variable {name} is missing")
    for path in mounts:
        need_mount(path)


def need_mount(path):
    with open("/proc/self/mountinfo") as mounts:
        if not any(line.split(" ")[4] == path for line in mounts):
            refuse(f"missing mount {path}")


def address(service):
    """The name under which a service is found; Mailu's base image has these defaults."""
    return os.environ.get(f"{service.upper()}_ADDRESS", service)


def subnets():
    """Networks that are trusted. 1.x had a variable of its own for what is not Docker's own network."""
    return os.environ.get("POD_ADDRESS_RANGE") or os.environ["SUBNET"]


def wait_for(what, seconds, holds):
    while True:
        try:
            if holds():
                return
            say(f"waiting for {what}")
        except OSError as error:
            say(f"waiting for {what}: {error}")
        time.sleep(seconds)


def resolves(name):
    return socket.gethostbyname(name) != ""


def write(path, text, mode=0o644):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as file:
        file.write(text)
    os.chmod(path, mode)


def give(path, user):
    """What is on shared storage belongs to whoever the image runs as."""
    subprocess.run(["chown", "-R", user, path], check=False)


def run(*commands, tick=lambda: None, grace=15):
    """Runs programs until one ends, or until SIGTERM, and leaves none behind."""
    children = [subprocess.Popen(command) for command in commands]

    def end(code):
        for child in children:
            if child.poll() is None:
                child.terminate()
        for child in children:
            try:
                child.wait(grace)
            except subprocess.TimeoutExpired:
                child.kill()
        sys.exit(code)

    signal.signal(signal.SIGTERM, lambda *_: end(143))
    while True:
        for child, command in zip(children, commands):
            if child.poll() is not None:
                say(f"{command[0]} has ended with {child.returncode}")
                end(child.returncode if child.returncode > 0 else 1)
        time.sleep(0.5)
        tick()
