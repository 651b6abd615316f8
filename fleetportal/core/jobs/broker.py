"""The broker of a small installation: kombu's file system transport, made safe against truncated messages.

It carries only the bell (the work is a row): losing a message delays work until the next sweep, but none may stop the worker, which
would stop the portal.
"""

from queue import Empty

from kombu.transport import filesystem


class FolderChannel(filesystem.Channel):
    def drain_events(self, *args: object, **kwargs: object) -> object:
        """The next message; one that is still being written, or was truncated by a full disk or a crash, is dropped."""
        try:
            return super().drain_events(*args, **kwargs)  # type: ignore[no-untyped-call]  # kombu gives it no types
        except ValueError:
            raise Empty from None


class FolderTransport(filesystem.Transport):
    Channel = FolderChannel
