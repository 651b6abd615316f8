"""The columns of the permission matrix, the ten of R20 and the outside agent, and what the table of rights says each reaches."""

from dataclasses import dataclass, field

from accounts.staff.roles import ALL, OWN, ROLES


@dataclass(frozen=True)
class Column:
    """Who asks. `role` is "" for visitors; `scope` is that of the link a visitor holds."""

    name: str
    role: str = ""
    centres: tuple[str, ...] = ()
    scope: str = ""
    companies: tuple[str, ...] = field(default=())  # assigned today, by their key in the world

    @property
    def is_visitor(self) -> bool:
        return not self.role

    def may(self, codename: str) -> bool:
        """True where the table gives `codename` to the role at all."""
        return codename in ROLES.get(self.role, {})

    def has_all(self, codename: str) -> bool:
        return ROLES.get(self.role, {}).get(codename) == ALL

    def reaches(self, place: "Place", codename: str) -> bool:
        """What the table says: *all* on the role's centres, *own* for companies assigned today."""
        reach = ROLES.get(self.role, {}).get(codename)
        return (reach == ALL and place.centre in self.centres) or (reach == OWN and place.key in self.companies)


@dataclass(frozen=True)
class Place:
    """A company of the world and its centre; everything that happens in the world happens at one."""

    key: str
    centre: str


# Anna's, a colleague's at the same centre, Boris's, and one at a centre where none of the columns works.
PLACES = [Place("annas", "nord"), Place("colleagues", "nord"), Place("boris", "sued"), Place("far", "west")]

COLUMNS = [
    Column("anonymous"),
    Column("holder of a voucher link", scope="voucher"),
    Column("holder of an invitation", scope="invitation"),
    Column("wash attendant", "wash_attendant", ("nord",)),
    Column("service adviser Nord", "service_adviser", ("nord",)),
    Column("account manager Nord", "account_manager", ("nord",), companies=("annas",)),
    Column("account manager Süd", "account_manager", ("sued",), companies=("boris",)),
    Column("centre manager Nord", "centre_manager", ("nord",)),
    Column("marketing", "marketing", ("nord", "sued")),
    Column("outside agent", "outside_agent", ("nord",)),
    Column("administrator", "administrator", ("nord", "sued")),
]
