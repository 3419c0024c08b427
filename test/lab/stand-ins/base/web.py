"""A small web server: functions by the beginning of the path."""

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote


class Answer(Exception):
    """Ends a request with a status, a text, and headers."""

    def __init__(self, status, text="", headers=None):
        super().__init__(text)
        self.status, self.text, self.headers = status, text, headers or {}


def handler(routes):
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            path = self.path.split("?")[0]
            found = [begin for begin in routes if path.startswith(begin)]
            try:
                if not found:
                    raise Answer(404)
                begin = max(found, key=len)
                answer = Answer(200, routes[begin](unquote(path[len(begin) :]), self.headers))
            except Answer as other:
                answer = other
            except Exception as error:
                print(f"{type(error).__name__}: {error}", flush=True)
                answer = Answer(500)
            body = answer.text.encode()
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, str(value))
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        do_HEAD = do_POST = do_GET

        def log_message(self, form, *values):
            if not self.path.startswith(("/ping", "/tika")):
                print(self.address_string(), form % values, flush=True)

    return Handler


def serve(port, routes):
    ThreadingHTTPServer(("0.0.0.0", port), handler(routes)).serve_forever()
