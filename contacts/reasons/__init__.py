"""Reasons to contact somebody: rows made and withdrawn by registered rules (`contacts.reasons.rule` says how to add one).

computing.py makes and withdraws them, for all by night and at once for companies that a verb touched; explaining.py says of one
company what each rule finds. Both run the same queries of the rules, so they agree.
"""
