"""A mail server in a separate process: prints its port, accepts everything, ends when its standard input closes."""

import sys

from tests.kills.sink import Sink

if __name__ == "__main__":
    with Sink() as server:
        print(server.port, flush=True)
        sys.stdin.read()
