"""Global search: one table of folded words, FTS5 on SQLite and a text index on PostgreSQL, behind one function.

A row names its object and the company it belongs to; a search joins it with the rows that the user may see.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache

from django.db import connection, models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import OuterRef, Q
from django.db.models.sql.compiler import SQLCompiler

from fleetportal.core.db import JOINING, bulk, fold, is_one
from fleetportal.core.db.normal_forms import Fact, asked
from fleetportal.core.db.spellings import respelt

WEB = re.compile(r"(?i)^\s*(?:https?://(?:www\.)?|www\.)([^/\s]+)\S*")  # an address on the web: its domain says whose it is
WORD = re.compile(r"\w+")
UMLAUTS = (("ä", "ae"), ("ö", "oe"), ("ü", "ue"))
MAX_WORDS = 8
FEW = 5_000
MANY = 20_000  # of one kind: up to this many, looking them up is faster than scanning in their order
CUT = 200  # of a very common word: this many are found before rights are checked
MAX_LETTERS = 60  # of one word: PostgreSQL refuses words of 2,000


class SearchRowQuerySet(models.QuerySet["SearchRow"]):
    def matching(self, question: str) -> "SearchRowQuerySet":
        """Rows in which each word of `question` is the beginning of a word, or the whole question of a normal form.

        «überland» finds "Ueberland" and vice versa, «Tichonow» Tikhonov, «0176 057» a number stored with +49.
        """
        words, forms = asked_words(question), asked(question[:MAX_LETTERS])
        if not words:
            return self.none()
        return self.filter(_matches_fts(words, forms) if connection.vendor == "sqlite" else _matches_tsquery(words, forms))


class SearchRow(models.Model):
    """The searchable text of one object."""

    object_type = models.CharField(max_length=60)
    object_id = models.BigIntegerField()
    title = models.CharField(max_length=200)
    words = models.TextField()  # folded, each German umlaut in both spellings

    objects = SearchRowQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["object_type", "object_id"], name="one_search_row_per_object")]

    def __str__(self) -> str:
        return self.title


def found(model: type[models.Model], question: str) -> models.QuerySet[SearchRow, object]:
    """The ids of `model`'s rows that `question` finds, for a subquery."""
    return SearchRow.objects.matching(question).filter(object_type=model._meta.label_lower).values("object_id")


def few(question: str) -> dict[str, list[int]] | None:
    """The ids that `question` finds, by the label of their model; None where there are more than FEW. Costs 1 query.

    The caller narrows them to what the user may see.
    """
    rows = list(SearchRow.objects.matching(question).values_list("object_type", "object_id")[: FEW + 1])
    if len(rows) > FEW:
        return None
    ids: dict[str, list[int]] = {}
    for label, pk in rows:
        ids.setdefault(label, []).append(pk)
    return ids


def many_of(model: type[models.Model], question: str) -> list[int] | None:
    """The ids of `model`'s rows that `question` finds; None where there are more than MANY. Costs 1 query."""
    ids = list(found(model, question).values_list("object_id", flat=True)[: MANY + 1])
    return None if len(ids) > MANY else ids


def first(model: type[models.Model], question: str, *, order: Sequence[str]) -> list[int]:
    """The ids of the first CUT rows of `model`, in that order, that `question` finds. Costs 1 query.

    For a very common word: rows are checked one by one until there are enough, which an index on `order` makes cheap.
    """
    rows: models.QuerySet[models.Model] = model._default_manager.all()
    if connection.vendor == "postgresql":
        rows = rows.filter(is_one(found(model, question).filter(object_id=OuterRef("pk")).values("pk")))
    else:
        rows = rows.filter(pk__in=found(model, question))
    return list(rows.order_by(*order).values_list("pk", flat=True)[:CUT])


def row(obj: models.Model, *, title: str, facts: Iterable[Fact]) -> SearchRow:
    """The search row of `obj`, not yet saved."""
    return bulk.new(SearchRow, object_type=obj._meta.label_lower, object_id=obj.pk, title=title[:200], words=words_of_facts(facts))


def why(question: str, title: str, facts: Iterable[Fact]) -> list[Fact]:
    """The labelled `facts` by which `question` finds a row, as far as its title does not say it."""
    words, forms = asked_words(question), asked(question[:MAX_LETTERS])
    shown = words_of([title]).split()
    if all(begins(shown, spellings) for spellings in words):
        return []
    unsaid = [spellings for spellings in words if not begins(shown, spellings)]
    found = []
    for fact in facts:
        if fact.label and fact.value and fact.value != title:
            own = words_of_facts([fact]).split()
            if begins(own, forms) or any(begins(own, spellings) for spellings in unsaid):
                found.append(fact)
    return found


def begins(words: Iterable[str], spellings: Sequence[str]) -> bool:
    """True where one of `words` begins with one of `spellings`."""
    return any(word.startswith(tuple(spellings)) for word in words)


def index(rows: Iterable[SearchRow]) -> None:
    """Insert or update `rows`. Costs 1 query a thousand."""
    SearchRow.objects.bulk_create(
        list(rows), batch_size=1000, update_conflicts=True, unique_fields=["object_type", "object_id"], update_fields=["title", "words"]
    )


def add(rows: Iterable[SearchRow]) -> None:
    """Insert the rows of new objects, which can't conflict with existing ones. Costs as much as `bulk.add`."""
    bulk.add(list(rows))


def forget(model: type[models.Model], ids: Iterable[int]) -> None:
    """Delete the search rows of those rows of `model`. Costs 1 query."""
    SearchRow.objects.filter(object_type=model._meta.label_lower, object_id__in=ids).delete()


def words_of(texts: Iterable[str]) -> str:
    """The words of `texts` as a search row holds them: folded, each once, a German umlaut in both spellings, with blanks between."""
    found: dict[str, None] = {}
    for text in texts:
        for word in WORD.findall(without_case(text)):
            if word.isascii():  # folded already
                found[word[:MAX_LETTERS]] = None
                continue
            for spelling in variants(word):
                found[spelling] = None
    return " ".join(found)


def words_of_facts(facts: Iterable[Fact]) -> str:
    """As `words_of`, with the normal forms of the facts."""
    facts = [fact for fact in facts if fact.value]
    words = dict.fromkeys(words_of(fact.value for fact in facts).split(" "))
    words |= dict.fromkeys(form[:MAX_LETTERS] for fact in facts for form in fact.forms)
    words.pop("", None)
    return " ".join(words)


def asked_words(question: str) -> list[tuple[str, ...]]:
    """The words of `question`, each in all its spellings."""
    words = [spellings for word in WORD.findall(without_case(WEB.sub(r"\1", question)))[:MAX_WORDS] if (spellings := variants(word))]
    return [(*spellings, *respelt(spellings[0])) for spellings in words]


def without_case(text: str) -> str:
    """`text` in lower case with umlauts kept (one character each), so that both spellings can be made from it."""
    joined = JOINING.sub("", text)
    return joined.lower() if joined.isascii() else unicodedata.normalize("NFKC", joined).casefold()


def variants(word: str) -> tuple[str, ...]:
    """The folded word, and its German spelling where it has an umlaut: uberland, ueberland."""
    return spellings_of(word[:MAX_LETTERS])


@lru_cache(maxsize=4096)  # names, towns and makes are repeated often
def spellings_of(word: str) -> tuple[str, ...]:
    spelt = word
    for umlaut, pair in UMLAUTS:
        spelt = spelt.replace(umlaut, pair)
    return tuple(dict.fromkeys(w for w in (fold(word), fold(spelt)) if w))


def _matches_fts(words: list[tuple[str, ...]], forms: list[str]) -> Q:
    query = " AND ".join("(" + " OR ".join(f'"{spelling}"*' for spelling in spellings) + ")" for spellings in words)
    query = " OR ".join([f"({query})", *(f'"{form}"*' for form in forms)])
    ids = models.expressions.RawSQL("SELECT rowid FROM core_searchrow_fts WHERE core_searchrow_fts MATCH %s", [query])
    return Q(pk__in=ids)


def _matches_tsquery(words: list[tuple[str, ...]], forms: list[str]) -> Q:
    query = " & ".join("(" + " | ".join(f"{spelling}:*" for spelling in spellings) + ")" for spellings in words)
    return Q(words__matches=" | ".join([f"({query})", *(f"{form}:*" for form in forms)]))


@models.TextField.register_lookup
class Matches(models.Lookup):
    """`words__matches=tsquery` on PostgreSQL, written exactly like the index, so that the planner uses it together with the kind."""

    lookup_name = "matches"

    def as_postgresql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, list[object]]:
        column, before = self.process_lhs(compiler, connection)
        query, after = self.process_rhs(compiler, connection)
        return f"to_tsvector('simple', {column}) @@ to_tsquery('simple', {query})", [*before, *after]
