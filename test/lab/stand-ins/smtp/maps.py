"""Postfix's questions, asked of admin: a socketmap server, in the place of podop."""

import os
import socketserver
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import urlopen

from stand_in import address

SOCKET = "/tmp/podop.socket"


def look_up(table, key):
    try:
        url = f"http://{address('admin')}:8080/internal/postfix/{table}/{quote(key, safe='@')}"
        with urlopen(url, timeout=10) as answer:
            return f"OK {answer.read().decode()}"
    except HTTPError as error:
        return "NOTFOUND " if error.code == 404 else f"TEMP admin answers {error.code}"
    except OSError as error:
        return f"TEMP {error}"


class Handler(socketserver.StreamRequestHandler):
    def handle(self):
        while True:
            length = b""
            while not length.endswith(b":"):
                byte = self.rfile.read(1)
                if byte == b"":
                    return
                length += byte
            table, _, key = self.rfile.read(int(length[:-1])).decode().partition(" ")
            self.rfile.read(1)
            answer = look_up(table, key).encode()
            self.wfile.write(b"%d:%s," % (len(answer), answer))


class Server(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True


def serve():
    if os.path.exists(SOCKET):
        os.unlink(SOCKET)
    with Server(SOCKET, Handler) as server:
        server.serve_forever()
