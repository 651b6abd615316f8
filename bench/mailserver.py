"""A mail server in a process of its own: prints its port, takes everything, ends with its standard input."""

import sys

from tests.kills.sink import Sink

if __name__ == "__main__":
    with Sink() as server:
        print(server.port, flush=True)
        sys.stdin.read()
