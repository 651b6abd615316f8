from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Prefetch
from django.utils.translation import gettext_lazy as _

from contacts.people.models.person import Person, resembling
from fleetportal.core import pairs

if TYPE_CHECKING:
    from accounts.models import Company, User

# Start from the new people's own addresses: from the people, PostgreSQL reads every address while an import grows the table.
SAME_PERSON = """
    SELECT mine.id AS mine, theirs.id AS theirs, at_mine.channel AS found
    FROM contacts_person mine
    JOIN contacts_personaddress at_mine ON at_mine.person_id = mine.id
    JOIN contacts_personaddress at_theirs ON at_theirs.value_folded = at_mine.value_folded AND at_theirs.channel = at_mine.channel
    JOIN contacts_person theirs ON theirs.id = at_theirs.person_id
    WHERE at_mine.channel IN ('email', 'phone') AND NOT at_mine.is_private AND NOT at_theirs.is_private
        AND (theirs.name_folded = mine.name_folded OR theirs.name_folded = '' OR mine.name_folded = ''
            OR (at_mine.channel = 'email' AND substr(theirs.first_name, 1, 1) = substr(mine.first_name, 1, 1)
                AND (substr(theirs.last_name, 1, length(mine.last_name)) = mine.last_name
                    OR substr(mine.last_name, 1, length(theirs.last_name)) = theirs.last_name)))
        AND at_mine.person_id IN ({ids})
    UNION ALL
    SELECT mine.id, theirs.id, 'born_on'
    FROM contacts_person mine JOIN contacts_person theirs ON theirs.name_folded = mine.name_folded AND theirs.born_on = mine.born_on
    WHERE mine.name_folded <> '' AND mine.id IN ({ids})"""


class PersonPairQuerySet(pairs.PairQuerySet):
    def for_list(self) -> Self:
        return self

    def with_people_seen_by(self, user: "User", *, may: str, among: "models.QuerySet[Company] | None" = None) -> Self:
        """With both people, their addresses and the roles that `user` sees; `among` narrows the companies further. 10 queries."""
        people = Person.objects.with_addresses().with_roles_seen_by(user, may=may, among=among)
        return self.prefetch_related(Prefetch("one", people), Prefetch("other", people.all()))


class PersonPair(pairs.Pair):
    """Two possibly identical people: the same name with the same e-mail address, telephone number or birth date; with the same e-mail
    address a shortened name will do, "U. Kern" or "Ute Kern-Holm", and at the same company "U. Kern" (`doubles.py`)."""

    class Found(models.TextChoices):
        EMAIL = "email", _("name and e-mail address")
        PHONE = "phone", _("name and telephone number")
        BORN_ON = "born_on", _("name and date of birth")
        NAME = "name", _("name and company")

    kinds, matches = Found, SAME_PERSON
    one = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="pairs", verbose_name=_("person"))
    other = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="pairs_with_older", verbose_name=_("other person"))

    objects = PersonPairQuerySet.as_manager()

    class Meta(pairs.Pair.Meta):
        verbose_name = _("pair of people")
        verbose_name_plural = _("pairs of people")

    @classmethod
    def rows_where(cls, user: "User", *, may: str) -> models.QuerySet[Person, object]:
        return Person.objects.where(user, may=may).values("pk")


resembling.register("pairs", PersonPair.find)
