"""Writes all that is kept of an account, as JSON lines."""

import contextlib
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import IO, Any

from msgspec import Struct

from imtui.cli.admin.calls import call
from imtui.cli.admin.client import AdminClient
from imtui.cli.errors import CommandError
from imtui.cli.json_line import json_line
from imtui.protocol.errors import ErrorCode, IMError
from imtui.protocol.wire_names import rest_name


class ExportPage(Struct, frozen=True, rename=rest_name):
    """A page of what is kept of an account."""

    item: list[dict[str, Any]]
    next_cursor: str = ""


async def write_export(client: AdminClient, user_id: str, file: Path | None) -> None:
    """Write all that is kept of an account to a file, or to standard output.

    Args:
        client: The client to call with.
        user_id: The account.
        file: The file, where nothing exists yet; it is readable to this user only, and only there
            if it is complete.

    Raises:
        CommandError: There is no such account, or the file cannot be written.
        IMError: The backend refuses.
    """
    if file is None:
        async for page in _pages(client, user_id):
            for item in page.item:
                print(json_line(item))
        return
    with _new_file(file) as opened:
        async for page in _pages(client, user_id):
            try:
                opened.writelines(f"{json_line(item)}\n" for item in page.item)
            except OSError as error:
                raise _unwritable(file, error) from error


async def _pages(client: AdminClient, user_id: str) -> AsyncIterator[ExportPage]:
    cursor = ""
    while True:
        body = {"UserID": user_id, "Cursor": cursor}
        try:
            page = await call(client, "imtui_account/export", body, ExportPage)
        except IMError as error:
            if error.code == ErrorCode.ERR_SVR_ACCOUNT_NOT_FOUND:
                raise CommandError(f"There is no account {user_id}.") from error
            raise
        yield page
        if not page.next_cursor:
            return
        if page.next_cursor == cursor:
            raise IMError(ErrorCode.ERR_PARSE_RESPONSE_FAILED, "The backend repeats a page.")
        cursor = page.next_cursor


@contextlib.contextmanager
def _new_file(file: Path) -> Iterator[IO[str]]:
    """Write a file under another name, and give it its own if all went well."""
    part = file.with_name(f"{file.name}.part")
    try:
        if file.exists():
            raise CommandError(f"{file} exists already. Choose another name.")
        part.unlink(missing_ok=True)
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise _unwritable(file, error) from error
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as opened:
            yield opened
        part.replace(file)
    except OSError as error:
        raise _unwritable(file, error) from error
    finally:
        part.unlink(missing_ok=True)


def _unwritable(file: Path, error: OSError) -> CommandError:
    return CommandError(f"{file} cannot be written: {error.strerror or error}.")
