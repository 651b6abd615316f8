"""A claim as a driver makes it."""

from django.test import Client

from tests.factories.gifts import make_issue


def claim_page(programme) -> str:
    make_issue(programme, way="pool", count=3)
    return programme.claim_page.path


def ask(client: Client, path: str, *, contact="mirko@drivers.example", plate="HH-AB 1", name="Mirko") -> str:
    """The address of the page that takes the code."""
    answer = client.post(path, {"first_name": name, "contact": contact, "plate": plate})
    assert answer.status_code == 303, answer.content.decode()
    return answer["Location"]
