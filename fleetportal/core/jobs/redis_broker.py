"""The broker of a large installation: Redis, kombu's, which a worker outlives.

It carries the bell alone (what is to be done is a row), so nothing is put back when the line breaks: kombu stumbles over that once
the line is gone (`None` has no `hostname`), and the worker would end with it.
"""

from kombu.transport import redis


class BellChannel(redis.Channel):
    do_restore = False


class BellTransport(redis.Transport):
    Channel = BellChannel
