"""A server that answers PING, as ClamAV and olefy do, and more where it is told how."""

import socketserver


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


def serve(port, answer=None):
    """`answer`: what is done with another command than PING, and what has come of it already."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self):
            first = self.request.recv(64)
            if first.strip(b"\0\nnz") == b"PING":
                self.request.sendall(b"PONG\n")
            elif answer is not None:
                answer(self.request, first)

    Server(("0.0.0.0", port), Handler).serve_forever()
