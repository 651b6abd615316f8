"""The e-mail templates that a new house begins with; it edits them in the administration."""

from typing import Any

from django.db import migrations

TALKED, OFFER, ENDS, MISSED, DRIVE = (
    "Thanks for the conversation",
    "The offer, as promised",
    "Contracts end: what follows?",
    "I could not reach you",
    "Test drive",
)
# name -> purpose, language -> subject and text
SHIPPED: dict[str, tuple[str, dict[str, tuple[str, str]]]] = {
    TALKED: (
        "",
        {
            "en": (
                "Our conversation today",
                "thank you for your time today. This is what I have noted:\n\n– \n\nI will see to it and be in touch.",
            ),
            "de": (
                "Unser Gespräch heute",
                "vielen Dank für das Gespräch heute. Das habe ich mir notiert:\n\n– \n\nIch kümmere mich darum und melde mich.",
            ),
            "it": (
                "Il nostro colloquio di oggi",
                "grazie per il colloquio di oggi. Ecco che cosa ho annotato:\n\n– \n\nMe ne occupo e mi faccio sentire.",
            ),
            "ru": (
                "Наш сегодняшний разговор",
                "спасибо за сегодняшний разговор. Вот что я записал:\n\n– \n\nЯ займусь этим и дам вам знать.",
            ),
        },
    ),
    OFFER: (
        "",
        {
            "en": (
                "Your offer, as agreed",
                "as promised, here is the offer that you asked for:\n\n– \n\n"
                "If anything is missing or should be different, write or call me.",
            ),
            "de": (
                "Ihr Angebot wie besprochen",
                "wie versprochen hier das Angebot, um das Sie gebeten haben:\n\n– \n\n"
                "Fehlt etwas oder soll etwas anders sein, schreiben oder rufen Sie mich an.",
            ),
            "it": (
                "La Sua offerta, come concordato",
                "come promesso, ecco l’offerta che ha chiesto:\n\n– \n\nSe manca qualcosa o va cambiato qualcosa, mi scriva o mi chiami.",
            ),
            "ru": (
                "Ваше предложение, как договорились",
                "как обещал, направляю предложение, о котором вы просили:\n\n– \n\n"
                "Если чего-то не хватает или нужно изменить, напишите или позвоните мне.",
            ),
        },
    ),
    ENDS: (
        "",
        {
            "en": (
                "Contracts that end: {vehicles}",
                "for {company} contracts end from {date} on, among them {vehicles}. So that nobody is left without a vehicle, I "
                "would like to settle with you in time what follows.\n\nWhen may I call you for ten minutes?",
            ),
            "de": (
                "Auslaufende Verträge: {vehicles}",
                "bei {company} laufen ab {date} Verträge aus, darunter {vehicles}. Damit niemand ohne Fahrzeug dasteht, möchte "
                "ich rechtzeitig mit Ihnen klären, was folgt.\n\nWann darf ich Sie für zehn Minuten anrufen?",
            ),
            "it": (
                "Contratti in scadenza: {vehicles}",
                "per {company} dal {date} scadono alcuni contratti, tra cui {vehicles}. Perché nessuno resti senza veicolo, "
                "vorrei chiarire in tempo con Lei che cosa segue.\n\nQuando posso chiamarLa per dieci minuti?",
            ),
            "ru": (
                "Истекающие договоры: {vehicles}",
                "у компании {company} с {date} истекают договоры, в том числе {vehicles}. Чтобы никто не остался без автомобиля, "
                "я хотел бы заранее обсудить с вами, что будет дальше.\n\nКогда я могу позвонить вам на десять минут?",
            ),
        },
    ),
    MISSED: (
        "",
        {
            "en": (
                "I tried to call you",
                "I tried to reach you by telephone today. It is about {company} and not urgent.\n\n"
                "When does a call suit you? A short answer to this e-mail is enough.",
            ),
            "de": (
                "Ich habe versucht, Sie anzurufen",
                "ich habe heute versucht, Sie telefonisch zu erreichen. Es geht um {company} und ist nicht eilig.\n\n"
                "Wann passt Ihnen ein Anruf? Eine kurze Antwort auf diese E-Mail genügt.",
            ),
            "it": (
                "Ho provato a chiamarLa",
                "oggi ho provato a chiamarLa. Riguarda {company} e non è urgente.\n\n"
                "Quando Le va bene una telefonata? Basta una breve risposta a questa e-mail.",
            ),
            "ru": (
                "Я пытался до вас дозвониться",
                "сегодня я пытался до вас дозвониться. Это касается компании {company} и не срочно.\n\n"
                "Когда вам удобно поговорить? Достаточно короткого ответа на это письмо.",
            ),
        },
    ),
    DRIVE: (
        "offers",
        {
            "en": (
                "A test drive for {company}",
                "we have a new model here that could suit your fleet. I would gladly bring it to you for a day, without any "
                "obligation.\n\nWhich day suits you?",
            ),
            "de": (
                "Eine Probefahrt für {company}",
                "bei uns steht ein neues Modell, das zu Ihrem Fuhrpark passen könnte. Ich bringe es Ihnen gern für einen Tag "
                "vorbei, ganz unverbindlich.\n\nWelcher Tag passt Ihnen?",
            ),
            "it": (
                "Una prova su strada per {company}",
                "da noi c’è un nuovo modello che potrebbe essere adatto al Suo parco. Glielo porto volentieri per un giorno, "
                "senza impegno.\n\nQuale giorno Le va bene?",
            ),
            "ru": (
                "Тест-драйв для {company}",
                "у нас появилась новая модель, которая может подойти вашему парку. Я с удовольствием привезу её вам на день, без "
                "обязательств.\n\nКакой день вам подходит?",
            ),
        },
    ),
}


def enter(apps: Any, schema_editor: Any) -> None:
    template, text = apps.get_model("contacts", "MailTemplate"), apps.get_model("contacts", "MailTemplateText")
    for position, (name, (purpose, texts)) in enumerate(SHIPPED.items(), start=1):
        made = template.objects.create(name=name, purpose=purpose, weight=position * 10)
        text.objects.bulk_create(
            text(template=made, language=language, subject=subject, text=words) for language, (subject, words) in texts.items()
        )


class Migration(migrations.Migration):
    dependencies = [("contacts", "0024_mail_templates")]

    operations = [migrations.RunPython(enter, migrations.RunPython.noop)]
