"""Programs as Mailu's start files run them: what SIGTERM ends, and what outlives it."""

import multiprocessing
import os
import pwd
import subprocess
import sys
import threading
import time


def drop_to(user):
    found = pwd.getpwnam(user)
    os.setgroups([])
    os.setgid(found.pw_gid)
    os.setuid(found.pw_uid)
    os.environ["HOME"] = found.pw_dir


def beside(work, user):
    """A child that is no daemon: Python waits for its end before it ends itself, for ever."""

    def begin():
        drop_to(user)
        work()

    multiprocessing.get_context("fork").Process(target=begin).start()


def sleep_for_ever():
    while True:
        time.sleep(3600)


def supervise(command):
    """
    Runs a program until it ends. Then this ends at once, whatever is beside it.
    SIGTERM leaves this loop without a word to the program.
    """
    program = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, errors="replace")
    for source, target in ((program.stdout, sys.stdout), (program.stderr, sys.stderr)):
        threading.Thread(target=forward, args=(source, target), daemon=True).start()
    while True:
        code = program.poll()
        if code is not None:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code if code > 0 else 143)
        if threading.active_count() < 3:
            # Mailu compares a code that it has not got, and ends by that: with a wait for its children.
            raise TypeError(f"{command[0]} runs on, and has closed an output")
        time.sleep(1)


def forward(source, target):
    for line in source:
        target.write(line)
        target.flush()
