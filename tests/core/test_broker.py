"""The folder that is the broker where there is no Redis: nothing in it may end the worker, which would end the portal."""

import threading
import time
from pathlib import Path
from queue import Empty

import pytest
from kombu import Connection, Consumer, Producer, Queue
from kombu.transport import filesystem

from fleetportal.celery import app
from fleetportal.core.jobs import broker

MESSAGES = 40
BELL = Queue("bell")


@pytest.fixture
def connection(tmp_path):
    folders = {"data_folder_in": tmp_path / "queue", "data_folder_out": tmp_path / "queue", "control_folder": tmp_path / "control"}
    for folder in folders.values():
        folder.mkdir(exist_ok=True)
    options = {name: str(folder) for name, folder in folders.items()}
    with Connection("folder://localhost", transport_options={**options, "polling_interval": 0.01}) as connection:
        yield connection


def put(connection, number):
    Producer(connection.channel()).publish({"number": number}, exchange="", routing_key="bell")


def heard(connection, *, within=0.5):
    """The numbers that a consumer gets until nothing comes for a while."""
    got = []
    with Consumer(connection.channel(), [BELL], callbacks=[lambda body, message: got.append(body["number"]) or message.ack()]):
        try:
            while True:
                connection.drain_events(timeout=within)
        except TimeoutError:
            return got


def test_a_small_installation_uses_it():
    assert app.connection("folder://localhost").transport_cls == "folder"
    assert type(app.connection("folder://localhost").transport).__module__ == "fleetportal.core.jobs.broker"


def test_messages_are_heard(connection):
    for number in range(3):
        put(connection, number)
    assert sorted(heard(connection)) == [0, 1, 2]


@pytest.mark.parametrize("cut", ["", '{"body": "x'])
def test_a_message_that_was_cut_off_is_passed_over(connection, tmp_path, cut):
    (tmp_path / "queue" / "0_a.bell.msg").write_text(cut)
    put(connection, 1)
    assert heard(connection) == [1]


@pytest.mark.parametrize("cut", ["", '{"body": "x'])
def test_the_negative_control_kombus_own_channel_would_end_the_worker(connection, tmp_path, cut, monkeypatch):
    monkeypatch.setattr(broker.FolderChannel, "drain_events", filesystem.Channel.drain_events)
    (tmp_path / "queue" / "0_a.bell.msg").write_text(cut)
    with pytest.raises(ValueError, match=r"Expecting|Unterminated"):
        heard(connection)


def test_a_reader_goes_on_while_another_thread_writes(connection, monkeypatch):
    """Half a message that a reader meets is gone; those written after it are heard."""
    dumps = filesystem.dumps
    monkeypatch.setattr(filesystem, "dumps", lambda payload: time.sleep(0.002) or dumps(payload))
    writer = threading.Thread(target=lambda: [put(connection.clone(), number) for number in range(MESSAGES)])
    writer.start()
    got = heard(connection)
    writer.join()
    put(connection, MESSAGES)
    assert (got + heard(connection))[-1] == MESSAGES


def test_no_table_of_exchanges_is_written_that_a_crash_could_cut_off(tmp_path):
    """Celery declares its queue at the exchange without a name: there is nothing to bind and no file to be read by halves."""
    folders = {name: str(tmp_path / name) for name in ("data_folder_in", "control_folder")}
    for folder in folders.values():
        Path(folder).mkdir()
    options = {**folders, "data_folder_out": folders["data_folder_in"]}
    with app.connection("folder://localhost", transport_options=options) as connection:
        for queue in app.amqp.queues.values():
            queue.bind(connection.channel()).declare()
        app.send_task("core.run_jobs", connection=connection)
    assert not list((tmp_path / "control_folder").iterdir())
    assert len(list((tmp_path / "data_folder_in").iterdir())) == 1


def test_an_empty_folder_says_so(connection):
    with pytest.raises(Empty):
        connection.channel().drain_events()
