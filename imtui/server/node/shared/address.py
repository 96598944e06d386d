"""The address of a PostgreSQL database, and where its password may stand."""

from dataclasses import dataclass, field
from typing import Final
from urllib.parse import parse_qs, urlsplit

SCHEMES: Final = frozenset({"postgresql", "postgres"})
VARIABLE: Final = "IMTUI_DATABASE"
"""The environment variable with a whole address, or with the password alone."""

_SECRETS: Final = frozenset({"password", "sslpassword", "oauth_client_secret"})
"""The parameters of an address that are secrets."""


@dataclass(frozen=True)
class DatabaseAddress:
    """The address of a database."""

    dsn: str = field(repr=False)
    password: str | None = field(default=None, repr=False)
    """The password, if neither the address nor PostgreSQL's own files and variables have it."""


def check_dsn(text: str) -> str:
    """Return an address such as ``postgresql://imtui@db.example.org/imtui``.

    Raises:
        ValueError: It is not one.
    """
    parts = urlsplit(text)
    # Some characters of a password have to be escaped: otherwise it ends at them, or the port is
    # none, which raises ValueError.
    is_whole = parts.port != 0 and "#" not in text
    if parts.scheme not in SCHEMES or not text.isprintable() or not is_whole:
        raise ValueError
    return text


def has_password(dsn: str) -> bool:
    """Tell whether an address has a password, or another secret."""
    parts = urlsplit(dsn)
    return parts.password is not None or not _SECRETS.isdisjoint(parse_qs(parts.query))


def is_link(text: str) -> bool:
    """Tell whether a text is the address of a core, such as ``10.0.0.5:7790``."""
    host, _, port = text.rpartition(":")
    is_port = port.isascii() and port.isdecimal() and int(port[:6]) <= 65535
    return bool(host) and is_port and text.isprintable() and not set(text) & set(" /")


def split_link(text: str) -> tuple[str, int]:
    """Return the host and the port of the address of a core."""
    host, _, port = text.rpartition(":")
    return host.removeprefix("[").removesuffix("]"), int(port)


def database_address(dsn: str, variable: str) -> DatabaseAddress | None:
    """Return the address of the database; None to keep everything in the data folder.

    Args:
        dsn: The address among the settings; may be empty.
        variable: The value of the environment variable; may be empty.

    Raises:
        ValueError: The variable has a password, and there is no address; or it is malformed.
    """
    if "://" in variable:
        return DatabaseAddress(check_dsn(variable))
    if dsn:
        return DatabaseAddress(dsn, variable or None)
    if variable:
        raise ValueError
    return None
