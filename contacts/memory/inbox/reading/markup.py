"""HTML of a stranger as plain text: nothing of it is ever shown as HTML, and no picture is loaded.

What mail programs mark as quoted comes out with "> " before each line, their signatures below "-- ".
"""

import re
from html.parser import HTMLParser

DROPPED = {"head", "style", "script", "title", "template", "noscript", "svg", "object"}
BLOCKS = {"p", "div", "br", "tr", "table", "ul", "ol", "li", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "pre", "blockquote", "section"}
VOID = {"br", "hr", "img", "meta", "link", "input", "col", "area", "base", "wbr", "embed", "source"}
PARAGRAPHS = {"p", "h1", "h2", "h3", "ul", "ol", "blockquote", "table"}
QUOTES = re.compile(r"gmail_quote(?!_container)|yahoo_quoted|moz-cite-prefix|protonmail_quote|tutanota_quote|gmail_attr")
SIGNATURES = re.compile(r"gmail_signature|moz-signature|ms-outlook-mobile-signature|protonmail_signature|gmail_default_signature")
REPLY_BOUNDS = re.compile(r"divRplyFwdMsg|stopSpelling|appendonsend|mail-editor-reference-message-container|OLK_SRC_BODY_SECTION")
LONGEST = 300_000  # characters that are looked at
DEEPEST = 500  # elements within elements
CONDITION = re.compile(r"<!\[[^>]{0,200}>?")  # of Word, and what the parser takes for a broken declaration
SPACES = re.compile(r"[ \t\r\n\f]+")


class Flattening(HTMLParser):
    """Collects the text of a page; never raises on broken markup."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self.breaks = 2  # at the end of what was collected
        self.open: list[tuple[str, bool]] = []  # tag, whether its content is quoted
        self.quoted = self.dropped = self.as_typed = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.around(tag)
        if tag in VOID:
            return
        marks = " ".join(value or "" for name, value in attrs if name in ("id", "class", "type", "data-marker"))
        quotes = tag == "blockquote" or bool(QUOTES.search(marks))
        if REPLY_BOUNDS.search(marks):
            self.line("_" * 32)
        if SIGNATURES.search(marks):
            self.line("--")
        if len(self.open) < DEEPEST:
            self.open.append((tag, quotes))
            self.count(tag, quotes, 1)

    def handle_endtag(self, tag: str) -> None:
        if any(name == tag for name, _quotes in self.open):
            while self.open:
                name, quotes = self.open.pop()
                self.count(name, quotes, -1)
                if name == tag:
                    break
        if tag not in VOID:
            self.around(tag)

    def handle_data(self, data: str) -> None:
        if self.dropped:
            return
        text = data if self.as_typed else SPACES.sub(" ", data)
        for place, line in enumerate(text.split("\n")):
            if place:
                self.end_line()
            if line.strip() or (line and not self.breaks):
                self.pieces.append(f"> {line}" if self.quoted and self.breaks else line)
                self.breaks = 0

    def around(self, tag: str) -> None:
        """The lines that end where an element begins or ends."""
        if self.dropped or tag not in BLOCKS:
            return
        if tag == "br":
            self.end_line()
        else:
            while self.breaks < (2 if tag in PARAGRAPHS else 1):
                self.end_line()

    def line(self, text: str) -> None:
        while not self.breaks:
            self.end_line()
        self.pieces.append(text)
        self.breaks = 0
        self.end_line()

    def end_line(self) -> None:
        self.pieces.append("\n")
        self.breaks += 1

    def count(self, tag: str, quotes: bool, by: int) -> None:
        self.quoted += by * quotes
        self.dropped += by * (tag in DROPPED)
        self.as_typed += by * (tag == "pre")


def as_text(html: str) -> str:
    """The text of `html`, in lines; at most one blank line between two."""
    reader = Flattening()
    reader.feed(CONDITION.sub("", html[:LONGEST]))
    reader.close()
    lines = [line.replace("\xa0", " ").rstrip() for line in "".join(reader.pieces).split("\n")]
    lines = [line if line.startswith(" ") and line[:8].isspace() else line.strip() for line in lines]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n")
