#!/usr/bin/python3
from stand_in import set_env
from web import serve

set_env()
serve(9998, {"/tika": lambda *_: "This is Tika's stand-in.\n"})
