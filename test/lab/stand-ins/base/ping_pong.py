"""A server that answers PING, as ClamAV and olefy do, and nothing else."""

import socketserver


class Handler(socketserver.BaseRequestHandler):
    def handle(self):
        if self.request.recv(64).strip(b"\0\nnz") == b"PING":
            self.request.sendall(b"PONG\n")


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


def serve(port):
    Server(("0.0.0.0", port), Handler).serve_forever()
