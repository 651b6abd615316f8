"""The broker of a small installation: a folder, kombu's, that survives half a message.

It carries the bell alone (what is to be done is a row): a message may be lost, which costs a tick of the sweep, but none may end the
worker, which would end the portal.
"""

from queue import Empty

from kombu.transport import filesystem


class FolderChannel(filesystem.Channel):
    def drain_events(self, *args: object, **kwargs: object) -> object:
        """The next message; one that is still being written, or that a full disk or a crash cut off, is gone."""
        try:
            return super().drain_events(*args, **kwargs)  # type: ignore[no-untyped-call]  # kombu gives it no types
        except ValueError:
            raise Empty from None


class FolderTransport(filesystem.Transport):
    Channel = FolderChannel
