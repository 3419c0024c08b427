#!/usr/bin/python3
import signal
import sys

from web import serve

signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
serve(9998, {"/tika": lambda *_: "This is Tika's stand-in.\n"})
