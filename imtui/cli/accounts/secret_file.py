"""Reads a secret from a file or from standard input: never from an argument, which others see."""

import sys
from pathlib import Path
from typing import IO, Final

from imtui.cli.errors import CommandError

_SECRET_MAX_BYTES: Final = 4096


def read_secret(file: Path, what: str, option: str) -> str:
    """Return the secret in a file, without white space around it.

    Args:
        file: The file.
        what: What it is, such as ``"the webhook token"``.
        option: The option that named the file.

    Raises:
        CommandError: The file cannot be read, or has no secret.
    """
    try:
        with file.open("rb") as opened:
            secret = _read(opened)
    except OSError as error:
        reason = error.strerror or error
        raise CommandError(f"The file of {what}, {file}, cannot be read: {reason}.") from error
    if not secret:
        raise CommandError(f"{what.capitalize()} is not in {file} ({option}).")
    return secret


def ask_for_secret(what: str) -> str:
    """Return the secret on standard input; on a terminal, ask for it without showing it.

    Args:
        what: What it is, such as ``"webhook_token"``.

    Raises:
        CommandError: There is none.
    """
    if sys.stdin.isatty():
        import getpass

        secret = getpass.getpass(f"{what}: ").strip()
    else:
        secret = _read(sys.stdin.buffer)
    if not secret:
        raise CommandError(f"There is no {what} on standard input.")
    return secret


def _read(file: IO[bytes]) -> str:
    """Return a secret; empty if there is none, or it is no text, or too long."""
    data = file.read(_SECRET_MAX_BYTES + 1)
    try:
        return data.decode().strip() if len(data) <= _SECRET_MAX_BYTES else ""
    except UnicodeDecodeError:
        return ""
