"""Argument types and options that several commands share."""

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from imtui.cli.errors import UsageError

if TYPE_CHECKING:
    from imtui.server.node.settings.kinds import Kind
    from imtui.server.node.shared.address import DatabaseAddress


def seconds(text: str) -> float:
    """Parse a positive, finite number of seconds."""
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not 0 < number < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} is not a positive number of seconds")
    return number


def positive(text: str) -> int:
    """Parse a positive integer."""
    try:
        number = int(text)
    except ValueError:
        number = 0
    if number <= 0:
        raise argparse.ArgumentTypeError(f"{text!r} is not a positive whole number")
    return number


def user_id(text: str) -> str:
    """Parse a user ID."""
    from imtui.protocol.identifiers import is_user_id

    if not is_user_id(text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a user ID: 1 to 32 of A-Z a-z 0-9 _ -")
    return text


def written(text: str) -> str:
    """Parse a text for others to read."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise argparse.ArgumentTypeError("the text is not UTF-8") from None
    return text


def server_url(text: str) -> str:
    """Parse the addresses of a backend; the SDK splits them, and decides which are allowed."""
    if not text.startswith(("ws://", "wss://", "ws+unix:///")):
        raise argparse.ArgumentTypeError(f"{text!r} is not an address: wss://host, ws://host:port")
    return text


def rest_url(text: str) -> str:
    """Parse the addresses of a REST API; the SDK splits them, and decides which are allowed."""
    if not text.startswith(("http://", "https://", "http+unix:///")):
        raise argparse.ArgumentTypeError(f"{text!r} is not an address: https://host")
    return text


def ca_file(text: str) -> str:
    """Parse the name of a file with trusted certificates; the result is absolute."""
    from imtui.trust import TrustError, trusted

    try:
        trusted(text)
    except TrustError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    return str(Path(text).absolute())


def device_name(text: str) -> str:
    """Parse a device name."""
    from imtui.protocol.errors import IMError
    from imtui.protocol.identifiers import check_device_name

    try:
        return check_device_name(text)
    except IMError as error:
        raise argparse.ArgumentTypeError(error.message) from None


def node_setting(kind: "Kind[Any]", text: str) -> Any:
    """Parse the value of a setting of a node."""
    try:
        return kind.parse(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def find_database(dsn: str) -> "DatabaseAddress | None":
    """Return the database that an option, a settings file or the environment names, if one does.

    Raises:
        UsageError: The environment has something else.
    """
    from imtui.server.node.shared.address import VARIABLE, database_address

    try:
        return database_address(dsn, os.environ.get(VARIABLE, ""))
    except ValueError as error:
        raise UsageError(
            f"{VARIABLE} is neither an address such as postgresql://imtui@db.example.org/imtui, "
            "nor a password beside --database."
        ) from error


def add_data_option(parser: argparse._ActionsContainer, *, required: bool = False) -> None:
    """Add ``--data``, the data folder of a backend."""
    parser.add_argument(
        "--data",
        type=Path,
        metavar="DIR",
        required=required,
        help="the backend's data folder"
        + ("" if required else " (this machine's embedded backend)"),
    )


def add_ca_file_option(parser: argparse._ActionsContainer, default: str | None) -> None:
    """Add ``--ca-file``, the certificates that the client of a backend trusts."""
    parser.add_argument(
        "--ca-file",
        type=ca_file,
        metavar="FILE",
        default=default,
        help="trust the certificates of the CAs in FILE, in PEM, in place of the system's",
    )


def add_json_option(parser: argparse._ActionsContainer, default: object = False) -> None:
    """Add ``--json`` for a command that prints one object per line."""
    parser.add_argument(
        "--json", action="store_true", default=default, help="print JSON, one object per line"
    )


def add_file_option(parser: argparse.ArgumentParser, lines: str) -> None:
    """Add ``--from``, a CSV file with lines of the format ``lines``."""
    parser.add_argument(
        "--from",
        dest="file",
        metavar="FILE",
        help=f"read lines of the form {lines} from a CSV file, or from standard input if FILE is "
        "-; a header is skipped",
    )
