"""What each table holds about a person, for their request for access (Art. 15 GDPR).

Every table that names a person, also by a bare id, or that belongs to a row which does, has an entry in `to_disclose` under its label,
or says there why it adds nothing. A test walks all models for this: a new table without an entry fails the build. An app adds its own
in its `apps.py`:

    to_disclose.register("events.invitation", Disclosed(title, purpose, basis, rows_about(Invitation), (column(…), …)))
"""

import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import phonenumbers
from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist
from django.db import models
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Company
from contacts.people import happened
from contacts.people.models.person import Channel, Person, PersonAddress, fold_address
from contacts.people.models.roles import GROUPS
from fleetportal.core import audit, days, money
from fleetportal.core.db import fold
from fleetportal.core.registry import Registry

Words = str | Promise

CARE = _("Looking after the company, its vehicles and the people in charge of them")
TELLING = _("Writing to the person")
EVENTS = _("Events the person was invited to or attended")
GIVING = _("Gifts and vouchers, and their limits")
PROOF = _("Proof of who changed what, and of consents")

CONTRACT = _("Contract with the company and steps before it, Art. 6(1)(b) GDPR; legitimate interest in it, Art. 6(1)(f)")
CONSENT = _("Consent, Art. 6(1)(a) GDPR")
INTEREST = _("Legitimate interest in looking after business customers, Art. 6(1)(f) GDPR")
LAW = _("Legal obligation, Art. 6(1)(c) GDPR")

BLACK = "▇▇▇"


@dataclass(frozen=True)
class DisclosedColumn:
    """One fact of a row: where it is, what it is called, whether it is free text, in which others may be named, and `read(row)`, its
    words where the value is a code of ours."""

    path: str
    label: Words
    is_free: bool = False
    read: Callable[[Any], Words] | None = None


def column(path: str, label: Words) -> DisclosedColumn:
    return DisclosedColumn(path, label)


def code(path: str, label: Words, read: Callable[[Any], Words]) -> DisclosedColumn:
    return DisclosedColumn(path, label, read=read)


def free(path: str, label: Words, read: Callable[[Any], Words] | None = None) -> DisclosedColumn:
    return DisclosedColumn(path, label, is_free=True, read=read)


@dataclass(frozen=True)
class Disclosed:
    """What a table holds about a person: `rows(person)`, each with these columns, kept for `purpose` on the legal `basis`."""

    title: Words
    purpose: Words
    basis: Words
    rows: Callable[[Person], Iterable[Any]]
    columns: Sequence[DisclosedColumn]


@dataclass(frozen=True)
class AddsNothing:
    """A table that names people and holds nothing more about them than others; `why` is for whoever reads the code."""

    why: str


to_disclose: Registry[Disclosed | AddsNothing] = Registry("what a person is told on request")


def rows_about(model: type[models.Model], path: str = "person", *related: str) -> Callable[[Person], Iterable[Any]]:
    """The rows of `model` whose `path` is the person, with what is `related`. Costs 1 query."""
    return lambda person: model._default_manager.filter(**{path: person}).select_related(*related).order_by("pk")


def collect(person: Person) -> dict[str, Any]:
    """Everything held about `person`, ready for JSON: tables with their purposes, then the history. Costs 2 to 4 queries a table."""
    others = OtherPeople(person)
    tables, history = [], []
    for name, entry in ((name, to_disclose[name]) for name in to_disclose.names()):
        if isinstance(entry, AddsNothing):
            continue
        rows = list(entry.rows(person))
        if rows:
            columns = [{"name": one.path, "title": str(one.label)} for one in entry.columns]
            facts = {"table": name, "title": str(entry.title), "purpose": str(entry.purpose), "legal_basis": str(entry.basis)}
            tables.append({**facts, "columns": columns, "rows": [told(row, entry, others) for row in rows]})
            history += list(history_of(rows, entry, others))
    history.sort(key=lambda line: str(line["at"]))
    return {"tables": tables, "history": history}


def told(row: object, entry: Disclosed, others: "OtherPeople") -> dict[str, dict[str, object]]:
    """The facts of one row by their paths: the value for machines, and the words for readers."""
    facts = {}
    for one in entry.columns:
        value, words = value_at(row, one.path)
        if one.is_free:
            value = words = others.blacked_out(words)
        if one.read is not None:
            said = str(one.read(row))
            words = others.blacked_out(said) if one.is_free else said
        facts[one.path] = {"value": value, "words": words}
    return facts


def history_of(rows: Sequence[Any], entry: Disclosed, others: "OtherPeople") -> Iterator[dict[str, object]]:
    """What was done to these rows and when, with the fields that are told before and after. Costs 2 queries."""
    if not isinstance(rows[0], models.Model):
        return
    label, ids = audit.label(rows[0]), [row.pk for row in rows]
    kept = {field.name for field in rows[0]._meta.concrete_fields}
    labels = {name: one for one in entry.columns if (name := one.path.partition(".")[0]) in kept}
    changes: dict[int, list[dict[str, object]]] = {}
    for change in audit.Change.objects.filter(object_type=label, object_id__among=ids, field__in=labels).order_by("pk"):
        told_as, ends = labels[change.field], {"before": change.before, "after": change.after}
        if told_as.is_free:
            ends = {name: others.blacked_out(str(end)) if end else end for name, end in ends.items()}
        words = {f"{name}_words": past_in_words(rows[0], change.field, end) for name, end in ends.items()}
        changes.setdefault(change.entry_id, []).append({"field": str(told_as.label), **ends, **words})
    for line in audit.Entry.objects.filter(object_type=label, object_id__among=ids).order_by("at", "pk"):
        facts = {"at": line.at.isoformat(), "when": in_words(line.at), "action": line.action, "words": happened.in_words(line.action)}
        source = {"import": line.facts["import"]} if "import" in line.facts else {}
        yield {**facts, "about": str(entry.title), **source, "changes": changes.get(line.pk, [])}


def past_in_words(row: models.Model, name: str, value: Any) -> str:
    """A value that `row` had, as its history keeps it, for readers. Costs 1 query for a row that it referred to."""
    kept: Any = next(field for field in row._meta.concrete_fields if field.name == name)
    if value in (None, ""):
        return ""
    if kept.is_relation:
        return named_by(type(row)(**{kept.attname: value}), name)
    if kept.choices:
        return str(dict(kept.flatchoices).get(value, value))
    is_plain = isinstance(kept, models.DateField | models.BooleanField)
    return in_words(kept.to_python(value) if is_plain else value, is_money=name.endswith("_cents"))


def named_by(row: models.Model, name: str) -> str:
    """What `row` refers to, in words; "" where it is gone. Costs 1 query."""
    try:
        return str(getattr(row, name))
    except ObjectDoesNotExist:
        return ""


def value_at(row: Any, path: str) -> tuple[object, str]:
    """(value for JSON, words) of what lies at `path` from `row`; (None, "") where a row on the way is missing."""
    *way, last = path.split(".")
    for step in way:
        row = getattr(row, step, None)
    if row is None:
        return None, ""
    value = row.get(last) if isinstance(row, Mapping) else getattr(row, last)
    display = getattr(row, f"get_{last}_display", None)
    words = str(display()) if display is not None else in_words(value, is_money=last.endswith("_cents") or last == "cents")
    return plain(value), words


def plain(value: object) -> object:
    """`value` in JSON."""
    if isinstance(value, Promise | models.Model):
        return str(value)
    return [plain(one) for one in value] if isinstance(value, list | tuple) else audit.json_value(value)


def in_words(value: object, *, is_money: bool = False) -> str:
    """`value` as people read it."""
    if value is None or value == "":
        return ""
    if is_money and isinstance(value, int):
        return money.display(value)
    if isinstance(value, bool):
        return str(_("yes") if value else _("no"))
    if isinstance(value, datetime):
        return days.moment(timezone.localtime(value))
    if isinstance(value, date):
        return days.long(value)
    if isinstance(value, list | tuple):
        moments = (parse_datetime(one) or one if isinstance(one, str) else one for one in value)
        return ", ".join(in_words(one) for one in moments)
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else str(value)


def language_of(row: Any) -> Words:
    return dict(settings.LANGUAGES).get(value_at(row, "language")[1], "")


OPENED_BY_LINKS: Mapping[str, Words] = {
    "preferences": _("What we may send"),
    "meeting": _("meeting"),
    "invitation": _("invitation"),
    "ticket": _("ticket"),
    "voucher": _("voucher"),
    "claim": _("voucher"),
}


def page_of(link: Any) -> Words:
    return OPENED_BY_LINKS.get(link.scope, link.scope)


# --- other people in free text ------------------------------------------------------------------------------------------------

WORD = re.compile(r"[^\W\d_]+(?:[-’'][^\W\d_]+)*")
MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
NUMBER = re.compile(r"(?<![\w.,/-])(?:\+|\(?0)(?:[ ()./-]{0,2}\d){6,17}(?![\w])")  # in any country's form
DAY = re.compile(r"(?:0?[1-9]|[12]\d|3[01])[./-](?:0?[1-9]|1[0-2])[./-](?:\d{4}(?!\d)|\d\d(?![ ./-]?\d)|[ -])")
PARTICLES = frozenset(("von", "van", "der", "den", "del", "della", "dos", "zum", "zur", "the", "und", "and"))
SHORTEST_NAME = 3  # a shorter one is a name only with a capital letter
UMLAUTS = (("ae", "a"), ("oe", "o"), ("ue", "u"))
ENDINGS = re.compile("(?:ого|его|ому|ему|ой|ей|ою|ею|ым|им|ом|ем|ых|их|ый|ий|ая|яя|ую|юю|ы|и|а|я|у|ю|е|о|ь|й)$")  # of Russian cases
SHORTEST_STEM = 3


class OtherPeople:
    """The names of everybody else known at the person's companies, and how they are blacked out in a text. Costs 6 queries."""

    def __init__(self, person: Person) -> None:
        companies = {company for model in GROUPS.values() for company in companies_of(model, person)}
        names: set[str] = set()
        for model in GROUPS.values():
            there = model._default_manager.filter(company__among=companies).exclude(person=person)
            for first, last in there.values_list("person__first_name", "person__last_name"):
                names |= pieces(f"{first} {last}")
        self.names = names - pieces(f"{person.first_name} {person.last_name}")
        self.stems = {stem(name) for name in self.names} - {""}
        self.regions = regions_of(companies)
        own = PersonAddress.objects.filter(person=person).values_list("channel", "value_folded")
        self.own = {value for _channel, value in own}

    def blacked_out(self, text: str) -> str:
        """`text` without the names of others, and without mail addresses and telephone numbers that are not the person's own."""
        text = "".join(sign for sign in unicodedata.normalize("NFC", text) if unicodedata.category(sign) != "Cf")
        text = MAIL.sub(lambda found: found[0] if fold(found[0]) in self.own else BLACK, text)
        for region in self.regions:
            for number in reversed(list(phonenumbers.PhoneNumberMatcher(text, region))):
                if not self.is_own_number(number.raw_string):
                    text = text[: number.start] + BLACK + text[number.end :]
        text = NUMBER.sub(lambda found: found[0] if DAY.match(found[0]) or self.is_own_number(found[0]) else BLACK, text)
        return WORD.sub(lambda found: BLACK if self.is_named(found[0]) else found[0], text)

    def is_own_number(self, text: str) -> bool:
        """True where `text` is a number of the person's own, in the form of any country of their companies."""
        return any(fold_address(Channel.PHONE, text, region=region) in self.own for region in self.regions)

    def is_named(self, word: str) -> bool:
        """True for the name of somebody else, also with an s behind it, in a Russian case, or joined to another word by a hyphen."""
        parts = [(part, spelt(part)) for part in re.split(r"[-’']", word)]
        return any(self.is_name(part, folded) for part, folded in parts)

    def is_name(self, part: str, folded: str) -> bool:
        if len(folded) < SHORTEST_NAME:
            return part[:1].isupper() and folded in self.names
        return folded in self.names or (folded.endswith("s") and folded[:-1] in self.names) or stem(folded) in self.stems


def companies_of(model: Any, person: Person) -> Iterable[int]:
    ids: Iterable[int] = model._default_manager.filter(person=person).values_list("company", flat=True)
    return ids


def pieces(name: str) -> set[str]:
    """The folded words of a name, without particles and initials."""
    return {piece for word in re.split(r"[\s’'.-]+", name) if len(piece := spelt(word)) > 1} - PARTICLES


def spelt(word: str) -> str:
    """`word` folded, with Mueller and Müller the same."""
    folded = fold(word)
    for two, one in UMLAUTS:
        folded = folded.replace(two, one)
    return folded


def stem(folded: str) -> str:
    """A Russian word without the ending of its case; "" where it is too short, or in other letters."""
    if not folded or not "а" <= folded[0] <= "я":
        return ""
    found = ENDINGS.sub("", folded)
    return found if len(found) >= SHORTEST_STEM else ""


def regions_of(companies: Iterable[int]) -> list[str]:
    """The countries whose numbers may be written without their code. Costs 1 query."""
    countries = Company.objects.filter(pk__among=list(companies)).values_list("country", "centre__country")
    return sorted({"DE", *(country for pair in countries for country in pair if country)})
