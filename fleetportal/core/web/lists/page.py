"""The list page itself."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from io import BytesIO
from typing import Any, ClassVar, Generic, TypeVar, cast
from urllib.parse import parse_qsl

import django_tables2
from django.db import models, transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views import View

from fleetportal.core import audit, sheets
from fleetportal.core.db import bulk
from fleetportal.core.jobs import queue as jobs
from fleetportal.core.web import pages
from fleetportal.core.web.forms import ReasonForm
from fleetportal.core.web.lists.columns import CHUNK, TYPES, ExtraColumn, Head, QueriedCells, TableColumn, Words, reader, with_extra
from fleetportal.core.web.lists.paging import Page, capped_count, in_order, in_this_order, is_counted, last_by_number, page_of, said_span
from fleetportal.core.web.lists.parts import Bulk, Empty, ListReader, Preset
from fleetportal.core.web.lists.selection import ALL, ROW, clean, selected_keys
from fleetportal.core.web.lists.sentence import CHOICES, Sentence
from fleetportal.core.web.lists.tabs import COUNTS, tabs

EXPORTED_AT_ONCE = 10_000
PER_PAGE = (50, 20, 100)
NEIGHBOURS = ("after", "before")  # parameters that name the row next to a page far down


listed: dict[str, type["ListPage[Any]"]] = {}  # by name, so that a job finds the page to export


Rows = TypeVar("Rows", bound=models.QuerySet[models.Model])


class ListPage(View, Generic[Rows]):
    """A list at one URL. GET shows it, `?_export=` shows the form for an export, POST returns the file."""

    http_method_names = ["get", "head", "post", "options"]
    name: ClassVar[str]  # also the file name and the name in the history
    title: ClassVar[Words]
    may: ClassVar[str]
    table_class: ClassVar[type[django_tables2.Table]]
    filterset_class: ClassVar[type[Sentence]]
    rows_template: ClassVar[str]
    actions_template: ClassVar[str] = ""  # buttons beside the title
    empty: ClassVar[Empty]
    presets: ClassVar[Sequence[Preset]] = ()
    extra: ClassVar[Iterable[ExtraColumn]] = ()
    bulk: ClassVar[Iterable[Bulk]] = ()
    template: ClassVar[str] = "core/list.html"

    def __init_subclass__(cls, **kwargs: object) -> None:
        super().__init_subclass__(**kwargs)
        if "name" in cls.__dict__:
            listed[cls.name] = cls

    @classmethod
    def as_view(cls, **initkwargs: object) -> Any:
        return pages.page(may=cls.may)(super().as_view(**initkwargs))

    @property
    def asker(self) -> ListReader:
        """The signed-in user: the page admits nobody else."""
        return cast(ListReader, self.request.user)

    # What a page says ----------------------------------------------------------------------------------------------------

    def get_queryset(self, user: Any) -> Rows:
        """The rows that `user` may see on this page, without the extra columns that a displayed row needs."""
        raise NotImplementedError

    def exportable(self, rows: Rows, user: Any) -> Rows:
        """Those of `rows` that `user` may export."""
        raise NotImplementedError

    def decorate(self, rows: Rows, user: Any) -> Rows:
        """`rows` with everything that a displayed row shows to `user`."""
        for column in self.extra:
            rows = column.decorate(rows)
        return self.for_list(rows)

    def for_list(self, rows: Rows) -> Rows:
        """`rows` with everything that a displayed row shows to everybody: by the queryset's `for_list`, unless a page overrides it."""
        listed: Any = rows  # each list's queryset has it
        return cast(Rows, listed.for_list())

    def extra_context(self) -> dict[str, object]:
        """Additional context for the page's own templates."""
        return {}

    # The state in the address --------------------------------------------------------------------------------------------

    def url_with(self, **changes: Any) -> str:
        """This list's address with changed parameters; None drops one, any change returns to the first page with nothing selected."""
        query = clean(self.request.GET)
        for key in ("page", CHOICES, COUNTS, ROW, ALL, *NEIGHBOURS, *changes):
            query.pop(key, None)
        for key, value in changes.items():
            if value is not None:
                query[key] = value
        return f"{self.request.path}?{query.urlencode()}" if query else self.request.path

    def filtered(self, query: QueryDict, user: object) -> Sentence:
        return self.filterset_class(query, queryset=self.get_queryset(user), request=self.request)

    def table(self, rows: Rows, query: QueryDict, user: object) -> django_tables2.Table:
        """`rows`, decorated, in the order of the address."""
        return self.table_type(self.decorate(rows, user), order_by=self.sort_of(query) or None)

    def sorted_table(self, rows: Rows, query: QueryDict, user: object) -> django_tables2.Table:
        """`rows` in the order of the address; decorated only where that is needed for sorting: the page decorates its own rows, by
        key."""
        sort = self.sort_of(query)
        default = getattr(self.table_class.Meta, "order_by", ())
        names = sort or ([default] if isinstance(default, str) else [*default])
        if not names or not all(self.sorts_by_fields(rows.model, name.lstrip("-")) for name in names):
            rows = self.decorate(rows, user)
        return self.table_type(rows, order_by=sort or None)

    def sort_of(self, query: QueryDict) -> list[str]:
        """The columns by which the address sorts, with "-" for descending."""
        return [name for name in query.get("sort", "").split(",") if name.lstrip("-") in self.sortable]

    def sorts_by_fields(self, model: type[models.Model], name: str) -> bool:
        """True where the column `name` is sorted by a field of the model itself, or by an expression of the table."""
        if hasattr(self.table_type, f"order_{name}"):
            return True
        own = {field.name for field in model._meta.get_fields()} | {"pk"}
        paths = self.table_type.base_columns[name].order_by or (name,)
        return all(path.lstrip("-").partition("__")[0] in own for path in paths)

    @cached_property
    def table_type(self) -> type[django_tables2.Table]:
        """The declared table with the columns that higher apps add."""
        return with_extra(self.table_class, tuple(self.extra))  # type: ignore[arg-type]  # a class can be hashed

    @cached_property
    def extra_at(self) -> dict[str, list[ExtraColumn]]:
        """The columns that higher apps add, by the column that follows them."""
        by_follower: dict[str, list[ExtraColumn]] = {}
        for column in self.extra:
            by_follower.setdefault(column.at, []).append(column)
        return by_follower

    @cached_property
    def sortable(self) -> set[str]:
        return {name for name, column in self.table_type.base_columns.items() if column.orderable}

    @cached_property
    def page_number(self) -> int:
        return min(max(pages.whole_number(self.request.GET.get("page", "1")) or 1, 1), 100_000)

    @cached_property
    def neighbour(self) -> dict[str, int | None]:
        """The row next to this page, from the address."""
        return {name: pages.whole_number(self.request.GET.get(name, "")) for name in NEIGHBOURS}

    def page_address(self, number: int, **neighbour: int) -> str:
        """The address of page `number`; far down, with the neighbouring row by which it is found."""
        beside = {} if is_counted(number, self.per_page) else neighbour
        return self.url_with(page=number if number > 1 else None, **beside)

    @cached_property
    def per_page(self) -> int:
        rows = self.request.GET.get("rows", "")
        return int(rows) if rows in map(str, PER_PAGE) else PER_PAGE[0]

    # GET -----------------------------------------------------------------------------------------------------------------

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if "_export" in request.GET:
            return self.ask_reason(ReasonForm())
        opened = request.GET.get(CHOICES, "")
        if opened and pages.is_part(request):
            return self.choices(opened)
        if COUNTS in request.GET and pages.is_part(request):
            counted = self.tabs(lambda query: capped_count(self.filtered(QueryDict(query), request.user).qs))
            return render(request, "core/_views.html", counted)
        sentence = self.filtered(request.GET, request.user)
        table = self.sorted_table(cast(Rows, sentence.known_rows), request.GET, request.user)
        ordered = in_order(table)
        number, size = self.page_number, self.per_page
        found = page_of(ordered, number=number, size=size, **self.neighbour)
        everything = cast(Rows, ordered.model._default_manager.all())  # the keys belong to rows in reach: no second check needed
        rows = in_this_order(self.decorate(everything, request.user), found.keys)
        context = {
            "page": self,
            "heads": [*self.heads(table)],
            "sentence": sentence.shown(self.url_with, opened=opened),
            "rows": rows,
            "count": found.count,
            "span": said_span((number - 1) * size, len(rows), found.count),
            **self.tabs(),
            "question": (question := self.url_with().partition("?")[2]),
            "asked": parse_qsl(question),
            "bulk": (may_do := [action for action in self.bulk if self.asker.may(action.may)]),
            "selects": bool(may_do) or self.asker.may("export"),
            "can_export": self.asker.may("export"),
            **self.addresses(sentence, found),
            **self.extra_context(),
        }
        if found.is_too_deep:
            context |= self.too_deep(table)
        elif not rows:
            context |= {"is_past_end": True} if found.count else self.nothing(sentence)
        response = pages.answer(request, context, part=f"{self.template}#list")
        if pages.is_part(request):
            response["HX-Push-Url"] = self.page_address(number, **{name: key for name, key in self.neighbour.items() if key is not None})
        return response

    def addresses(self, sentence: Sentence, found: Page) -> dict[str, str]:
        """The addresses of the same list: whole, without order or words, the pages beside this one, and as a file."""
        number = self.page_number
        return {
            "clear": self.url_with(**{word.name: None for word in sentence.words}),
            "previous": self.page_address(number - 1, **({"before": found.keys[0]} if found.keys else {})) if number > 1 else "",
            "next": self.page_address(number + 1, after=found.keys[-1]) if found.has_next else "",
            "export_address": self.url_with(_export="xlsx"),
        }

    def tabs(self, count: Callable[[str], int] | None = None) -> dict[str, object]:
        """The views above the list; with their numbers of rows where `count` is given."""
        return tabs(self.request.path, self.url_with, self.presets, self.asker.views.get(self.name, {}), count)

    def choices(self, name: str) -> HttpResponse:
        """The choices of the filter word `name`, loaded when its menu is opened."""
        sentence = self.filtered(self.request.GET, self.request.user)
        word = next((word for word in sentence.words if word.name == name), None)
        if word is None:
            raise Http404
        return render(self.request, "core/_choices.html", {"word": sentence.shown_word(word, self.url_with, is_opened=True)})

    def heads(self, table: django_tables2.Table) -> Iterator[Head]:
        for column in table.columns:
            bound = column.order_by_alias
            label, css = column.verbose_name, column.column.css
            if not column.orderable:
                yield Head(label, css)
                continue
            state = ("descending" if bound.is_descending else "ascending") if column.is_ordered else ""
            yield Head(label, css, self.url_with(sort=str(bound.opposite) if column.is_ordered else column.name), state)

    def too_deep(self, table: django_tables2.Table) -> dict[str, object]:
        """The ways on from a page that can't be found by its number: the last one that can, and the end of the list."""
        number = last_by_number(self.per_page)
        order = [str(one) for one in table.order_by]
        turned = ",".join(one[1:] if one.startswith("-") else f"-{one}" for one in order if one.lstrip("-") in self.sortable)
        return {
            "last_number": number,
            "last_by_number": self.page_address(number),
            "turned": self.url_with(sort=turned) if turned else "",
        }

    def nothing(self, sentence: Sentence) -> dict[str, object]:
        """Why the page is empty: there is nothing yet, or which filter to remove, with the number of rows there would be."""
        if strange := sentence.strange_words():
            return {"strange": [(*word, self.url_with(**{word[0]: None})) for word in strange], "drops": []}
        chosen = sentence.set_words()
        if not chosen:
            return {
                "is_empty": True,
                "start": reverse(self.empty.url_name) if self.empty.url_name and self.asker.may(self.empty.may) else "",
            }
        drops = []
        for word in sentence.shown(self.url_with):
            if word.name in chosen:
                query = clean(self.request.GET)
                query.pop(word.name)
                left = capped_count(self.filtered(query, self.request.user).qs)
                drops += [(word, left)] if left else []
        return {"drops": drops}

    # Export --------------------------------------------------------------------------------------------------------------

    def columns(self) -> dict[str, sheets.SheetColumn]:
        """The sheet's columns, by name."""
        return {name: sheets.SheetColumn(str(column.verbose_name), column.kind) for name, column in self.exported_columns}

    @cached_property
    def exported_columns(self) -> list[tuple[str, TableColumn]]:
        return [(name, column) for name, column in self.table_type.base_columns.items() if column.exported]

    @cached_property
    def readers(self) -> list[Callable[[Any], Any]]:
        """The functions that read the cells from a row, one per column: made once per sheet, not for each cell."""
        return [reader(name, column) for name, column in self.exported_columns]

    @cached_property
    def queried_cells(self) -> QueriedCells | None:
        """Reads the cells without model instances; None where a column needs the row itself."""
        columns = [column for _name, column in self.exported_columns]
        return QueriedCells(columns) if all(column.reads for column in columns) else None

    def for_sheet(self, rows: Rows) -> Rows:
        """`rows` with the annotations that the sheet's columns read, where the model's own fields are not enough."""
        return rows

    def exported(self, query: QueryDict, user: Any) -> Rows:
        """The rows of the list at `query` that `user` may export, in its order. Raises NotUnderstood for a filter that is none."""
        rows = self.exportable(self.matching(query, user), user)
        return cast(Rows, in_order(self.table(rows, query, user)))

    def matching(self, query: QueryDict, user: Any) -> Rows:
        """The rows that are selected by key in `query`, or else all that match its filter. Raises NotUnderstood."""
        keys = selected_keys(query)
        if keys is not None:
            return self.get_queryset(user).filter(pk__among=keys)
        sentence = self.filtered(query, user)
        sentence.must_be_understood()
        return cast(Rows, sentence.qs)

    @classmethod
    def selected(cls, request: HttpRequest) -> Rows:
        """The rows that were selected in this list, among those that the user may see. Raises NotUnderstood."""
        page = cls()
        page.request = request
        query = request.POST if request.method == "POST" else request.GET
        return page.matching(query if query.get(ALL) or ROW in query else QueryDict(f"{ROW}="), request.user)

    def cells(self, query: QueryDict, keys: Sequence[int], user: object) -> tuple[dict[int, Sequence[Any]], set[int]]:
        """The cells of those rows of `keys` that `user` may export now, by key, and the ids of other rows that they show.

        Costs 1 query where every column has `reads`, otherwise as much as the rows of the list.
        """
        if self.queried_cells is None:
            with bulk.uncollected():
                rows = in_this_order(self.exported(query, user), keys)
                return {row.pk: [read(row) for read in self.readers] for row in rows}, {one for row in rows for one in self.beside(row)}
        asked = self.for_sheet(self.exportable(self.get_queryset(user), user))
        for column in self.extra:
            asked = (column.in_sheet or column.decorate)(asked)
        return {**self.queried_cells.cells(asked, keys)}, set()

    def beside(self, row: Any) -> Iterable[int]:
        """Other rows that the cells of `row` show and that have permissions of their own; checked again at the download."""
        return ()

    def may_take(self, beside: Iterable[int], user: object) -> bool:
        """True where `user` may still export all of `beside`."""
        return True

    def ask_reason(self, form: ReasonForm, status: int = 200) -> HttpResponse:
        if not self.asker.may("export"):
            raise Http404
        kind = self.export_kind()
        self.filtered(self.request.GET, self.request.user).must_be_known()
        rows = capped_count(self.exported(self.request.GET, self.request.user))
        context = {"form": form, "page": self, "kind": kind, "count": rows, "back": self.url_with(_export=None)}
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
        if not self.asker.may("export"):
            raise Http404
        self.filtered(self.request.GET, self.request.user).must_be_known()
        query = clean(request.GET)
        query.pop("_export", None)
        rows = self.exported(query, request.user)
        keys = list(rows.values_list("pk", flat=True)[: EXPORTED_AT_ONCE + 1])
        is_long = len(keys) > EXPORTED_AT_ONCE
        count = rows.order_by().count() if is_long else len(keys)
        with transaction.atomic():
            asked = {"page": self.name, "query": query.urlencode(), "kind": kind}
            job = jobs.start("core.export", asked, by=request.user) if is_long else None
            facts = {"list": self.name, "kind": kind, "rows": count, "job": job.pk if job else None}
            reason = {"reason": (None, form.cleaned_data["reason"])}
            audit.record("list.exported", cast(models.Model, request.user), by=request.user, facts=facts, changes=reason)
        if job:
            return HttpResponseRedirect(reverse("core:export", args=[job.pk]), status=303)
        return self.file(kind, query, keys)

    def file(self, kind: str, query: QueryDict, keys: Sequence[int]) -> HttpResponse:
        columns, out, pieces, count = [*self.columns().values()], BytesIO(), [], 0
        for at in range(0, len(keys), CHUNK):
            found, _beside = self.cells(query, keys[at : at + CHUNK], self.request.user)
            rows = [found[key] for key in keys[at : at + CHUNK] if key in found]
            pieces.append(sheets.piece(kind, columns, rows, before=count))
            count += len(rows)
        sheets.put_together(kind, out, columns, pieces, count=count)
        response = HttpResponse(out.getvalue(), content_type=TYPES[kind])
        response["Content-Disposition"] = f'attachment; filename="{self.file_name(kind)}"'
        return response

    @classmethod
    def file_name(cls, kind: str) -> str:
        return f"{cls.name}-{timezone.localdate().isoformat()}.{kind}"
