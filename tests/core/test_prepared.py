"""A prepared statement says what Django's own would, however often it is asked, for whatever is filled in."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import Count
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Centre, Company, User, in_reach
from accounts.staff import sign_in
from cms import serving
from cms.landing import make_landing_page
from cms.models import EventPage
from contacts.models import Interaction, Reason
from contacts.today import statements
from events.actions import checking_in as door_form
from events.models import CheckIn
from events.models import invitation as invitations
from fleetportal.core.db.prepared import Prepared
from fleetportal.core.links import Link
from gifts.models import voucher as vouchers
from tests.factories.accounts import make_centre, make_company, make_user, make_vehicle
from tests.factories.contacts import make_person, make_role
from tests.factories.events import make_event, make_guest, make_invitation, make_registration
from tests.factories.gifts import make_programme, make_voucher
from tests.factories.reasons import make_reason, make_task

pytestmark = pytest.mark.django_db


def companies_of(centre: Any, name: Any) -> Any:
    named = Company.objects.filter(centre=centre, name_folded=name).select_related("centre", "parent")
    return named.annotate(fleet=Count("vehicles")).only("name", "is_public_body", "centre__name", "parent__name").order_by("pk")


def prepared() -> Prepared[Company]:
    columns = ("name", "is_public_body", "centre__name", "parent__name")
    return Prepared(companies_of, columns=columns, extra=("fleet",), centre=Centre._meta.pk, name=Company._meta.get_field("name_folded"))


def test_rows_are_as_django_makes_them(django_assert_num_queries: Any) -> None:
    north = make_centre("north", name="North")
    first = make_company(north, name="Überland", is_public_body=True)
    make_company(north, name="Other", parent=first)
    make_vehicle(first)
    ask = prepared()
    for name in ("ueberland", "uberland", "other", "nobody's"):
        expected = list(companies_of(north.pk, name))
        with django_assert_num_queries(1):
            found = ask(centre=north.pk, name=name)
            said = [(one, one.name, one.is_public_body, one.centre.name, one.parent and one.parent.name, one.fleet) for one in found]
        assert said == [(one, one.name, one.is_public_body, one.centre.name, one.parent and one.parent.name, one.fleet) for one in expected]
        assert [read(one, "centre", "parent") for one in found] == [read(one, "centre", "parent") for one in expected]


def read(row: Any, *related: str, extra: Sequence[str] = ()) -> dict[str, Any] | None:
    """All that was read of `row` and the rows that came along."""
    if row is None:
        return None
    names = {field.attname for field in row._meta.concrete_fields} - row.get_deferred_fields()
    values = {name: getattr(row, name) for name in (*names, *extra)}
    return {**values, **{path: read(row_at(row, path)) for path in related}, "is_new": row._state.adding}


def row_at(row: Any, path: str) -> Any:
    """The row that the relations named by `path` lead to, None where one of them leads nowhere."""
    for name in path.split("__"):
        row = row and getattr(row, name)
    return row


def same(prepared: Prepared[Any], **values: Any) -> bool:
    """Whether `prepared` answers as its own queryset does, by one query that brings all along."""
    related = [*prepared.related, *{column.partition("__")[0] for column in prepared.columns if "__" in column}]
    expected = [read(row, *related, extra=prepared.extra) for row in prepared.ask(**values)]
    with CaptureQueriesContext(connection) as queries:
        found = [read(row, *related, extra=prepared.extra) for row in prepared(**values)]
    return found == expected and len(queries) == 1


def test_the_signed_in_user_is_as_django_fetches_it(north: Centre) -> None:
    users = [make_user(role="account_manager", at=[north]), make_user(home_centre=None)]
    for user in (*users, make_user(home_centre=north, views={"a": {"b": "c"}})):
        for roles in ((), ("administrator",)):
            assert same(sign_in.signed_in(roles), user=user.pk)
    assert sign_in.signed_in(()).first(user=0) is None


def test_a_voucher_at_the_wash_is_as_django_fetches_it(north: Centre, north_ag: Company) -> None:
    programme = make_programme(north)
    driver = make_role("driver", north_ag, make_person("Ковач"))
    for voucher in (make_voucher(programme, driver=driver, claimed=True), make_voucher(programme)):
        link = Link.objects.make("voucher", voucher.pk)
        assert same(vouchers.behind_token, token_hash=link.token_hash, now=timezone.now())
        assert same(vouchers.behind_code, code_hash=voucher.code_hash)


def test_a_guest_at_the_door_is_as_django_fetches_them(north_ag: Company, anna: User) -> None:
    event = make_event(north_ag.centre)
    registration, other = (make_registration(event, make_guest(north_ag), company=north_ag, party=2) for _guest in range(2))
    link = Link.objects.make("ticket", registration.pk)
    for _turn in range(2):
        with transaction.atomic():
            assert same(door_form.behind_ticket, token_hash=link.token_hash, now=timezone.now())
        other.check_in(by=anna)
        with transaction.atomic():
            found = door_form.behind_ticket.first(token_hash=link.token_hash, now=timezone.now())
        assert (found.pk, found.heads_at_event, found.seats_at_event) == (registration.pk, 2, 4)
        CheckIn.objects.all().delete()


def test_what_every_page_of_a_guest_asks_is_as_django_fetches_it(north_ag: Company, anna: User) -> None:
    event, guest = make_event(north_ag.centre, host=anna), make_guest(north_ag)
    hosted, plain = make_invitation(event, guest, company=north_ag), make_invitation(make_event(north_ag.centre), company=north_ag)
    for one in (hosted, plain):
        assert same(invitations.behind_link, pk=one.pk)
    for has_replied in (False, True):
        if has_replied:
            make_registration(event, guest, company=north_ag)
        assert same(invitations.replies_of, person=guest.pk, event=event.pk)


def test_a_landing_page_is_as_django_fetches_it(north_ag: Company, anna: User) -> None:
    event = make_event(north_ag.centre, host=anna)
    make_landing_page(event, anna)
    for page in (*EventPage.objects.filter(event=event), EventPage(url_path="/nowhere/")):
        assert same(serving.at_url_path, url_path=page.url_path)


@pytest.mark.postgres
def test_what_locks_its_rows_says_so() -> None:
    with CaptureQueriesContext(connection) as asked, transaction.atomic():
        door_form.behind_ticket(token_hash="none", now=timezone.now())
    assert [one["sql"].endswith(' FOR NO KEY UPDATE OF "events_registration"') for one in asked].count(True) == 1


def test_each_asking_has_its_own_values() -> None:
    north, south = make_centre("north"), make_centre("south")
    mine, theirs = make_company(north, name="Same"), make_company(south, name="Same")
    ask = prepared()
    assert [ask.first(centre=centre.pk, name="same") for centre in (north, south, north)] == [mine, theirs, mine]
    assert ask.first(centre=0, name="same") is None
    assert ask.first(centre=north.pk, name="' OR 1=1 --") is None


def test_the_words_are_made_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    ask: Prepared[Centre] = Prepared(lambda pk: asked.append(pk) or Centre.objects.filter(pk=pk), pk=Centre._meta.pk)
    centre = make_centre("north")
    assert [ask.first(pk=centre.pk), ask.first(pk=centre.pk)] == [centre, centre]
    assert len(asked) == 1


def agrees(prepared: Prepared[Any], **values: Any) -> list[Any]:
    """The rows of `prepared`, once all that was read of them equals what its own queryset says, and one query brought it along."""
    paths = dict.fromkeys([*prepared.related, *(column.rpartition("__")[0] for column in prepared.columns if "__" in column)])
    expected = list(prepared.ask(**values))
    with CaptureQueriesContext(connection) as queries:
        found = prepared(**values)
        said = [[read(at(row, path)) for path in ("", *paths)] for row in found]
    assert len(queries) == 1
    for row, same_row, parts in zip(found, expected, said, strict=True):
        for path, part in zip(("", *paths), parts, strict=True):
            whole = read(at(same_row, path))
            assert part == (whole and {name: whole[name] for name in part or ()})
        assert all(getattr(row, name) == getattr(same_row, name) for name in prepared.extra)
    return found


def at(row: Any, path: str) -> Any:
    """The row to which `path` leads from `row`."""
    for name in path.split("__") if path else ():
        row = row and getattr(row, name)
    return row


@pytest.mark.parametrize("role", ["account_manager", "centre_manager", "wash_attendant"])
def test_today_asks_as_django_would(role: str, north: Centre) -> None:
    user = make_user(role=role, at=[north])
    companies = [make_company(north, name="Mine", looked_after_by=user), make_company(make_centre("far"), name="Theirs")]
    person = make_person("Albers", email="albers@nordhafen.example", phone="+49 40 66969 12")
    make_role("decision_maker", companies[0], person, job_title="Head of fleet")
    reasons = [make_reason(company) for company in companies]
    for company in companies:
        make_task(company, user)
        Interaction.log(company, person=person, channel="email", outcome="", text="Yes.", by=None, direction="in")
    on, long_ago = timezone.localdate(), timezone.now() - timedelta(days=400)
    reach, ids = in_reach(user, may="serve_customers"), [reason.pk for reason in Reason.objects.all()]
    whom = {"on": on, "user": user.pk}
    mine = {*Company.objects.where(user, may="serve_customers").values_list("pk", flat=True)}
    assert statements.cards(reach=reach, **whom) == list(statements.cards.ask(reach=reach, **whom))
    assert {card[1] for card in statements.cards(reach=reach, **whom)} == mine & {reason.company_id for reason in reasons}
    assert [card.pk for card in agrees(statements.queue, ids=ids, **whom)]
    assert {task.company_id for task in agrees(statements.tasks, reach=reach, user=user.pk)} == mine
    assert {line.company_id for line in agrees(statements.incoming, reach=reach, since=long_ago)} == mine
    expected = Reason.objects.filter(person=person, company__in=mine).count()
    assert len(agrees(statements.others, reach=reach, person=person.pk, but=0, **whom)) == expected
    assert statements.stand_ins(**whom) == list(statements.stand_ins.ask(**whom))
    assert statements.done(user=user.pk, since=long_ago) == list(statements.done.ask(user=user.pk, since=long_ago))


def test_nothing_is_in_the_reach_of_nobody(north_ag: Company) -> None:
    make_reason(north_ag)
    assert statements.cards(reach=[], on=timezone.localdate(), user=0) == []
    assert statements.queue(ids=[], on=timezone.localdate(), user=0) == []
