"""The rules of this app, put on their list."""

from accounts.models import derived
from contacts.reasons.computing import look_again
from contacts.reasons.contract_end import ContractEnd
from contacts.reasons.coverage import Coverage
from contacts.reasons.rule import rules
from contacts.reasons.silence import Silence


def register() -> None:
    """Put the rules of this app on their list, and the reasons on the list of what is derived from a company."""
    for rule in (ContractEnd(), Coverage(), Silence()):
        rules.register(rule.name, rule)
    derived.register("reasons", look_again)
