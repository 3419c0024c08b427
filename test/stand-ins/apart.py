"""
Runs a file of a stand-in apart from the machine it is on: nothing is mounted, given away or looked up, no other user is
taken on, and what is written goes into a folder, by its last name. FILE, and the folder, which has the accounts as well.
"""

import os
import runpy
import socket
import sys

import processes
import stand_in
from memory import Memory

file, folder = sys.argv[1:3]
sys.argv = [file, *sys.argv[3:]]
sys.path[0] = os.path.dirname(file)
stand_in.give = stand_in.need_mount = processes.drop_to = lambda *_: None


def write(path, text, _=0):
    with open(os.path.join(folder, os.path.basename(path)), "w") as file:
        file.write(text)


stand_in.write = write
real = socket.getaddrinfo


def lookup(name, *more):
    if name in os.environ.get("MISSING", "").split(","):
        raise socket.gaierror(-2, "Name or service not known")
    return real("127.0.0.1" if name in ("imap", "smtp", "admin") else name, *more)


socket.getaddrinfo = lookup
if os.path.exists(os.path.join(sys.path[0], "accounts.py")):
    import accounts
    import dnssec
    import store

    accounts.Accounts.__init__.__defaults__ = (os.path.join(folder, "main.db"),)
    dnssec.wait_for_validation = lambda: None
    memory = Memory()
    store.Redis = lambda *_: memory
runpy.run_path(file, run_name="__main__")
