"""Texts of the demo: sentences of the timeline, wordings of consent, policies, drinks."""

CALLS = (
    ("reached", "Board decides about the estates in the first week of the month. Wants prices with and without service."),
    ("reached", "Satisfied with the replacement car. Asks that we ring before nine next time."),
    ("reached", "Two more vans in spring if the electric one proves itself."),
    ("reached", "Told that delivery moves up a week. Answered “wonderful”."),
    ("reached", "Wants the invoices by cost centre from January on."),
    ("reached", "New colleague signs for damage now; sends us the name."),
    ("reached", "Compares our leasing rate with the house bank's; answer by Friday."),
    ("reached", "Happy with the winter tyre storage, asked whether we do the summer tyres too."),
    ("not_reached", "Rang out twice."),
    ("not_reached", "On holiday until Monday."),
    ("not_reached", "Answering machine; did not leave a message."),
    ("left_word", "Colleague promised to pass it on."),
    ("left_word", "Asked the switchboard for a call back."),
    ("wants_meeting", "Would like to see us before the renewals are decided."),
    ("wants_meeting", "Asks for an hour with Herr Hellwege about the electric vans."),
    ("not_interested", "No change planned this year. Ask again in autumn."),
    ("wrong_number", "Number belongs to the workshop now."),
)
COMPLAINTS = (
    "Waited three weeks for a replacement mirror, and nobody called.",
    "The loan van was returned with an empty tank and billed to us.",
    "Two invoices for one inspection.",
)
LATE_COMPLAINT = "The tail lift was repaired twice and still sticks."
# words, answer, what was learned, whether the customer is satisfied
ANSWERED_COMPLAINTS = (
    (
        "Nobody told us that the handover moved.",
        "Rang, apologised, brought the car to the depot.",
        "The workshop now calls before it moves a day.",
        True,
    ),
    (
        "The winter tyres are not the ones we ordered.",
        "Offered the right ones at no charge.",
        "Tyres are checked against the order when they arrive.",
        False,
    ),
)
VISITS = (
    ("reached", "Walked the yard together: six vans older than five years."),
    ("reached", "Coffee in the workshop; the foreman likes the new loading floor."),
    ("reached", "Collected the car with his family; photo taken, mug handed over."),
    ("reached", "Showed the charging plan for the depot."),
    ("reached", "Handed over two vans; ten minutes on the driver's assistant."),
    ("reached", "Service visit: brakes and inspection, loan van for two days."),
)
LETTERS = (
    ("reached", "Sent the comparison of running costs; asked for the figures of last year."),
    ("reached", "“Tuesday suits me.”"),
    ("reached", "“Please send the offer to accounts as well.”"),
    ("left_word", "Sent the invitation to the regulars' table."),
    ("left_word", "Sent the proposal for the renewal of three leases."),
    ("not_interested", "“We stay with our present supplier for now.”"),
)
WORDINGS = {
    ("de", "invitations"): "Ja, bitte laden Sie mich per E-Mail zu Veranstaltungen des Autohauses Hellwege ein.",
    ("de", "news"): "Ja, bitte schicken Sie mir Neuigkeiten des Autohauses Hellwege per E-Mail.",
    ("de", "offers"): "Ja, bitte schicken Sie mir Angebote des Autohauses Hellwege per E-Mail.",
    ("it", "invitations"): "Sì, desidero ricevere per e-mail gli inviti agli eventi di Autohaus Hellwege.",
    ("it", "news"): "Sì, desidero ricevere per e-mail le novità di Autohaus Hellwege.",
    ("it", "offers"): "Sì, desidero ricevere per e-mail le offerte di Autohaus Hellwege.",
    ("ru", "invitations"): "Да, присылайте мне по электронной почте приглашения на мероприятия Autohaus Hellwege.",
    ("ru", "news"): "Да, присылайте мне по электронной почте новости Autohaus Hellwege.",
    ("ru", "offers"): "Да, присылайте мне по электронной почте предложения Autohaus Hellwege.",
    ("en", "invitations"): "Yes, invite me by e-mail to events of Autohaus Hellwege.",
    ("en", "news"): "Yes, send me news of Autohaus Hellwege by e-mail.",
    ("en", "offers"): "Yes, send me offers of Autohaus Hellwege by e-mail.",
}
SOURCES = ("at the hand-over", "at the counter", "event registration", "preferences page", "card from the trade fair")
POLICIES = (
    "Free choice of model up to the leasing rate of the grade.",
    "Electric only for personal cars from this year on.",
    "Estates and vans of two makes; the fleet manager orders.",
    "Leases of 36 months and 90,000 km; winter tyres included.",
)
JOBS = {
    "decision_maker": ("managing director", "fleet manager", "head of purchasing", "branch manager", "head of administration", "accounts"),
    "user": ("sales", "field service", "head of sales", "project manager", "key accounts", "head of quality", "consultant"),
    "driver": ("fitter", "delivery tour", "foreman", "service technician", "night tour", "caretaker", "courier"),
}
DRINKS = ("coffee, black", "coffee with milk", "tea", "mate", "espresso", "water")
INTERESTS = ("sailing", "camping with the family", "e-mobility", "hunting", "classic cars", "football coach", "golf", "photography")
FAMILIES = ("married", "wife and two children", "husband and a son", "partner, dog", "three children", "")
BEST_TIMES = ("before 9", "after 16", "not on Fridays", "mornings", "lunchtime", "")
TASKS = (
    "Answer the invoice complaint",
    "Offer for three electric vans, with and without service",
    "Shuttle for the guests of the summer party: two buses",
    "Ask who signs for invoices now",
    "Send the charging plan for the depot",
    "Find a date for the tyre change of all vans",
    "Replacement car while the workshop has theirs",
    "Bring the brochure in Italian",
)
RESULTS = ("Sent, they are pleased.", "Settled on the telephone.", "Offer accepted for two of three.", "Nobody needs it any more.")
DECISIONS = {  # why the managing director puts a company in another tier or phase than the rule
    ("tier", "diamond"): "Key account of the group: what they buy elsewhere counts too.",
    ("tier", "platinum"): "Their turnover in the workshop is that of a far larger fleet.",
    ("tier", "gold"): "They recommend us to others in their trade.",
    ("phase", "at_risk"): "They are asking other dealers for offers this year.",
}
MINUTES = (
    "Seven leases end next year; they want to order in one go. Service stays with us. We promised a fixed contact in the workshop.",
    "Content with the cars, not with the waiting time at the counter. Keys go into the night box from now on.",
    "The fleet grows by four vans. Electric for the city tours; we lend one for two weeks.",
    "New managing director; shown the figures of the year. Asked for one invoice a month.",
)
ROUND_NAME = "Before the year ends: decision-makers, Gold and better"
ROUND_GOAL = "Ask what they plan for next year, and agree an annual meeting."
ROUND_OPENING = (
    "Good morning. I am calling for Autohaus Hellwege. The year is nearly over, and we would like to know what you plan for your vehicles. "
    "Have you got two minutes?"
)
ROUND_SCRIPT = (
    {"words": "How many vehicles do you run now, ours and others?", "goes_to": "note"},
    {"words": "Which e-mail address reaches you best?", "goes_to": "email"},
    {"words": "When is a good time to call you?", "goes_to": "best_time"},
    {"words": "May we e-mail you an offer now and then? You can say no at any time.", "goes_to": "offers"},
)
ROUND_RESULTS: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("reached", "Nothing planned before spring.", {"1": "54", "3": "mornings"}),
    ("wants_meeting", "In January, best on a Thursday.", {"1": "31", "4": "yes"}),
    ("not_reached", "", {}),
)
