#!/bin/sh
# Guessed: a parser of e-mail replies may leave too much of the old letter, but never cuts what the customer wrote in a new
#   one.
# Seen: it does. quotequail takes an order of transport, "Von: Hamburg / An: Berlin / Datum: … / Betreff: …", for the head of
#   a forwarded letter: only "Hallo," is left. A sentence "Am 12.12. … / … schrieb mir niemand:" is to it the line before a
#   quotation, and the request below is hidden. email-reply-parser ends the letter at a row of five hyphens, so a list of
#   prices under it is gone, and drops each line that begins with ">", as in "> 100 PS".
# With: quotequail 0.5.4, email-reply-parser 0.5.12.
# Why it matters: vehicles are moved between places all the time, and this is the way their drivers write it; nobody misses a
#   request that nobody saw.
# What to do: cut only in a letter that answers one (In-Reply-To), keep the whole text and show it at a click, search in the
#   whole.
set -eu
room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT
python3 -m venv "$room/env"
"$room/env/bin/pip" install -qq --no-cache-dir quotequail==0.5.4 email-reply-parser==0.5.12
"$room/env/bin/python" - <<'END'
from importlib.metadata import version

import quotequail
from email_reply_parser import EmailReplyParser


def seen(what, value, expected):
    print(f"{what}: {value!r}")
    assert value == expected, f"expected {expected!r}"


print("quotequail", version("quotequail"), "email-reply-parser", version("email-reply-parser"))
order = "Hallo,\n\nVon: Hamburg\nAn: Berlin\nDatum: 12.12.\nBetreff: Überführung Golf\n\nbitte abholen.\n"
unwrapped = quotequail.unwrap(order)
seen("quotequail: kind", unwrapped["type"], "forward")
seen("quotequail: the writer's own words", unwrapped["text_top"], "Hallo,")
seen("quotequail: the sender it found", unwrapped["from"], "Hamburg")
request = "Am 12.12. habe ich den Wagen abgeholt.\nDanach schrieb mir niemand:\nBitte melden Sie sich.\n"
hidden = [text for shown, text in quotequail.quote(request) if not shown]
seen("quotequail: hidden as quotation", hidden, ["Bitte melden Sie sich.\n"])
prices = "Die Preise:\n\n-----\nGolf 300\nPassat 400\n"
seen("email-reply-parser: below a line", EmailReplyParser.parse_reply(prices), "Die Preise:")
power = "Wir suchen Wagen mit\n> 100 PS\nund Automatik.\n"
seen("email-reply-parser: more than", EmailReplyParser.parse_reply(power), "Wir suchen Wagen mit\nund Automatik.")
END
