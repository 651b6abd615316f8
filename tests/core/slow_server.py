"""An application that repeats what it was sent, behind our worker, for tests of slow callers: `python -m tests.core.slow_server PORT`."""

import sys
from typing import Any

from gunicorn.app.base import BaseApplication

from fleetportal.core.web import buffering

THREADS = 4


def application(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    body = environ["wsgi.input"].read()
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(body) + 3))])
    return [b"ok " + body]


class Server(BaseApplication):
    def __init__(self, port: int, worker: str) -> None:
        self.port, self.worker = port, worker
        super().__init__()

    def load_config(self) -> None:
        worker = buffering.BufferingWorker if self.worker == "ours" else "gthread"
        for name, value in {"bind": f"127.0.0.1:{self.port}", "threads": THREADS, "worker_class": worker, "keepalive": 5}.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        return application


if __name__ == "__main__":
    buffering.HEAD_SECONDS = buffering.BODY_SECONDS = buffering.STREAM_SECONDS = 4.0  # so that the test sees them end
    buffering.STREAM_BYTES_A_SECOND = 10_000_000
    Server(int(sys.argv[1]), sys.argv[2]).run()
