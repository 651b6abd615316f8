"""A small mail server of a test's own: it speaks the lines of IMAP that reading needs, and no more."""

import re
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class Folder:
    """What is in the mailbox: uid -> bytes; None is a message that a colleague is just moving away."""

    letters: dict[int, bytes | None]
    seen: set[int] = field(default_factory=set)
    validity: int = 7
    said: list[str] = field(default_factory=list)  # the commands that came
    gossip: bytes = b""  # an answer about other messages, sent before the one that was asked for


class Conversation(socketserver.StreamRequestHandler):
    folder: Folder

    def handle(self) -> None:
        self.say(b"* OK ready")
        for line in self.rfile:
            tag, _blank, command = line.decode().strip().partition(" ")
            self.folder.said.append(command)
            verb = command.split(" ")[0].upper()
            if verb == "LOGIN" and "geheim" not in command:
                self.say(f"{tag} NO [AUTHENTICATIONFAILED] wrong password".encode())
                continue
            if verb == "UID":
                self.answer_uid(command)
            elif verb == "EXAMINE" and "INBOX" not in command:
                self.say(f"{tag} NO no such folder".encode())
                continue
            elif verb in ("EXAMINE", "CAPABILITY", "LOGOUT"):
                self.say(*self.greeting(verb))
            self.say(f"{tag} OK done".encode())
            if verb == "LOGOUT":
                return

    def greeting(self, verb: str) -> list[bytes]:
        if verb == "EXAMINE":
            return [b"* %d EXISTS" % len(self.folder.letters), b"* OK [UIDVALIDITY %d] ok" % self.folder.validity]
        return [b"* CAPABILITY IMAP4rev1"] if verb == "CAPABILITY" else [b"* BYE"]

    def answer_uid(self, command: str) -> None:
        if "SEARCH" in command:
            self.say(b"* SEARCH " + " ".join(map(str, self.found(command))).encode())
            return
        uid = int(command.split()[2])
        raw = self.folder.letters.get(uid)
        if self.folder.gossip:
            self.say(self.folder.gossip)
        if raw is None:
            self.say(b"* 2 FETCH (UID %d FLAGS (\\Deleted) RFC822.SIZE 0 BODY[] NIL)" % uid, b"* OK [EXPUNGEISSUED] some are gone")
        else:
            self.say(b"* 1 FETCH (UID %d BODY[]<0> {%d}" % (uid, len(raw)))
            self.wfile.write(raw + b")\r\n")

    def found(self, command: str) -> list[int]:
        """As servers do: `9:*` finds the last message, even if its uid is 5."""
        uids = sorted(self.folder.letters)
        if "UNSEEN" in command:
            return [uid for uid in uids if uid not in self.folder.seen]
        first = int(re.search(r"(\d+):\*", command)[1])  # type: ignore[index]
        return [uid for uid in uids if uid >= first] or uids[-1:]

    def say(self, *lines: bytes) -> None:
        self.wfile.write(b"".join(line + b"\r\n" for line in lines))


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = daemon_threads = True


@contextmanager
def serving(folder: Folder) -> Iterator[str]:
    """The address of the folder, as IMAP_URL names it."""
    handler = type("ConversationHere", (Conversation,), {"folder": folder})
    with Server(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        yield f"imap://fleet%40dealer.example:geheim@127.0.0.1:{server.server_address[1]}/INBOX"
        server.shutdown()
        thread.join()
