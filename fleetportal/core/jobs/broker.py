"""The broker of a small installation: a folder, kombu's, made safe against readers that come while a file is written.

It carries the bell alone (what is to be done is a row): a message may be lost, but none may end the worker.
"""

# mypy: disable-error-code="override, no-untyped-call"
# kombu gives half of its methods types, and those of a channel do not agree with each other.

import time
import uuid
from contextlib import suppress
from pathlib import Path
from queue import Empty

from kombu.exceptions import ChannelError
from kombu.transport import filesystem
from kombu.utils.json import dumps

AGAIN_SECONDS = 0.1


class FolderChannel(filesystem.Channel):
    def _put(self, queue: object, message: object, **kwargs: object) -> None:
        """Kombu gives a message its name before it has its words; whoever looks in between reads nothing.

        Names are read in their order, so they begin with the time of day: the clock kombu takes starts anew with the machine.
        """
        name = f"{time.time_ns()}_{uuid.uuid4()}"
        draft = Path(self.data_folder_out, f"{name}.draft")
        try:
            draft.write_text(dumps(message), encoding="utf-8")
            draft.replace(draft.with_name(f"{name}.{queue}.msg"))
        except OSError as error:
            raise ChannelError(f"Cannot add a message to {self.data_folder_out}") from error

    def _get(self, queue: object, timeout: object = None) -> object:
        """The next message; one that a full disk or a crash cut off is gone."""
        try:
            return super()._get(queue)
        except ValueError:
            raise Empty from None

    def _queue_bind(self, exchange: str, *args: object) -> None:
        """Web, worker and scheduler write this table as they start; one that was never finished is begun anew."""
        try:
            super()._queue_bind(exchange, *args)
        except ValueError:
            time.sleep(AGAIN_SECONDS)
            try:
                super()._queue_bind(exchange, *args)
            except ValueError:
                with suppress(FileNotFoundError):
                    self._exchange_file(exchange).unlink()
                super()._queue_bind(exchange, *args)


class FolderTransport(filesystem.Transport):
    Channel = FolderChannel
