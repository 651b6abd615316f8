"""The answer of a person: their own words, without quotes and signature, as mail programs write them in four languages."""

import pytest

from contacts.memory.inbox.reading import answers
from contacts.memory.inbox.reading.mail import read

ANSWERS = [
    ("French head", "", "D'accord.\n\nLe lun. 5 janv. 2026 à 10:00, Autohaus <e@d.example> a écrit :\n> x", "D'accord."),
    ("Dutch head", "", "Goed.\n\nOp ma 5 jan 2026 om 10:00 schreef Autohaus <e@d.example>:\n> x", "Goed."),
    (
        "de outlook",
        "Erika Muster",
        "Sehr geehrte Frau Keller,\n\ngern komme ich am Freitag.\n\nMit freundlichen Grüßen\n\nErika Muster\nLeiterin Fuhrpark\n\nMuster "
        "Logistik GmbH\nHafenstraße 5 | 26721 Emden\nTel.: +49 4921 123456 | www.muster.example\n\nVon: Autohaus Nord "
        "<events@dealer.example>\nGesendet: Montag, 5. Januar 2026 10:00\nAn: Muster, Erika <erika@kunde.example>\nBetreff: Einladung "
        "Frühlingsfest\n\nLiebe Frau Muster,\n",
        "Sehr geehrte Frau Keller,\n\ngern komme ich am Freitag.",
    ),
    (
        "de gmail",
        "Hans",
        "Ja, wir sind zu zweit.\n\nAm Mo., 5. Jan. 2026 um 10:00 Uhr schrieb Autohaus Nord <events@dealer.example>:\n\n> Kommen Sie?\n> "
        "--\n> Gruß\n",
        "Ja, wir sind zu zweit.",
    ),
    (
        "de gmx",
        "",
        'Danke, passt.\nViele Grüße\nHans Kern\n\nGesendet: Montag, 05. Januar 2026 um 10:00 Uhr\nVon: "Autohaus Nord" '
        "<events@dealer.example>\nAn: hans@kern.example\nBetreff: Einladung\nHallo",
        "Danke, passt.",
    ),
    (
        "de thunderbird",
        "",
        "Am 05.01.26 um 10:00 schrieb Autohaus Nord:\n> Kommen Sie?\n\nNein, leider nicht.\n\n-- \nHans Kern\n",
        "Nein, leider nicht.",
    ),
    (
        "de iphone",
        "Hans Kern",
        "Passt!\n\nVon meinem iPhone gesendet\n\n> Am 05.01.2026 um 10:00 schrieb Autohaus Nord <events@dealer.example>:\n> \n> Text\n",
        "Passt!",
    ),
    (
        "de orig",
        "",
        "Bitte rufen Sie mich an: 04921 12345.\n\nLG\nAnna\n\n-----Ursprüngliche Nachricht-----\nVon: x\nGesendet: heute\nAn: y\n"
        "Betreff: z\n\nbla",
        "Bitte rufen Sie mich an: 04921 12345.",
    ),
    (
        "it gmail",
        "Marco Rossi",
        "Buongiorno,\nconfermo la presenza.\n\nCordiali saluti,\nMarco Rossi\n\nIl giorno lun 5 gen 2026 alle ore 10:00 Autohaus "
        "<events@dealer.example> ha\nscritto:\n\n> Gentile cliente\n",
        "Buongiorno,\nconfermo la presenza.",
    ),
    (
        "it apple",
        "",
        "Va bene, ci vediamo.\n\nInviato da iPhone\n\n> Il giorno 5 gen 2026, alle ore 10:00, Autohaus <events@dealer.example> ha "
        "scritto:\n> \n> Gentile cliente\n",
        "Va bene, ci vediamo.",
    ),
    (
        "it outlook",
        "",
        "Grazie mille, ma non posso.\nSaluti\n\nMarco\n\nDa: Autohaus Nord <events@dealer.example>\nInviato: lunedì 5 gennaio 2026 "
        "10:00\nA: Marco Rossi <m@rossi.example>\nOggetto: Invito\n\nGentile",
        "Grazie mille, ma non posso.",
    ),
    (
        "ru gmail",
        "",
        "Спасибо, приду.\n\nпн, 5 янв. 2026 г. в 10:00, Autohaus <events@dealer.example>:\n\n> Здравствуйте\n",
        "Спасибо, приду.",
    ),
    (
        "ru mailru",
        "Иван Петров",
        "Добрый день!\nК сожалению, не смогу.\n\nС уважением,\nИван Петров\nООО «Альфа»\n+7 495 123-45-67\n\nПонедельник, 5 января 2026, "
        "10:00 +03:00 от Autohaus <events@dealer.example>:\nЗдравствуйте, Иван!\n",
        "Добрый день!\nК сожалению, не смогу.",
    ),
    (
        "ru yandex",
        "",
        'Да\n\n05.01.2026, 10:00, "Autohaus" <events@dealer.example>:\n> Придёте?\n',
        "Да",
    ),
    (
        "ru tb",
        "",
        "05.01.2026 10:00, Autohaus пишет:\n> Придёте?\nНет.\n",
        "Нет.",
    ),
    (
        "ru outlook",
        "",
        "Согласен.\n\nFrom: Autohaus <events@dealer.example>\nSent: Monday, January 5, 2026 10:00 AM\nTo: Иван\nSubject: приглашение\n\nля",
        "Согласен.",
    ),
    (
        "ru outlook2",
        "",
        "Согласен.\n\nОт: Autohaus <events@dealer.example>\nОтправлено: 5 января 2026 г. 10:00\nКому: Иван\nТема: приглашение\n\nля",
        "Согласен.",
    ),
    (
        "en closing",
        "John Smith",
        "Hi Anna,\n\nYes, Thursday works. Could you call me before?\n\nMany thanks,\nJohn\n\nJohn Smith\nFleet Manager, Acme Ltd\nT: +44 "
        "20 1234 5678\n",
        "Hi Anna,\n\nYes, Thursday works. Could you call me before?",
    ),
    (
        "thanks only",
        "",
        "Thank you!",
        "Thank you!",
    ),
    (
        "thanks end",
        "",
        "I will come.\n\nThank you very much!",
        "I will come.\n\nThank you very much!",
    ),
    (
        "regards only",
        "",
        "Best regards\nAnna",
        "Best regards\nAnna",
    ),
    (
        "inline",
        "",
        "Hi,\n\nOn Mon, Jan 5, 2026 at 10:00 AM Dealer <events@dealer.example> wrote:\n> Will you come?\n\nYes.\n\n> With whom?\n\nMy "
        "wife.\n\nBest,\nTom\n",
        "Hi,\n\nYes.\n\nMy wife.",
    ),
    (
        "list",
        "",
        "We need:\n- two seats\n- one table\n\nOn Mon, Jan 5, 2026 at 10:00 AM Dealer <events@dealer.example> wrote:\n> x",
        "We need:\n- two seats\n- one table",
    ),
    (
        "ps",
        "",
        "Ok.\n\nBest regards\nTom\n\nP.S. Is there parking?\n",
        "Ok.\n\nBest regards\nTom\n\nP.S. Is there parking?",
    ),
    (
        "disclaimer",
        "",
        "Ok.\n\nThis e-mail and any attachments are confidential and intended solely for the addressee.\nIf you are not the addressee, "
        "delete it.\n",
        "Ok.",
    ),
    (
        "outlook mobile",
        "",
        "Komme.\n\nOutlook für Android<https://aka.ms/AAb9ysg> herunterladen\n________________________________\nFrom: Dealer "
        "<events@dealer.example>\nSent: Monday, January 5, 2026 10:00:00 AM\nTo: Anna <a@b.example>\nSubject: x\n\ny",
        "Komme.",
    ),
    (
        "en on multi",
        "",
        "Fine with me.\n\nOn Monday, January 5, 2026 at 10:00:00 AM GMT+1, Autohaus Nord\nVeranstaltungen <events@dealer.example> "
        "wrote:\n\nDear customer",
        "Fine with me.",
    ),
    (
        "amsprose",
        "",
        "Am Montag kann ich nicht, aber am Dienstag.\nAm 7. Januar wäre auch gut. Herr Kern schrieb mir, es ginge: passt das?",
        "Am Montag kann ich nicht, aber am Dienstag.\nAm 7. Januar wäre auch gut. Herr Kern schrieb mir, es ginge: passt das?",
    ),
    (
        "dates",
        "",
        "Here are formats:\n\n2024-01-15 14:30:25\n15.01.2024 14:30\nJan 15, 2024 at 14:30\n\nAll are examples.",
        "Here are formats:\n\n2024-01-15 14:30:25\n15.01.2024 14:30\nJan 15, 2024 at 14:30\n\nAll are examples.",
    ),
    (
        "regards sentence",
        "",
        "As regards the timeline, we should be done by Friday.\n\nWith regards to this we need care.",
        "As regards the timeline, we should be done by Friday.\n\nWith regards to this we need care.",
    ),
    (
        "cheers emoji",
        "",
        "Thanks for the update!\n\nCheers 🎉\nSarah\n\n—————\nSarah Johnson\nProduct Manager\n📧 sarah@example.com",
        "Thanks for the update!",
    ),
    (
        "name end",
        "Hans Kern",
        "Wir kommen zu dritt.\n\nHans Kern",
        "Wir kommen zu dritt.",
    ),
    (
        "dear self",
        "Hans Kern",
        "Guten Tag Frau Keller,\n\nwir kommen.\n\nFreundliche Grüße aus Emden\nHans",
        "Guten Tag Frau Keller,\n\nwir kommen.",
    ),
    (
        "swiss",
        "",
        "Besten Dank, gerne.\n\nFreundliche Grüsse\nUrs Meier",
        "Besten Dank, gerne.",
    ),
    (
        "mfg",
        "",
        "ok mfg Kern",
        "ok mfg Kern",
    ),
    (
        "mfg2",
        "",
        "ok\nmfg Kern",
        "ok",
    ),
    (
        "danke name",
        "",
        "Passt so.\nDanke und Gruß\nKern",
        "Passt so.",
    ),
    (
        "vd name",
        "",
        "Passt so.\n\nVielen Dank\nHans Kern",
        "Passt so.",
    ),
    (
        "weak",
        "",
        "Ja gern.\n\nAutohaus Nord schrieb:\n> Kommen Sie?",
        "Ja gern.",
    ),
    (
        "colon",
        "",
        "Der Chef schrieb:\nKommt alle!",
        "Der Chef schrieb:\nKommt alle!",
    ),
]


@pytest.mark.parametrize(("name", "text", "own"), [row[1:] for row in ANSWERS], ids=[row[0] for row in ANSWERS])
def test_answer_is_what_the_writer_added_without_quotes_and_signature(name, text, own):
    assert answers.part(text, name=name).own == own


PAGES = [
    (
        "gmail",
        '<div dir="ltr">Ja, gern.<div><br></div><div>Wir sind zu zweit.</div></div><br><div class="gmail_quote"><div dir="ltr" '
        'class="gmail_attr">Am Mo., 5. Jan. 2026 um 10:00 Uhr schrieb Autohaus &lt;<a href="mailto:e@d.example">e@d.example</a>&gt;'
        ':<br></div><blockquote class="gmail_quote" style="x">Kommen Sie?</blockquote></div>',
        "Ja, gern.\n\nWir sind zu zweit.",
    ),
    (
        "outlook",
        "<html><head><style>p{margin:0}</style><title>T</title></head><body><div class=WordSection1><p class=MsoNormal>Guten Tag,"
        "<o:p></o:p></p><p class=MsoNormal><o:p>&nbsp;</o:p></p><p class=MsoNormal>gern am Freitag.<o:p></o:p></p><p class=MsoNormal>Mit "
        'freundlichen Grüßen<o:p></o:p></p><p class=MsoNormal>Erika Muster</p><div><div style="border:none;border-top:solid #E1E1E1 '
        '1.0pt"><p class=MsoNormal><b>Von:</b> Autohaus &lt;e@d.example&gt; <br><b>Gesendet:</b> Montag, 5. Januar 2026 '
        "10:00<br><b>An:</b> Erika<br><b>Betreff:</b> x</p></div></div><p>Hallo</p></div></body></html>",
        "Guten Tag,\n\ngern am Freitag.",
    ),
    (
        "owa",
        '<div>Yes, please.</div><div id="appendonsend"></div><hr><div id="divRplyFwdMsg"><font><b>From:</b> D &lt;e@d.example&gt;'
        "<br><b>Sent:</b> Monday<br><b>To:</b> E<br><b>Subject:</b> x</font></div><div>Old</div>",
        "Yes, please.",
    ),
    (
        "apple",
        '<html><body>Passt.<br><div><br><blockquote type="cite"><div>Am 05.01.2026 um 10:00 schrieb D &lt;e@d.example&gt;'
        ":</div><br><div>Alt</div></blockquote></div></body></html>",
        "Passt.",
    ),
    (
        "tb",
        '<div class="moz-cite-prefix">Am 05.01.26 um 10:00 schrieb D:<br></div><blockquote '
        'type="cite">Alt<p>mehr</p></blockquote><p>Nein, leider nicht.</p><div class="moz-signature">-- <br>Hans</div>',
        "Nein, leider nicht.",
    ),
    (
        "script",
        '<script>alert(1)</script><p>Hallo &lt;b&gt; <img src="http://x/y.png"></p>',
        "Hallo <b>",
    ),
    (
        "entities",
        "<p>1 &lt; 2 &amp; 3&nbsp;&euro;</p>",
        "1 < 2 & 3 €",
    ),
    (
        "list",
        "<p>Wir brauchen:</p><ul><li>zwei Plätze</li><li>einen Tisch</li></ul>",
        "Wir brauchen:\n\nzwei Plätze\neinen Tisch",
    ),
]
HEAD = "From: Erika Muster <erika@kunde.example>\nSubject: AW: x\nMIME-Version: 1.0\nContent-Type: text/html; charset=utf-8\n\n"


@pytest.mark.parametrize(("page", "own"), [row[1:] for row in PAGES], ids=[row[0] for row in PAGES])
def test_answer_of_a_page_is_text_alone(page, own):
    assert read((HEAD + page).encode()).text == own


@pytest.mark.parametrize("text", ["Ja\u200bgern", "\u202eJa", "Ja\xa0gern"])
def test_invisible_letters_and_hard_spaces_are_no_part_of_an_answer(text):
    assert answers.part(text).own in ("Jagern", "Ja gern", "\u202eJa")


def test_a_long_line_without_blanks_takes_no_time():
    assert answers.part("x" * 150_000 + "\n> y").has_quote
