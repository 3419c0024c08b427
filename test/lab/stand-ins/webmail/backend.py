#!/usr/bin/python3
"""In the place of PHP: a daemon of its own, as php-fpm is, which nginx passes on to."""

import os
import signal

from web import serve

signal.signal(signal.SIGTERM, signal.SIG_DFL)
if os.fork() > 0:
    os._exit(0)
os.setsid()
serve(9000, {"/ping": lambda *_: "pong\n", "/": lambda *_: f"webmail stand-in: {os.environ['WEBMAIL']}\n"})
