"""What a contact is made for, as the outcomes need it."""

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from accounts.models import Company
    from contacts.people.models.person import Person


class Occasion(Protocol):
    """What a contact was made for: a reason, or a stop of a contact round."""

    @property
    def company(self) -> "Company": ...

    @property
    def company_id(self) -> int: ...

    @property
    def person(self) -> "Person | None": ...

    @property
    def group(self) -> str: ...

    @property
    def key(self) -> str: ...
