"""The folder that is the broker where there is no Redis: nothing in it may end the worker, which would end the portal."""

import threading
import time
from contextlib import suppress
from pathlib import Path
from queue import Empty

import pytest
from kombu import Connection
from kombu.transport import filesystem
from kombu.utils.json import dumps

from fleetportal.celery import app
from fleetportal.core.jobs import broker

MESSAGES = 40


@pytest.fixture
def channel(tmp_path):
    folders = {"data_folder_in": tmp_path / "queue", "data_folder_out": tmp_path / "queue", "control_folder": tmp_path / "control"}
    for folder in folders.values():
        folder.mkdir(exist_ok=True)
    options = {name: str(folder) for name, folder in folders.items()}
    with Connection("folder://localhost", transport_options=options) as connection:
        yield connection.channel()


def test_a_small_installation_uses_it():
    assert app.connection("folder://localhost").transport_cls == "folder"
    assert type(app.connection("folder://localhost").transport).__module__ == "fleetportal.core.jobs.broker"


def whole_messages(channel, module, monkeypatch):
    """How many of MESSAGES a reader gets whole while another thread writes them slowly."""

    def slowly(payload):
        time.sleep(0.005)
        return dumps(payload)

    monkeypatch.setattr(module, "dumps", slowly)
    writer = threading.Thread(target=lambda: [channel._put("bell", {"number": number}) for number in range(MESSAGES)])
    writer.start()
    got = 0
    while writer.is_alive() or any(Path(channel.data_folder_in).iterdir()):
        with suppress(Empty, ValueError):
            got += bool(channel._get("bell"))
    writer.join()
    return got


def test_a_reader_never_meets_half_a_message(channel, monkeypatch):
    assert whole_messages(channel, broker, monkeypatch) == MESSAGES


def test_a_reader_meets_halves_where_kombu_writes(channel, monkeypatch):
    monkeypatch.setattr(broker.FolderChannel, "_put", filesystem.Channel._put)
    assert whole_messages(channel, filesystem, monkeypatch) < MESSAGES


@pytest.mark.parametrize("cut", ["", '{"body": "x'])
def test_a_message_that_was_cut_off_is_passed_over(channel, tmp_path, cut):
    (tmp_path / "queue" / "0_a.bell.msg").write_text(cut)
    channel._put("bell", {"number": 1})

    with pytest.raises(Empty):
        channel._get("bell")
    assert channel._get("bell") == {"number": 1}


def test_messages_come_in_the_order_they_were_written_though_the_machine_started_in_between(channel, monkeypatch):
    for number, since_start in enumerate([950.0, 1_010.0, 3.0]):
        monkeypatch.setattr(broker.time, "monotonic", lambda since_start=since_start: since_start)
        channel._put("bell", {"number": number})

    monkeypatch.undo()
    assert [channel._get("bell")["number"] for _ in range(3)] == [0, 1, 2]


def test_a_table_that_was_cut_off_is_begun_anew(channel, tmp_path):
    (tmp_path / "control" / "celery.exchange").write_text("")

    channel._queue_bind("celery", "celery", "", "celery")

    assert [row.queue for row in channel.get_table("celery")] == ["celery"]
