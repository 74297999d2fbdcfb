"""A listener of one's own on this machine: who asks it was made to, by what was sent."""

from __future__ import annotations

import secrets
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType


class Listener:
    """Waits on a free port for whoever asks; `with` starts and ends it."""

    def __init__(self) -> None:
        self.asked: dict[str, str] = {}
        """The words that were asked for, and what the one who asked calls itself."""
        asked = self.asked

        class Handler(BaseHTTPRequestHandler):
            """Writes down the path, and answers something small."""

            def do_GET(self) -> None:
                """Answers whoever asks."""
                asked[self.path.strip("/").partition("/")[0].partition("?")[0]] = str(
                    self.headers.get("user-agent", "")
                )
                self.send_response(200)
                self.send_header("content-type", "text/plain")
                self.send_header("content-length", "2")
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(b"ok")

            do_POST = do_PUT = do_HEAD = do_GET  # noqa: N815 - names of the library

            def log_message(self, *told: object) -> None:
                """Says nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    def __enter__(self) -> Listener:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def address(self) -> tuple[str, str]:
        """A new word, and the address that somebody asks when he asks for it."""
        word = secrets.token_hex(8)
        return word, f"http://127.0.0.1:{self._server.server_address[1]}/{word}"

    def wait(self, seconds: float) -> None:
        """Gives what is fetched later the time to come."""
        time.sleep(seconds)
