"""The broker of a large installation: kombu's Redis transport, made safe against a lost connection.

It carries only the bell (the work is a row), so nothing needs to be put back when the connection is lost: kombu would try to and
fail (`None` has no `hostname`), and the worker would stop.
"""

from kombu.transport import redis


class BellChannel(redis.Channel):
    do_restore = False


class BellTransport(redis.Transport):
    Channel = BellChannel
