"""Removing secrets and control characters from text for a log; pure."""

import re
from typing import Final

from imtui.protocol.safe_text import safe_text

REDACTED: Final = "[left out]"

_SECRET_NAMES: Final = (
    r"user[_-]?sig|tls\.(?:sig|userbuf)|secret(?:[_-]?key)?|api[_-]?key|password|passwd|token"
)
_QUOTED: Final = (
    r"""b?"(?:\\.|[^"\\\n])*"?"""
    r"""|b?'(?:\\.|[^'\\\n])*'?"""
    r"""|\\+["'][^"'\n]*"""  # inside a string that is itself quoted
)
# What separates name and value: userSig=, "userSig": , ('userSig', , each perhaps escaped.
_BETWEEN: Final = r"""(?:\\*["'])?\s*[=:]\s*|\\*["']\s*,\s*"""

_NAMED: Final = re.compile(
    rf"""((?:{_SECRET_NAMES})(?:{_BETWEEN}))(?:{_QUOTED}|[^\s"'&,;)}}\]]+)""", re.IGNORECASE
)
_AUTHORIZATION: Final = re.compile(
    rf"((?:authorization|cookie)(?:{_BETWEEN}))(?:{_QUOTED}|[^\n]+)", re.IGNORECASE
)
_USER_INFO: Final = re.compile(r"""(?<=://)[^\s/@"']+@""")

# A UserSig has more than 100 of these, a secret key 64; IDs and function names have fewer.
_LONG: Final = re.compile(r"(?:[A-Za-z0-9*_-]|%[0-9A-Fa-f]{2}){40,}")
_HEX: Final = re.compile(r"[0-9a-f-]{48,}", re.IGNORECASE)


def redact(text: str) -> str:
    """Return a text for a log: each line without control characters and secrets.

    Secrets are UserSigs, secret keys, values with such a name and those of ``Authorization``
    headers, in URLs, in JSON and as a Python ``repr``.
    """
    # Safe text first: removing invisible characters could join the parts of a secret.
    return redact_secrets("\n".join(map(safe_text, text.split("\n"))))


def redact_secrets(text: str) -> str:
    """Return a text with its secrets replaced by ``REDACTED``."""
    text = _AUTHORIZATION.sub(rf"\1{REDACTED}", text)
    text = _NAMED.sub(rf"\1{REDACTED}", text)
    text = _USER_INFO.sub(f"{REDACTED}@", text)
    return _LONG.sub(_redact_if_random, text)


def _redact_if_random(found: "re.Match[str]") -> str:
    run = found[0]
    random = (
        any(map(str.isdigit, run)) and any(map(str.isupper, run)) and any(map(str.islower, run))
    )
    return REDACTED if random or _HEX.fullmatch(run) else run
