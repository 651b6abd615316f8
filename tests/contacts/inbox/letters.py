"""Messages as they come in, made by hand."""

FROM = "From: Erika Muster <erika@kunde.example>\nTo: events@dealer.example\nDate: Tue, 06 Jan 2026 08:00:00 +0100\n"
ANSWERED = "In-Reply-To: <inv-1@dealer.example>\n"


def letter(heads: str, body: str = "", *, kind: str = "text/plain; charset=utf-8") -> bytes:
    """A message with those headers, each on a line, and one part."""
    return f"{heads.strip()}\nMIME-Version: 1.0\nContent-Type: {kind}\nContent-Transfer-Encoding: 8bit\n\n{body}".encode()


def calendar(method: str, *, uid: str = "1@dealer.example", sequence: int = 2, answer: str = "ACCEPTED") -> str:
    attendee = f"ATTENDEE;CN=Erika;PARTSTAT={answer}:mailto:erika@kunde.example"
    event = ["BEGIN:VEVENT", f"UID:{uid}", f"SEQUENCE:{sequence}", "DTSTAMP:20260101T000000Z", attendee, "END:VEVENT"]
    return "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", f"METHOD:{method}", *event, "END:VCALENDAR", ""])


def report(fields: str, *, text: str = "Not delivered", original: str = "Subject: Invitation\n\nHello") -> bytes:
    """A report after RFC 3464."""
    heads = "From: Mail <mailer-daemon@mx.example>\nTo: events@dealer.example\nSubject: Delivery Status Notification (Failure)\n"
    kind = "MIME-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status; boundary=A\n\n"
    parts = [f"Content-Type: text/plain\n\n{text}", f"Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example\n\n{fields}"]
    parts += [f"Content-Type: message/rfc822\n\n{original}"]
    return (heads + kind + "".join(f"--A\n{part}\n" for part in parts) + "--A--\n").encode()
