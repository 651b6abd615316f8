"""The environment, read once: if a value is missing or malformed, the start ends with one line that names it."""

import os
import sys
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import SplitResult, unquote, urlsplit
from zoneinfo import ZoneInfo

import environ

ROOT = Path(__file__).resolve().parent.parent.parent
VAR = Path(os.environ.get("DATA_DIR") or ROOT / "var")  # the installation's data: database, files, broker


def stop(name: str, why: str) -> NoReturn:
    """End the start with one line instead of a traceback."""
    print(f"Fleetportal can't start: {name} {why}.", file=sys.stderr)  # noqa: T201  there is no log yet
    raise SystemExit(1)


try:
    VAR.mkdir(parents=True, exist_ok=True)
except OSError as error:
    stop("DATA_DIR", f"is {str(VAR)!r}: this folder can't be made ({error.strerror})")


class Environment:
    """Values of the environment; the file `env` in DATA_DIR, which `make run` writes, fills in what is unset."""

    def __init__(self) -> None:
        environ.Env.read_env(VAR / "env", overwrite=False)
        self._env = environ.Env()

    def text(self, name: str, default: str | None = None) -> str:
        value = os.environ.get(name, "")
        if value:
            return value
        if default is None:
            stop(name, "is missing: set it in the environment")
        return default

    def debug(self) -> bool:
        return self.flag("DEBUG", default=False)

    def flag(self, name: str, *, default: bool) -> bool:
        value = os.environ.get(name, "").lower()
        if value in ("1", "true", "yes", "on"):
            return True
        if value in ("0", "false", "no", "off"):
            return False
        if value:
            stop(name, f"is {value!r}: say 1 or 0")
        return default

    def count(self, name: str, default: int) -> int:
        value = os.environ.get(name, "").strip()
        if value and not (value.isascii() and value.isdigit() and int(value) < 10):
            stop(name, f"is {value!r}: give a number from 0 to 9")
        return int(value) if value else default

    def words(self, name: str, default: list[str], among: set[str] | None = None) -> list[str]:
        """A comma-separated list of words; set but empty means none."""
        value = os.environ.get(name)
        words = default if value is None else [word.strip() for word in value.split(",") if word.strip()]
        for word in words:
            if among is not None and word not in among:
                stop(name, f"names {word!r}: give some of {', '.join(sorted(among))}, with commas")
        return words

    def hosts(self, default: str) -> list[str]:
        hosts = self.words("ALLOWED_HOSTS", [default])
        if not hosts:
            stop("ALLOWED_HOSTS", "is empty: give the names the portal answers to, with commas")
        return hosts

    def split_url(self, name: str, value: str, schemes: tuple[str, ...], example: str) -> SplitResult:
        """The parts of a URL with one of `schemes`; no message shows `value`, which may contain a password."""
        try:
            parts = urlsplit(value)
            if parts.scheme in schemes and (parts.port is None or parts.port > 0):
                return parts
        except ValueError:  # brackets, or a port that is not a number
            pass
        stop(name, f"is malformed: give {example}")

    def secret(self, name: str) -> str:
        value = self.text(name)
        if len(value) < 32:
            stop(name, "is too short: at least 32 random characters")
        return value

    def base_url(self) -> str:
        value, example = self.text("BASE_URL").rstrip("/"), "scheme and host, like https://fleet.example"
        parts = self.split_url("BASE_URL", value, ("http", "https"), example)
        if not parts.hostname or parts.username is not None or parts.path or parts.query or parts.fragment:
            stop("BASE_URL", f"is malformed: give {example}")
        return value

    def zone(self, name: str, default: str) -> str:
        value = self.text(name, default)
        try:
            ZoneInfo(value)
        except (KeyError, ValueError, OSError):
            stop(name, f"is {value!r}: no such time zone; give one like Europe/Berlin")
        return value

    def choice(self, name: str, default: str, among: set[str]) -> str:
        value = self.text(name, default)
        if value not in among:
            stop(name, f"is {value!r}: give one of {', '.join(sorted(among))}")
        return value

    def currency(self) -> str:
        value = self.text("CURRENCY", "EUR")
        if not (len(value) == 3 and value.isascii() and value.isupper()):
            stop("CURRENCY", f"is {value!r}: give three capital letters, like EUR")
        return value

    def database(self) -> dict[str, object]:
        value = self.text("DATABASE_URL", f"sqlite:///{VAR / 'fleetportal.sqlite3'}")
        example = "sqlite:///file or postgres://user:password@host:port/name"
        parts = self.split_url("DATABASE_URL", value, ("sqlite", "postgres", "postgresql"), example)
        if not parts.path.strip("/"):
            stop("DATABASE_URL", f"names no database: give {example}")
        return self._env.db_url_config(value)

    def redis_url(self) -> str:
        value = self.text("REDIS_URL", "")
        if value:
            self.split_url("REDIS_URL", value, ("redis", "rediss"), "redis://host:port/number")
        return value

    def sms_gateway(self) -> str:
        """The mail address that turns a message into an SMS, with {number} in it; "" if not set."""
        value = self.text("SMS_GATEWAY", "")
        if value and ("{number}" not in value or "@" not in value):
            stop("SMS_GATEWAY", "is malformed: give an address like {number}@sms.example")
        return value

    def imap_url(self) -> str:
        """The mailbox that is read; "" if none."""
        value, example = self.text("IMAP_URL", ""), "imaps://user:password@mail.example/INBOX, or imap+tls:// for STARTTLS"
        if value:
            parts = self.split_url("IMAP_URL", value, ("imaps", "imap+tls", "imap"), example)
            if not (parts.hostname and parts.username and parts.password):
                stop("IMAP_URL", f"is malformed: give {example}")
        return value

    def reply_to(self, imap_url: str) -> str:
        """Where answers to our letters go: by default to the mailbox that is read, if its user is an address."""
        user = unquote(urlsplit(imap_url).username or "") if imap_url else ""
        value = self.text("REPLY_TO", user if "@" in user else "")
        if value and ("@" not in value or any(sign.isspace() or sign in "<>," for sign in value)):
            stop("REPLY_TO", "is malformed: give one bare address, like fleet@mail.example")
        return value

    def security_contact(self, host: str) -> str:
        """Where weaknesses are reported, as a URL: by default the mailbox that RFC 2142 names for it."""
        value = self.text("SECURITY_CONTACT", f"mailto:security@{host if '.' in host else 'fleetportal.example'}")
        if not value.startswith(("mailto:", "https://", "tel:")) or any(sign.isspace() for sign in value):
            stop("SECURITY_CONTACT", "is malformed: give an address like mailto:security@house.example or https://…")
        return value

    def webhooks(self) -> dict[str, str]:
        """The only addresses to which JSON may be posted, by name."""
        example = "names with addresses, like crm=https://crm.example/in, with commas"
        found = {}
        for entry in self.words("WEBHOOKS", []):
            name, separator, address = entry.partition("=")
            if not separator or not name or not self.split_url("WEBHOOKS", address, ("http", "https"), example).hostname:
                stop("WEBHOOKS", f"is malformed: give {example}")
            found[name] = address
        return found

    def email(self) -> dict[str, Any]:
        value, example = self.text("EMAIL_URL"), "smtp://user:password@host:port or smtp+tls://…"
        schemes = ("smtp", "smtp+tls", "smtp+ssl")  # other backends would print personal links, or lose messages
        if not self.split_url("EMAIL_URL", value, schemes, example).hostname:
            stop("EMAIL_URL", f"names no mail server: give {example}")
        return {**self._env.email_url_config(value), "EMAIL_BACKEND": "fleetportal.core.outbox.channels.email.TextKnownBackend"}


env = Environment()
