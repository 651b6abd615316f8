"""Reasons to contact somebody: rows made and withdrawn by registered rules (`contacts.reasons.rule` says how to add one).

computing.py makes and withdraws them, for all by night and at once for companies that a verb touched; explaining.py says of one
company what each rule finds. Both ask the rules the same question, so they agree.
"""

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
