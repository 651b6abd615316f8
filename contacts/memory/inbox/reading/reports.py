"""Bounces: to whom a letter could not be delivered, and what the server said of each."""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from email.message import Message
from typing import Any

from contacts.memory.inbox.reading.leaves import header_text
from contacts.memory.inbox.reading.parsing import ADDRESS, Parts, ids_in
from contacts.memory.inbox.reading.phrases import has, is_wholly, starts
from contacts.memory.inbox.reading.verdicts import status_in, verdict

FIELD = re.compile(r"(?P<name>[A-Za-z][A-Za-z-]{2,40})\s*:\s*(?P<value>.*)")
REPORTED = ("final-recipient", "original-recipient", "diagnostic-code", "action", "status")
NO_RECIPIENT = re.compile(r"need RCPT|no valid recipients", re.IGNORECASE)  # said to a server that did not wait for the answers
DONE = {"delivered", "relayed", "expanded"}
ENCLOSED = ("message/rfc822", "text/rfc822-headers", "message/rfc822-headers", "message/global", "message/global-headers")
STATED = ("message/delivery-status", "message/global-delivery-status")
COMMAND = re.compile(
    r"^\s*>>>\s*(?P<command>[A-Za-z]{4})|^\s*<<<(?P<answer>.*)|(?:after|reply to|in|command)\s+(?P<phase>(?:end of )?DATA|RCPT)\b",
    re.I | re.M,
)
LONGEST = 60_000  # characters of a report that are looked at
MOST = 50  # recipients of one report


@dataclass(frozen=True)
class Failure:
    """What became of one recipient."""

    address: str
    status: str
    verdict: str  # "hard" or "soft"
    answer: str
    is_delivered: bool = False


def told_by_service(text: str) -> dict[str, Any]:
    """What a sending service says in JSON of a letter that it could not deliver; nothing where the text is none."""
    if not text.lstrip().startswith("{"):
        return {}
    try:
        told, _end = json.JSONDecoder().raw_decode(re.sub(r"!\n\s", "", text).strip())  # long lines were cut so
    except ValueError:
        return {}
    if isinstance(told, dict) and isinstance(told.get("Message"), str):  # the same, wrapped once more
        return told_by_service(told["Message"])
    is_bounce = isinstance(told, dict) and "Bounce" in (told.get("notificationType"), told.get("eventType"))
    return told if is_bounce and isinstance(told.get("bounce"), dict) else {}


def blocks_of_service(text: str) -> list[dict[str, str]]:
    """The same as the fields of a report."""
    recipients = told_by_service(text).get("bounce", {}).get("bouncedRecipients", [])
    return [
        {
            "final-recipient": str(one.get("emailAddress", "")),
            "action": str(one.get("action", "failed")),
            "status": str(one.get("status", "")),
            "diagnostic-code": str(one.get("diagnosticCode", "")),
        }
        for one in (recipients if isinstance(recipients, list) else [])
        if isinstance(one, dict)
    ]


def is_report(parts: Parts) -> bool:
    return parts.report_type == "delivery-status" or bool(parts.of_kind(*STATED))


def looks_like_bounce(parts: Parts) -> bool:
    """Whether a mail server wrote the letter to say that another one did not arrive, in no form of the standard."""
    if parts.headers("X-Failed-Recipients") or told_by_service(parts.text):
        return True
    name, address = parts.sender
    local = (address or parts.header("From")).partition("@")[0].strip(" <>\"'")
    by_server = is_wholly("daemons", local) or starts("daemon names", name)
    no_way_back = is_null(parts.message.get("Return-Path")) or is_null(parts.message.get("X-Envelope-From"))
    subject, text = parts.header("Subject"), human_text(parts)[:LONGEST]
    named, told = starts("bounce subjects", subject), has("bounce texts", text)
    if by_server or no_way_back:
        return (
            (named and bool(told or status_in(text) or not text.strip() or by_server))
            or (told and by_server)
            or (told and bool(ADDRESS.search(text)) and has_original(parts))
        )
    return named and told and (bool(parts.of_kind(*ENCLOSED)) or bool(status_in(text))) and not parts.headers("In-Reply-To")


def is_null(path: object) -> bool:
    return path is not None and str(path).strip() in ("<>", "", "<MAILER-DAEMON>")


def has_original(parts: Parts) -> bool:
    """Whether the letter that did not arrive lies within."""
    return bool(parts.of_kind(*ENCLOSED)) or len(parts.text) > len(human_text(parts)) + 1


def human_text(parts: Parts) -> str:
    """What the report says to people, without the letter that it gives back."""
    lines = parts.text.split("\n")
    for place, line in enumerate(lines):
        if place and is_wholly("originals in bounces", line.strip()):
            return "\n".join(lines[:place])
    return parts.text


def failures(parts: Parts) -> list[Failure]:
    """Each recipient whom the report names, as far as it can be read; in its order, each once."""
    text = human_text(parts)[:LONGEST]
    blocks = [block for leaf in parts.of_kind(*STATED) for block in blocks_of(leaf.inner, leaf.text)]
    blocks += blocks_of_service(text)
    found = list(from_blocks(blocks, text)) or list(from_blocks(blocks_of([], text), text))
    if not found:
        found = list(from_text(parts, text))
    once: dict[str, Failure] = {}
    for failure in found[:MOST]:
        once.setdefault(failure.address.casefold(), failure)
    return list(once.values())


def refused_after_data(text: str, status: str) -> bool:
    """Whether "no such user" was said only after the recipient had been taken: in answer to the letter itself.

    sendmail shows DATA above answers for which it did not wait: there the number must be one of a rule too.
    """
    if "transcript of session" in text.casefold() and not status.startswith(("5.2.", "5.7.")):
        return False
    command, phases = "", set()
    for found in COMMAND.finditer(text):
        if found["phase"]:
            phases.add("DATA" if "data" in found["phase"].casefold() else "RCPT")
        elif found["command"]:
            command = found["command"].upper()
        elif has("hard", found["answer"]):
            phases.add(command)
    return phases == {"DATA"} and not NO_RECIPIENT.search(text)


def blocks_of(inner: Iterable[Message], text: str) -> list[dict[str, str]]:
    """The fields of a report, a block for each recipient."""
    blocks = [{name.casefold(): header_text(value) for name, value in block.items()} for block in inner]
    if any("final-recipient" in block or "original-recipient" in block for block in blocks):
        return blocks
    return list(fields_in(text))


def fields_in(text: str) -> Iterator[dict[str, str]]:
    """The fields of a report that came as text, whatever stands around them."""
    block: dict[str, str] = {}
    last = ""
    for line in text.split("\n"):
        if last and line[:1] in " \t" and line.strip():
            block[last] += f" {line.strip()}"
            continue
        field = FIELD.match(line.strip())
        last = ""
        if field and field["name"].casefold() in REPORTED:
            name = field["name"].casefold()
            if name in block and name != "status":
                yield block
                block = {}
            block[name], last = field["value"].strip(), name
    if block:
        yield block


def from_blocks(blocks: list[dict[str, str]], text: str) -> Iterator[Failure]:
    for block in blocks:
        address = address_in(block.get("final-recipient", "")) or address_in(block.get("original-recipient", ""))
        if not address:
            continue
        action = block.get("action", "").split(" ")[0].strip(" ;").casefold()
        answer = block.get("diagnostic-code", "")
        told = answer if says_something(answer) else f"{answer}\n{near(text, address)}"
        status = best_status(answer, block.get("status", ""), told)
        kind = verdict(
            f"{told} {beside_number(block.get('status', ''))}", status, action=action, after_data=refused_after_data(text, status)
        )
        yield Failure(address, status, kind, told.strip(), action in DONE)


def says_something(answer: str) -> bool:
    """Whether the answer has words of its own: "smtp; 550" has none."""
    return len(re.findall(r"[^\W\d_]{2,}", answer.partition(";")[2] or answer)) >= 2


def beside_number(status: str) -> str:
    """The words that some servers add to the number: "5.2.0 (Over quota)"."""
    return status.partition("(")[2]


def best_status(answer: str, field: str, told: str) -> str:
    """The status that says most: the server's own, the report's, else any in the text."""
    found = [status_in(answer), status_in(field), status_in(told)]
    return next((one for one in found if one and not one.endswith(".0.0")), next((one for one in found if one), ""))


def near(text: str, address: str) -> str:
    """What the text says of `address`: from its line to the next recipient, or all of it where it is not named."""
    lines = text.split("\n")
    at = next((place for place, line in enumerate(lines) if address.casefold() in line.casefold()), None)
    if at is None:
        return text
    if re.match(r"\s*\d{3}[ -]\S+\.\.\. \S", lines[at]):  # sendmail's own line, one for each recipient
        return lines[at]
    for place in range(at + 1, len(lines)):
        other = address_in(lines[place])
        if other and other.casefold() != address.casefold() and begins_with(lines[place], other):
            return "\n".join(lines[at:place])
    return text if len(lines) < 80 else "\n".join(lines[max(at - 5, 0) : at + 30])


def from_text(parts: Parts, text: str) -> Iterator[Failure]:
    """The recipients of a report that is only a text."""
    named = [address_in(value) for header in parts.headers("X-Failed-Recipients") for value in header.split(",")]
    addresses = [address for address in named if address] or addresses_in(parts, text) or recipients_of_original(parts)
    for address in addresses:
        told = near(text, address) if len(addresses) > 1 else text
        if address and has("bounce subjects", parts.header("Subject")) and not says_something(told.replace(address, "")):
            told = f"{parts.header('Subject')}\n{text}"
        if len(addresses) == 1:
            told = f"{told}\n{parts.header('Subject')}"
        status = status_in(told) or status_in(text)
        yield Failure(
            address, status, verdict(told, status, action=action_of(parts, told), after_data=refused_after_data(text, status)), told.strip()
        )


def action_of(parts: Parts, told: str) -> str:
    """ "delayed" where the server will try again."""
    return "delayed" if has("delays", parts.header("Subject")) or has("delays", told) else "failed"


def addresses_in(parts: Parts, text: str) -> list[str]:
    """The addresses in the text that are neither ours nor a server's, those that begin a line first."""
    ours = {*parts.recipients, parts.sender[1].casefold()}
    first: list[str] = []
    later: list[str] = []
    for line in text.split("\n"):
        for match in ADDRESS.finditer(line):
            address = match[0].strip(".'\"<>")
            local = address.partition("@")[0]
            if address.casefold() in ours or is_wholly("daemons", local) or "from" in line[: match.start()].casefold():
                continue
            (first if begins_with(line, address) else later).append(address)
    if first or later:
        return list(dict.fromkeys(first or later[:1]))
    begun = [address_in(line) for line in text.split("\n") if line.strip().startswith("<") and address_in(line)]
    return begun[:1]  # even where it is the one to which the report went


def begins_with(line: str, address: str) -> bool:
    """Whether `line` is about `address`, which stands at its beginning: "550 <anna@example.com>... User unknown"."""
    return bool(
        re.fullmatch(
            r"[\W_]*(?:\d{3}[ -]|(?:failed |final |original )?(?:rcpt to|recipient|address)\W*)?[\W_]*", before(line, address), re.I
        )
    )


def before(line: str, address: str) -> str:
    return line.partition(address)[0]


def recipients_of_original(parts: Parts) -> list[str]:
    """Whom the letter was for that came back."""
    for leaf in parts.of_kind(*ENCLOSED):
        heads = leaf.inner[0].get("To", "") if leaf.inner else "".join(re.findall(r"(?im)^to:(.*)$", leaf.text)[:1])
        found = address_in(header_text(heads))
        if found:
            return [found]
    after = parts.text[len(human_text(parts)) :]
    found = address_in("".join(re.findall(r"(?im)^(?:to|x-original-to|envelope-to):(.*)$", after)[:1]))
    return [found] if found else []


def address_in(text: str) -> str:
    """The address in a field of a report: "rfc822; anna@example.com"."""
    found = ADDRESS.search(text.replace("=40", "@") if "@" not in text else text)
    return found[0].strip(".") if found else ""


def ids_of_original(parts: Parts) -> list[str]:
    """The Message-ID of the letter that came back, so that it is known which of ours it was."""
    for leaf in parts.of_kind(*ENCLOSED):
        heads = leaf.inner[0].get("Message-ID", "") if leaf.inner else "".join(re.findall(r"(?im)^message-id:(.*)$", leaf.text)[:1])
        if found := ids_in(str(heads)):
            return found
    return ids_in("".join(re.findall(r"(?im)^message-id:(.*)$", parts.text)[:1]))
