"""A mail server that answers each command with what the test says, after as long as the test says."""

import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress

Script = Callable[[str, str], str]  # command ("CONNECT", "EHLO", "MAIL", "RCPT", "DATA", "TEXT", …) and its line -> answer, "" to hang up
WELL = {"CONNECT": "220 here", "EHLO": "250 here", "DATA": "354 go ahead", "QUIT": "221 bye"}


def well(command: str, line: str) -> str:
    return WELL.get(command, "250 ok")


class ScriptedServer:
    """Use as a context manager; `taken` are the texts for which it said 250, each with its recipient."""

    def __init__(self, script: Script = well, *, delay: Callable[[str], float] = lambda command: 0.0) -> None:
        self.script, self.delay = script, delay
        self.taken: list[tuple[str, str]] = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.host, self.port = self.listener.getsockname()

    def __enter__(self) -> "ScriptedServer":
        threading.Thread(target=self.listen, daemon=True).start()
        return self

    def __exit__(self, *exception: object) -> None:
        self.listener.shutdown(socket.SHUT_RDWR)  # wakes the thread that waits for a caller
        self.listener.close()

    def listen(self) -> None:
        with suppress(OSError):
            while True:
                connection, _address = self.listener.accept()
                threading.Thread(target=self.talk, args=(connection,), daemon=True).start()

    def talk(self, connection: socket.socket) -> None:
        with suppress(OSError), connection, connection.makefile("rwb", buffering=0) as lines:
            recipient, answer = "", self.say(lines, "CONNECT", "")
            while answer and (line := lines.readline().decode().strip()):
                command = line[:4].upper()
                recipient = line if command == "RCPT" else recipient
                answer = self.say(lines, command, line)
                if command == "DATA" and answer.startswith("354"):
                    text = b""
                    while not text.endswith(b"\r\n.\r\n"):
                        text += lines.readline()
                    answer = self.say(lines, "TEXT", recipient)
                    if answer.startswith("250"):
                        self.taken.append((recipient.partition("<")[2].partition(">")[0], text.decode()))

    def say(self, lines: object, command: str, line: str) -> str:
        time.sleep(self.delay(command))
        answer = self.script(command, line)
        if answer:
            lines.write(f"{answer}\r\n".encode())  # type: ignore[attr-defined]
        return answer
