"""The list page: a table, a filter read as one sentence, sort and page, all in the address, and the export of what is shown.

A page declares its parts; `get_queryset` narrows the rows to what the user may see, `for_list` (of the queryset) adds what a
row shows. Columns, sort and export come from a django-tables2 table, the filter from a django-filter set.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, partial
from io import BytesIO, TextIOWrapper
from typing import IO, Any, ClassVar

import django_filters
import django_tables2
from django import forms
from django.db import models, transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.functional import Promise, cached_property
from django.utils.translation import get_language, gettext, ngettext
from django.views import View

from fleetportal.core import audit, jobs, pages, sheets
from fleetportal.core.forms import ReasonForm

TYPES = {"xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "csv": "text/csv; charset=utf-8"}
COUNTED_UP_TO = 1000
EXPORTED_AT_ONCE = 10_000
PER_PAGE = (50, 20, 100)
CHUNK = 2000

Words = str | Promise


# --- columns ---------------------------------------------------------------------------------------------------------------


class Column(django_tables2.Column):
    """A column of a list: `kind` (of core.sheets) and `value` for the export, `css` for its head; the rest is django-tables2's."""

    def __init__(
        self, verbose_name: Words, *, kind: str = "text", css: str = "", exported: bool = True, value: Any = None, **kwargs: Any
    ) -> None:
        kwargs.setdefault("orderable", False)
        super().__init__(verbose_name=verbose_name, **kwargs)
        self.kind, self.css, self.exported, self.value_of = kind, css, exported, value


@dataclass(frozen=True)
class ExtraColumn:
    """A column that a higher app adds to a lower one's list, before the column `at` ("" puts it last).

    `decorate` adds to the queryset what `template` (context: row) shows and `value` exports; `order_by` names what sorts it.
    """

    name: str
    label: Words
    template: str
    decorate: Callable[[Any], Any]
    value: Callable[[Any], Any]
    at: str = ""
    kind: str = "text"
    css: str = ""
    order_by: str = ""

    def column(self) -> Column:
        sort = {"orderable": True, "order_by": self.order_by} if self.order_by else {}
        return Column(self.label, kind=self.kind, css=self.css, value=self.value, empty_values=(), **sort)


@dataclass(frozen=True)
class Head:
    """One cell of the table's head."""

    label: Words
    css: str
    address: str = ""
    sorted: str = ""  # ascending, descending or nothing


# --- the sentence ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Word:
    """A filter's place in the sentence: the words `before` it, and what it says while nothing is chosen."""

    name: str
    before: Words
    anything: Words


@dataclass(frozen=True)
class ShownWord:
    """A word as it stands in the sentence now."""

    name: str
    before: Words
    label: str
    is_set: bool
    field: Any
    kind: str  # text, one, several, day, fixed
    without: str
    without_count: int = 0


class Sentence(django_filters.FilterSet):
    """A filter set that reads as one sentence; `words` gives the order."""

    words: ClassVar[Sequence[Word]] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.form.fields.values():
            if kind_of(field) in ("one", "several"):
                field.widget.attrs.setdefault("class", "form-check-input")

    def shown(self, without: Any) -> list[ShownWord]:
        """The words with what is chosen in each; `without(name)` gives the address that drops one."""
        return [self._shown(word, without(word.name)) for word in self.words]

    def _shown(self, word: Word, without: str) -> ShownWord:
        field = self.form[word.name]
        value = self.form.cleaned_data.get(word.name) if self.form.is_bound and self.form.is_valid() is not None else None
        said = in_words(field.field, value)
        return ShownWord(word.name, word.before, said or str(word.anything), bool(said), field, kind_of(field.field), without)

    def set_words(self) -> list[str]:
        """The names of the words in which something is chosen."""
        return [word.name for word in self.words if self._shown(word, "").is_set]


def kind_of(field: Any) -> str:
    """How a word is asked for; a fixed one comes with a link and can only be dropped."""
    if field.widget.is_hidden:
        return "fixed"
    if isinstance(field, forms.DateField):
        return "day"
    if getattr(field.widget, "allow_multiple_selected", False):
        return "several"
    return "one" if hasattr(field, "choices") else "text"


def in_words(field: Any, value: Any) -> str:
    """`value` of a filter's field as the sentence says it; "" for nothing."""
    if value in (None, "", []) or (isinstance(value, models.QuerySet) and not value):
        return ""
    if isinstance(value, list | tuple | models.QuerySet):
        return gettext(" or ").join(in_words(field, one) for one in value)
    if isinstance(value, models.Model):
        return str(value)
    if isinstance(field, forms.DateField):
        return formats.date_format(value, "j F Y")
    if hasattr(field, "choices"):
        return str(dict(flat(field.choices)).get(str(value), value))
    return f"“{value}”"


def flat(choices: Any) -> Iterator[tuple[str, Words]]:
    for key, label in choices:
        if isinstance(label, list | tuple):
            yield from flat(label)
        else:
            yield str(key), label


# --- the page --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Preset:
    """A saved view that everybody has: a name and the query that makes it."""

    label: Words
    query: str


@dataclass(frozen=True)
class Empty:
    """What a list says before there is anything: what belongs here, an example, the button that starts it."""

    title: Words
    words: Words
    action: Words = ""
    url_name: str = ""
    may: str = ""


@dataclass(frozen=True)
class Bulk:
    """What may be done with the chosen rows: a button that opens the page `url_name` with `?row=…` for each of them."""

    label: Words
    icon: str
    url_name: str
    may: str


listed: dict[str, type["ListPage"]] = {}  # by name, so that a job finds the page whose rows it exports


class ListPage(View):
    """A list at one address. GET shows it, `?_export=` asks for the reason, POST gives the file."""

    http_method_names = ["get", "head", "post", "options"]
    name: ClassVar[str]  # also the file's name and the word in the history
    title: ClassVar[Words]
    may: ClassVar[str]
    table_class: ClassVar[type[django_tables2.Table]]
    filterset_class: ClassVar[type[Sentence]]
    rows_template: ClassVar[str]
    actions_template: ClassVar[str] = ""  # buttons beside the title
    empty: ClassVar[Empty]
    presets: ClassVar[Sequence[Preset]] = ()
    extra: ClassVar[Iterable[ExtraColumn]] = ()
    bulk: ClassVar[Sequence[Bulk]] = ()
    template: ClassVar[str] = "core/list.html"

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "name" in cls.__dict__:
            listed[cls.name] = cls

    @classmethod
    def as_view(cls, **initkwargs: Any) -> Any:
        return pages.page(may=cls.may)(super().as_view(**initkwargs))

    # What a page says ----------------------------------------------------------------------------------------------------

    def get_queryset(self, user: Any) -> models.QuerySet[Any]:
        """The rows `user` may see on this page, without what only a row shows."""
        raise NotImplementedError

    def exportable(self, rows: models.QuerySet[Any], user: Any) -> models.QuerySet[Any]:
        """Those of `rows` that `user` may take out of the house."""
        raise NotImplementedError

    def decorate(self, rows: models.QuerySet[Any], user: Any) -> models.QuerySet[Any]:
        """`rows` with what a row shows to `user`."""
        for column in self.extra:
            rows = column.decorate(rows)
        return rows.for_list()

    def extra_context(self) -> dict[str, Any]:
        """What the page's own templates need beside the list."""
        return {}

    # The state in the address --------------------------------------------------------------------------------------------

    def address(self, **changes: Any) -> str:
        """This list's address with parameters changed; None drops one, any change goes back to the first page."""
        query = clean(self.request.GET)
        query.pop("page", None)
        for key, value in changes.items():
            query.pop(key, None)
            if value is not None:
                query[key] = value
        return f"{self.request.path}?{query.urlencode()}" if query else self.request.path

    def filtered(self, query: QueryDict, user: Any) -> Sentence:
        return self.filterset_class(query, queryset=self.get_queryset(user), request=self.request)

    def table(self, rows: models.QuerySet[Any], query: QueryDict, user: Any) -> django_tables2.Table:
        sort = [name for name in query.get("sort", "").split(",") if name.lstrip("-") in self.sortable]
        return self.table_type(self.decorate(rows, user), order_by=sort or None)

    @cached_property
    def table_type(self) -> type[django_tables2.Table]:
        """The declared table with the columns that higher apps add."""
        extra = list(self.extra)
        names = [*self.table_class.base_columns, ""]
        order = [name for at in names for name in (*(column.name for column in extra if column.at == at), at) if name]
        meta = type("Meta", (self.table_class.Meta,), {"sequence": order})
        return type(self.table_class.__name__, (self.table_class,), {**{column.name: column.column() for column in extra}, "Meta": meta})

    @cached_property
    def sortable(self) -> set[str]:
        return {name for name, column in self.table_type.base_columns.items() if column.orderable}

    @cached_property
    def page_number(self) -> int:
        number = self.request.GET.get("page", "1")
        return min(max(int(number), 1), 100_000) if number.isascii() and number.isdigit() and len(number) < 7 else 1

    @cached_property
    def per_page(self) -> int:
        rows = self.request.GET.get("rows", "")
        return int(rows) if rows in map(str, PER_PAGE) else PER_PAGE[0]

    # GET -----------------------------------------------------------------------------------------------------------------

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if "_export" in request.GET:
            return self.ask_reason(ReasonForm())
        sentence = self.filtered(request.GET, request.user)
        table = self.table(sentence.qs, request.GET, request.user)
        ordered = in_order(table)
        first = (self.page_number - 1) * self.per_page
        keys, count = self.keys_and_count(ordered, first)
        rows = in_this_order(ordered, keys[: self.per_page])
        context = {
            "page": self,
            "heads": [*self.heads(table)],
            "words": sentence.shown(lambda name: self.address(**{name: None})),
            "rows": rows,
            "count": count,
            "span": self.span(first, len(rows), count),
            "presets": [(preset, f"{request.path}?{preset.query}" if preset.query else request.path) for preset in self.presets],
            "saved": [(name, f"{request.path}?{query}") for name, query in sorted(request.user.views.get(self.name, {}).items())],
            "whole": self.address(),
            "question": self.address().partition("?")[2],
            "bulk": [action for action in self.bulk if request.user.may(action.may)],
            "current": self.address(sort=None, rows=None),
            "clear": self.address(**{word.name: None for word in sentence.words}),
            "previous": self.address(page=self.page_number - 1) if self.page_number > 1 else "",
            "next": self.address(page=self.page_number + 1) if len(keys) > self.per_page else "",
            "can_export": request.user.may("export"),
            "export_address": self.address(_export="xlsx"),
            **self.extra_context(),
        }
        if not rows:
            context |= self.nothing(sentence)
        response = pages.answer(request, context, part=f"{self.template}#list")
        if pages.is_part(request):
            response["HX-Push-Url"] = self.address(page=self.page_number if self.page_number > 1 else None)
        return response

    def keys_and_count(self, ordered: models.QuerySet[Any], first: int) -> tuple[list[int], int]:
        """The keys of the page that begins after `first` rows and one more, if there is; how many rows there are, counted up to
        COUNTED_UP_TO + 1. Costs 1 query: as far as rows are counted, the count is the keys; further on it is known. 2 past the end."""
        keys, end = ordered.values_list("pk", flat=True), first + self.per_page + 1
        if end <= COUNTED_UP_TO + 1:
            found = list(keys[: COUNTED_UP_TO + 1])
            return found[first:end], len(found)
        found = list(keys[first:end])
        return found, min(first + len(found), COUNTED_UP_TO + 1) if found else capped_count(ordered)

    def heads(self, table: django_tables2.Table) -> Iterator[Head]:
        for column in table.columns:
            bound = column.order_by_alias
            label, css = column.verbose_name, column.column.css
            if not column.orderable:
                yield Head(label, css)
                continue
            state = ("descending" if bound.is_descending else "ascending") if column.is_ordered else ""
            yield Head(label, css, self.address(sort=str(bound.opposite) if column.is_ordered else column.name), state)

    def span(self, first: int, shown: int, count: int) -> str:
        """ "1 to 50 of more than 1,000"."""
        if not shown:
            return ""
        number = {
            "first": formats.number_format(first + 1, force_grouping=True),
            "last": formats.number_format(first + shown, force_grouping=True),
        }
        if count > COUNTED_UP_TO:
            return gettext("%(first)s to %(last)s of more than %(count)s") % {
                **number,
                "count": formats.number_format(COUNTED_UP_TO, force_grouping=True),
            }
        return gettext("%(first)s to %(last)s of %(count)s") % {**number, "count": formats.number_format(count, force_grouping=True)}

    def nothing(self, sentence: Sentence) -> dict[str, Any]:
        """Why the page is empty: nothing there yet, or which word to drop, with how many there would be."""
        chosen = sentence.set_words()
        if not chosen:
            return {
                "is_empty": True,
                "start": reverse(self.empty.url_name) if self.empty.url_name and self.request.user.may(self.empty.may) else "",
            }
        drops = []
        for word in sentence.shown(lambda name: self.address(**{name: None})):
            if word.name in chosen:
                query = clean(self.request.GET)
                query.pop(word.name)
                left = capped_count(self.filtered(query, self.request.user).qs)
                drops += [(word, left)] if left else []
        return {"drops": drops}

    # Export --------------------------------------------------------------------------------------------------------------

    def columns(self) -> dict[str, sheets.Column]:
        """The sheet's columns, by name."""
        return {name: sheets.Column(str(column.verbose_name), column.kind) for name, column in self.exported_columns}

    @cached_property
    def exported_columns(self) -> list[tuple[str, Any]]:
        return [(name, column) for name, column in self.table_type.base_columns.items() if column.exported]

    @cached_property
    def readers(self) -> list[Callable[[Any], Any]]:
        """What reads the cells off a row, a column each: worked out once for a sheet, not for each cell."""
        return [reader(name, column) for name, column in self.exported_columns]

    def exported(self, query: QueryDict, user: Any) -> models.QuerySet[Any]:
        """What the list at `query` shows, narrowed to what `user` may export, in its order."""
        rows = self.exportable(self.filtered(query, user).qs, user)
        return in_order(self.table(rows, query, user))

    def cells(self, row: Any) -> list[Any]:
        """One row of the sheet."""
        return [read(row) for read in self.readers]

    def beside(self, row: Any) -> Iterable[int]:
        """Whatever else than the row itself its cells tell of and has rights of its own; asked about again at the download."""
        return ()

    def may_take(self, beside: Iterable[int], user: Any) -> bool:
        """True where `user` may still take all of `beside` out of the house."""
        return True

    def ask_reason(self, form: ReasonForm, status: int = 200) -> HttpResponse:
        if not self.request.user.may("export"):
            raise Http404
        kind = self.export_kind()
        rows = capped_count(self.exported(self.request.GET, self.request.user))
        context = {"form": form, "page": self, "kind": kind, "count": rows, "back": self.address(_export=None)}
        context |= {"xlsx": self.address(_export="xlsx"), "csv": self.address(_export="csv")}
        return pages.answer(self.request, context, part="core/export.html#panel", status=status)

    def export_kind(self) -> str:
        kind = self.request.POST.get("_export") or self.request.GET.get("_export", "")
        if kind not in TYPES:
            raise Http404
        return kind

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        kind, form = self.export_kind(), ReasonForm(request.POST)
        if not form.is_valid():
            return self.ask_reason(form, status=422)
        if not request.user.may("export"):
            raise Http404
        query = clean(request.GET)
        query.pop("_export", None)
        rows = self.exported(query, request.user)
        count = rows.order_by().count()
        with transaction.atomic():
            args = {"page": self.name, "query": query.urlencode(), "kind": kind}
            job = jobs.start("core.export", args, by=request.user) if count > EXPORTED_AT_ONCE else None
            facts = {"list": self.name, "kind": kind, "rows": count, "job": job.pk if job else None}
            reason = {"reason": (None, form.cleaned_data["reason"])}
            audit.record("list.exported", request.user, by=request.user, facts=facts, changes=reason)
        if job:
            return HttpResponseRedirect(reverse("core:export", args=[job.pk]), status=303)
        return self.file(kind, rows)

    def file(self, kind: str, rows: models.QuerySet[Any]) -> HttpResponse:
        out = BytesIO()
        write_sheet(kind, out, [*self.columns().values()], (self.cells(row) for row in rows.iterator(chunk_size=2000)))
        response = HttpResponse(out.getvalue(), content_type=TYPES[kind])
        response["Content-Disposition"] = f'attachment; filename="{self.file_name(kind)}"'
        return response

    @classmethod
    def file_name(cls, kind: str) -> str:
        return f"{cls.name}-{timezone.localdate().isoformat()}.{kind}"


def write_sheet(kind: str, out: IO[bytes], columns: Sequence[sheets.Column], rows: Iterable[Sequence[Any]]) -> int:
    """How many rows were written to `out` as `kind`, taken one at a time."""
    if kind == "xlsx":
        return sheets.write_xlsx(out, columns, rows)
    stream = TextIOWrapper(out, encoding="utf-8-sig", newline="", write_through=True)
    count = sheets.write_csv(stream, columns, rows)
    stream.detach()
    return count


def clean(query: QueryDict) -> QueryDict:
    """`query` without empty answers, changeable."""
    cleaned = QueryDict(mutable=True)
    for key, values in query.lists():
        kept = [value for value in values if value != ""]
        if kept:
            cleaned.setlist(key, kept)
    return cleaned


def capped_count(rows: models.QuerySet[Any]) -> int:
    """How many rows, counted no further than COUNTED_UP_TO + 1. Costs 1 query."""
    return rows.order_by().values("pk")[: COUNTED_UP_TO + 1].count()


def in_order(table: django_tables2.Table) -> models.QuerySet[Any]:
    """The table's rows in its order, equal ones by their key, so that no row stands on two pages."""
    rows: models.QuerySet[Any] = table.data.data
    return rows.order_by(*rows.query.order_by, "pk")


def in_this_order(rows: models.QuerySet[Any], keys: Sequence[int]) -> list[Any]:
    """The rows of `keys`, in their order: what a row shows is worked out for these rows alone. Costs 1 query."""
    if not keys:
        return []
    found = {row.pk: row for row in rows.order_by().filter(pk__in=keys)}
    return [found[key] for key in keys if key in found]


def reader(name: str, column: Column) -> Callable[[Any], Any]:
    """What reads the cell of `column` off a row."""
    if column.value_of is not None:
        read: Callable[[Any], Any] = column.value_of
        return read
    path = django_tables2.A(column.accessor or name)
    return partial(path.resolve, quiet=True) if len(path.bits) > 1 else partial(plainly, path.bits[0])


def plainly(name: str, row: Any) -> Any:
    """The attribute; called where it is a method."""
    value = getattr(row, name, None)
    return value() if callable(value) else value


def label_of(field: str, choices: type[models.TextChoices]) -> Callable[[Any], str]:
    """For a column's `value`: the label of the choice in `field`, each translated once a language."""

    @cache
    def labels(_language: str) -> dict[str, str]:
        return {value: str(label) for value, label in choices.choices}

    return lambda row: labels(get_language() or "").get(value := getattr(row, field), value)


def said_count(count: int) -> str:
    """ "more than 1,000 rows", "1 row"."""
    if count > COUNTED_UP_TO:
        return gettext("more than %s rows") % formats.number_format(COUNTED_UP_TO, force_grouping=True)
    return ngettext("%d row", "%d rows", count) % count
