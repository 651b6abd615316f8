"""The dealership group Hellwege: its centres and who works there."""

from dataclasses import dataclass
from datetime import datetime
from random import Random

from django.conf import settings
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.utils.translation import gettext as _

from accounts.models import Centre, User
from accounts.staff.actions.entering import enter_centre, enter_user
from accounts.staff.actions.roles import give_role
from cms.models import HouseBrand
from demo.names import GERMAN
from demo.numbers import extension, switchboard

PASSWORD = "demo"
GROUP = "Hellwege"
LEGAL_TEXTS = {  # every guest’s page and letter links them
    "imprint": "<p>Hellwege Automobile GmbH, Werkhofring 14, 22999 Hamburg. Dies ist eine Vorführung; dieses Autohaus gibt es nicht.</p>",
    "privacy": "<p>Dies ist eine Vorführung mit erfundenen Personen. Hier steht, was Ihr Autohaus speichert, wozu und wie lange.</p>",
}
COMPANIES_OF_A_MANAGER = 420
COMPANIES_OF_A_CENTRE = 20_000
MANAGERS_OF_A_LEADER = 4  # account managers whose annual meetings one sales manager takes part in
CENTRES = (
    ("nord", "Nord", "nord", "Werkhofring 14", "22999", "Hamburg"),
    ("sued", "Süd", "sued", "Isarauen 3", "85999", "Garching"),
    ("west", "West", "west", "Rheinwerft 21", "50999", "Köln"),
    ("ost", "Ost", "ost", "Spreebogen 8", "10999", "Berlin"),
    ("mitte", "Mitte", "mitte", "Mainufer 40", "60999", "Frankfurt am Main"),
    ("kueste", "Küste", "nord", "Am Fischkai 2", "27999", "Cuxhaven"),
    ("foerde", "Förde", "nord", "Fördepromenade 11", "24999", "Flensburg"),
    ("allgaeu", "Allgäu", "sued", "Illerweg 5", "87999", "Kempten"),
    ("ruhr", "Ruhr", "west", "Zechenring 70", "44999", "Dortmund"),
    ("elbe", "Elbe", "ost", "Elbhang 9", "01999", "Dresden"),
)
# User name, first and last name, role, centres ("*": all)
TEAM = (
    ("anna", "Anna", "Reinhardt", "account_manager", ("nord",)),
    ("boris", "Boris", "Lang", "account_manager", ("sued",)),
    ("carla", "Carla", "Hellwege", "centre_manager", ("nord",)),
    ("dora", "Dora", "Vogt", "marketing", ("*",)),
    ("emil", "Emil", "Kruse", "service_adviser", ("nord",)),
    ("wanda", "Wanda", "Petrowa", "wash_attendant", ("nord",)),
    ("tomas", "Tomas", "Lindner", "outside_agent", ("nord",)),
    ("admin", "Adrian", "Winter", "administrator", ("*",)),
)


@dataclass(frozen=True)
class House:
    """A centre in the demo: the region of its companies, its account managers, and the sales manager of each of them, by their id."""

    centre: Centre
    region: str
    managers: list[User]
    leaders: dict[int, User]


class Staff:
    """Makes centres and users. Centres beyond the first two, and managers beyond the first, only if there are enough companies."""

    def __init__(self, companies: int, *, chance: Random, since: datetime, password: str | None) -> None:
        self.since, self.password = since, password
        wanted = min(len(CENTRES), max(2, -(-companies // COMPANIES_OF_A_CENTRE)))
        self.centres = {slug: make_centre(number, slug, *facts) for number, (slug, *facts) in enumerate(CENTRES[:wanted])}
        self.users = {facts[0]: self.enter(number, *facts) for number, facts in enumerate(TEAM)}
        HouseBrand.objects.update_or_create(defaults={"name": GROUP, **LEGAL_TEXTS})
        colleagues = -(-companies // (COMPANIES_OF_A_MANAGER * wanted))
        managers = [self.managers_of(centre, max(colleagues, 2), chance) for centre in self.centres.values()]
        self.houses = [
            House(centre, facts[2], theirs, self.leaders_of(centre, theirs, chance))
            for centre, facts, theirs in zip(self.centres.values(), CENTRES, managers, strict=False)
        ]

    def enter(self, number: int, username: str, first: str, last: str, role: str, at: tuple[str, ...]) -> User:
        """A user with the demo's public password, or with none at all."""
        centres = list(self.centres.values()) if at == ("*",) else [self.centres[slug] for slug in at]
        region = CENTRES[[slug for slug, *_ in CENTRES].index(centres[0].slug)][2]
        user = User(
            username=username,
            first_name=first,
            last_name=last,
            email=f"{username}@hellwege.example",
            home_centre=centres[0],
            date_joined=self.since,
            is_staff=role == "administrator",
            is_superuser=role == "administrator",
        )
        user.phone, _dialled = extension(*switchboard(region, 100), number + 2)
        user.set_password(self.password)
        enter_user(user, by=None)
        give_role(user, role, centres, by=None)
        return user

    def managers_of(self, centre: Centre, wanted: int, chance: Random) -> list[User]:
        """The account managers of `centre`: the named one, and colleagues."""
        known = [user for name, user in self.users.items() if (name, centre.slug) in (("anna", "nord"), ("boris", "sued"))]
        names = [f"{centre.slug}-{rank + 1}" for rank in range(wanted - len(known))]
        return known + [self.colleague(name, "account_manager", centre, chance) for name in names]

    def leaders_of(self, centre: Centre, managers: list[User], chance: Random) -> dict[int, User]:
        """The sales manager of each of `managers`, by their id: one for a few of them. In the north Carla leads the first."""
        teams = [managers[first : first + MANAGERS_OF_A_LEADER] for first in range(0, len(managers), MANAGERS_OF_A_LEADER)]
        known = [self.users["carla"]] if centre.slug == "nord" else []
        names = [f"{centre.slug}-sales-{rank + 1}" for rank in range(len(teams) - len(known))]
        leaders = known + [self.colleague(name, "centre_manager", centre, chance) for name in names]
        return {manager.pk: leader for team, leader in zip(teams, leaders, strict=True) for manager in team}

    def colleague(self, username: str, role: str, centre: Centre, chance: Random) -> User:
        """Somebody who cannot sign in."""
        first, last = chance.choice(GERMAN.men + GERMAN.women), chance.choice(GERMAN.last)
        user = User(username=username, first_name=first, last_name=last, home_centre=centre, date_joined=self.since)
        user.email = f"{username}@hellwege.example"
        user.set_unusable_password()
        enter_user(user, by=None)
        give_role(user, role, [centre], by=None)
        return user


def make_centre(number: int, slug: str, name: str, region: str, street: str, postcode: str, city: str) -> Centre:
    written, _dialled = switchboard(region, 100 + number)
    facts = {"street": street, "postcode": postcode, "city": city, "phone": written, "email": f"{slug}@hellwege.example"}
    return enter_centre(Centre(slug=slug, name=f"{GROUP} {name}", time_zone="Europe/Berlin", has_wash=True, **facts), by=None)


def who_can_sign_in() -> str:
    """Who can try the demo, for its sign-in page; "" without DEBUG, where no account has a known password. Costs 1 query, or none."""
    names = [facts[0] for facts in TEAM]
    if not settings.DEBUG or not User.objects.filter(username__in=names).exclude(password__startswith=UNUSABLE_PASSWORD_PREFIX).exists():
        return ""
    return _("This is a demo. Sign in as %(names)s, with the password “%(password)s”.") % {"names": ", ".join(names), "password": PASSWORD}
