"""Maintains the message catalogues without the gettext programs.

`update` reads every text of the portal into locale/<language>/LC_MESSAGES/django.po, `compile` makes the .mo files, `check`
fails where a catalogue is not up to date, German lacks a text, Italian or Russian lacks one that a customer can see, or a text
can't be read into the catalogues at all.
"""

import argparse
import ast
import io
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
from tools.packages import APPS  # noqa: E402  the tool runs as a script

LANGUAGES = {"de": "all", "it": "customer", "ru": "customer"}
KEYWORDS = {
    **DEFAULT_KEYWORDS,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext_lazy": (1, 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
# Files with texts that customers can see, also in the file that answers a request for access: these must be translated into Italian and
# Russian too.
CUSTOMER = (
    "cms/models/brand.py",
    "cms/templates/",
    "contacts/consent/actions.py",
    "contacts/consent/forms.py",
    "contacts/consent/models.py",
    "contacts/disclosed.py",
    "contacts/memory/actions/meetings.py",
    "contacts/memory/letters.py",
    "contacts/memory/models/interaction.py",
    "contacts/memory/models/meeting.py",
    "contacts/memory/models/task.py",
    "contacts/memory/views/meeting_guest.py",
    "contacts/people/disclosing.py",
    "contacts/people/happened.py",
    "contacts/people/models/person.py",
    "contacts/people/models/roles.py",
    "contacts/reasons/models.py",
    "contacts/templates/contacts/file/",
    "contacts/templates/contacts/guest/",
    "contacts/templates/contacts/mail/",
    "contacts/templates/contacts/preferences",
    "events/actions/registering.py",
    "events/actions/seats.py",
    "events/disclosed.py",
    "events/forms/answer.py",
    "events/forms/asking.py",
    "events/letters.py",
    "events/models/event.py",
    "events/models/registration.py",
    "events/models/request.py",
    "events/templates/events/guest/",
    "events/templates/events/mail/",
    "events/views/asking.py",
    "events/views/guest.py",
    "fleetportal/core/outbox/message.py",
    "fleetportal/core/templates/403",
    "fleetportal/core/templates/404",
    "fleetportal/core/templates/429",
    "fleetportal/core/templates/500",
    "fleetportal/core/templates/core/_field.html",
    "fleetportal/core/templates/core/_form_errors.html",
    "fleetportal/core/templates/core/_kept.html",
    "fleetportal/core/templates/core/customer",
    "fleetportal/core/templates/core/link_unknown.html",
    "fleetportal/core/templates/core/refusal.html",
    "fleetportal/core/templatetags/portal.py",
    "fleetportal/core/web/idempotency.py",
    "fleetportal/core/web/throttle.py",
    "fleetportal/core/words.py",
    "fleetportal/settings/base.py",
    "gifts/actions/claiming.py",
    "gifts/actions/claims.py",
    "gifts/actions/redeeming.py",
    "gifts/disclosed.py",
    "gifts/forms.py",
    "gifts/letters.py",
    "gifts/models/challenge.py",
    "gifts/models/voucher.py",
    "gifts/pdf.py",
    "gifts/templates/gifts/_what_we_keep.html",
    "gifts/templates/gifts/claim",
    "gifts/templates/gifts/customer",
    "gifts/templates/gifts/mail/",
    "gifts/templates/gifts/voucher.html",
    "gifts/views/claiming.py",
    "intake/actions/keep.py",
)
ABOUT = {"project": "Fleetportal", "version": "1", "last_translator": "Fleetportal", "msgid_bugs_address": "none"}
HEADER = "# Fleetportal: texts in {language}.\n# This file is distributed under the same licence as Fleetportal."


def sources() -> Iterator[Path]:
    """Every file of the portal that may contain a text, in a fixed order."""
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*")):
            inside = path.relative_to(ROOT).parts
            if (path.suffix == ".py" and "migrations" not in inside) or (path.suffix in (".html", ".txt") and "templates" in inside):
                yield path


def readable(path: Path) -> bytes:
    """A file in the form for the Python extractor; a template becomes one long expression, so that indentation does not matter."""
    text = path.read_text(encoding="utf-8")
    return (text if path.suffix == ".py" else f"({templatize(text)}\n)").encode()


def template() -> Catalog:
    """All texts of the portal, each with the files that use it.

    Raises ValueError for a singular with two plurals: a catalogue identifies a text by its singular and would mix up the plurals.
    """
    found = Catalog(charset="utf-8", fuzzy=False, **ABOUT)
    plurals: dict[tuple[str, str | None], str] = {}
    for path in sources():
        name = path.relative_to(ROOT).as_posix()
        options = {"encoding": "utf-8"}
        for line, text, comments, context in extract(
            "python", io.BytesIO(readable(path)), KEYWORDS, ("Translators:",), options, strip_comment_tags=True
        ):
            if isinstance(text, tuple) and plurals.setdefault((text[0], context), text[1]) != text[1]:
                raise ValueError(f"two plurals of {text[0]!r} ({name}:{line}): {text[1]!r} and {plurals[text[0], context]!r}")
            found.add(text, locations=[(name, line)], auto_comments=comments, context=context)
    return found


def unreadable(path: Path) -> Iterator[int]:
    """The lines of a Python file with a text that the extractor can't find: inside an f-string, or built in the call."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    inside = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in ast.walk(node)}
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and (name := name_of(call)) in KEYWORDS:
            texts = call.args[: len(KEYWORDS[name] or (1,))]
            if id(call) in inside or any(isinstance(word, ast.JoinedStr | ast.BinOp) for word in texts):
                yield call.lineno


def name_of(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else call.func.attr if isinstance(call.func, ast.Attribute) else ""


def hidden() -> Iterator[str]:
    """A line for each text of the portal that `update` can't find, so that nobody could translate it."""
    for path in sources():
        if path.suffix == ".py":
            name = path.relative_to(ROOT).as_posix()
            yield from (f"{name}:{line}: a text the extractor can't see; give it a call and a line of its own" for line in unreadable(path))


def catalogue_path(language: str) -> Path:
    return ROOT / "locale" / language / "LC_MESSAGES" / "django.po"


def catalogue(language: str) -> Catalog:
    """The catalogue as it is stored, or an empty one."""
    path = catalogue_path(language)
    if not path.is_file():
        return Catalog(locale=language, charset="utf-8", fuzzy=False, **ABOUT)
    with path.open("rb") as file:
        return read_po(file, locale=language, domain="django")


def is_customers(message: Message) -> bool:
    return any(path.startswith(CUSTOMER) for path, _line in message.locations)


def is_translated(message: Message) -> bool:
    forms = message.string if isinstance(message.string, list | tuple) else (message.string,)
    return not message.fuzzy and all(forms)


def update() -> int:
    """Update every catalogue to the current texts; removed texts are dropped with their translations."""
    texts = template()
    for language in LANGUAGES:
        stored = catalogue(language)
        stored.update(texts, no_fuzzy_matching=True, update_creation_date=False)
        stored.obsolete.clear()
        stored.header_comment = HEADER.format(language=language)
        path = catalogue_path(language)
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            write_po(file, stored, width=120, include_lineno=False, sort_by_file=True)
        missing = sum(bool(m.id) and not is_translated(m) for m in stored)
        print(f"{language}: {len(stored)} texts, {missing} without a translation")
    return 0


def compile_all() -> int:
    """Write each .mo file beside its catalogue."""
    for language in LANGUAGES:
        path = catalogue_path(language)
        if path.is_file():
            with path.with_suffix(".mo").open("wb") as file:
                write_mo(file, catalogue(language))
    return 0


def faults(language: str, owed: str, texts: Catalog) -> Iterator[str]:
    """What is wrong with one catalogue: a line for each missing text, or one with different placeholders."""
    stored = catalogue(language)
    for text in texts:
        if not text.id:
            continue
        kept = stored.get(text.id, text.context)
        if kept is None:
            yield f"{language}: not in the catalogue (run `python tools/messages.py update`): {text.id!r}"
        elif not is_translated(kept) and (owed == "all" or is_customers(text)):
            yield f"{language}: no translation: {text.id!r} ({text.locations[0][0]})"
    for text, errors in stored.check():
        yield from (f"{language}: {error}: {text.id!r}" for error in errors)


def check() -> int:
    """Print what is missing; 1 when anything is."""
    texts = template()
    found = [*hidden(), *(fault for language, owed in LANGUAGES.items() for fault in faults(language, owed, texts))]
    print(*found, f"{len(found)} faults in the catalogues", sep="\n")
    return bool(found)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("update", "compile", "check"))
    sys.exit({"update": update, "compile": compile_all, "check": check}[parser.parse_args().what]())
