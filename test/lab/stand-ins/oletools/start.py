#!/usr/bin/python3
from ping_pong import serve
from stand_in import set_env

set_env()
serve(11343)
