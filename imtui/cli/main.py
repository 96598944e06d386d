"""The command ``imtui``: parses arguments, runs a command, and reports errors in one line."""

import argparse
import errno
import logging
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from importlib import import_module
from typing import Any, Final, NoReturn

from imtui import __version__
from imtui.cli.arguments import written
from imtui.cli.errors import (
    EXIT_FAILED,
    EXIT_INTERRUPTED,
    EXIT_OK,
    EXIT_USAGE,
    CommandError,
    UsageError,
    describe_error,
    print_notice,
    unwrap_error,
)
from imtui.cli.streams import prepare_streams
from imtui.cli.verbs import app
from imtui.protocol.errors import IMError

_VERBS: Final = {
    **dict.fromkeys(
        (
            *("serve", "backup", "migrate", "usersig", "console", "account", "friend", "kick"),
            *("admin", "key", "node", "deploy"),
        ),
        "imtui.cli.verbs.backend",
    ),
    **dict.fromkeys(
        (
            *("login", "logout", "status", "watch", "send", "history", "unread"),
            *("completion", "doctor"),
        ),
        "imtui.cli.verbs",
    ),
}
"""The package of each command, which is a module in it."""


class _Parser(argparse.ArgumentParser):
    """Takes the options of a command between its words, too, and refuses what it does not know."""

    _is_intermixed = False

    # The type of the base class says no more.
    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Parse everything; the parser of a command refuses the rest itself, with its usage."""
        if self._is_intermixed:
            return super().parse_known_args(args, namespace)
        # Behind a leading "--" there are words only, which a second pass would take for options.
        if self._subparsers is not None or _begins_with_words(args):
            known, rest = super().parse_known_args(args, namespace)
        else:
            self._is_intermixed = True
            try:
                known, rest = self.parse_known_intermixed_args(args, namespace)
            finally:
                self._is_intermixed = False
        if rest:
            self.error(f"unrecognized arguments: {' '.join(rest)}{self._hint(rest)}")
        return known, rest

    def _hint(self, rest: Sequence[str]) -> str:
        takes_text = any(word.type is written for word in self._get_positional_actions())
        has_word = any(not argument.startswith("-") for argument in rest)
        return " (put a text of several words in quotes)" if takes_text and has_word else ""


def _begins_with_words(args: Sequence[str] | None) -> bool:
    return bool(args and args[0] == "--")


def build_parser(commands: Iterable[str] = _VERBS) -> argparse.ArgumentParser:
    """Return the parser of the app and of commands; its result has ``run``, what to call."""
    parser = _Parser(
        prog="imtui",
        description="A chat client in the terminal whose centre is presence. "
        "Without a command, starts the app.",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"imtui {__version__}")
    app.add_arguments(parser)
    verbs = parser.add_subparsers(title="commands", metavar="COMMAND")
    for name in commands:
        import_module(f"{_VERBS[name]}.{name}").add_parser(verbs)
    return parser


class _UnclearError(Exception):
    """The options of the app alone do not explain the arguments."""


class _AppParser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise _UnclearError(message)


def _parse(argv: Sequence[str]) -> argparse.Namespace:
    # Making the parsers of all commands takes longer than much of what they do.
    if argv and argv[0] in _VERBS:
        return build_parser(argv[:1]).parse_args(argv)
    parser = _AppParser(add_help=False, allow_abbrev=False)
    app.add_arguments(parser)
    try:
        return parser.parse_args(argv)
    except _UnclearError:
        return build_parser().parse_args(argv)


def main(argv: Sequence[str] | None = None, *, on_start: Callable[[], None] = lambda: None) -> int:
    """Run the command and return its exit status.

    Args:
        argv: The arguments without the program name; by default those of the process.
        on_start: Called once the arguments are parsed, before the command begins.

    Returns:
        0; 1 for an error, which is reported in one line on standard error; 2 for wrong usage;
        130 when interrupted.
    """
    prepare_streams()
    try:
        arguments = _parse(sys.argv[1:] if argv is None else argv)
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else EXIT_USAGE

    def verb() -> int:
        on_start()
        status: int = arguments.run(arguments)
        return status

    return _run(verb)


def _run(verb: Callable[[], int]) -> int:
    _log_safely()
    try:
        status = verb()
        sys.stdout.flush()
    except SystemExit:
        raise
    except BaseException as error:
        return _report_safely(unwrap_error(error))
    return status


def _report_safely(error: BaseException) -> int:
    if isinstance(error, KeyboardInterrupt):
        return EXIT_INTERRUPTED
    try:
        return _report(error)
    except Exception as second:
        # The last resort relies on nothing that may be broken itself.
        names = f"{type(error).__name__}, then {type(second).__name__}"
        return _fail(f"Something unforeseen went wrong ({names}).", EXIT_FAILED)


def _report(error: BaseException) -> int:
    # Imported only on errors: a command that raises it has imported it already.
    from imtui.cli.paths import FORBIDDEN, unusable
    from imtui.server.node.data_dir import BackendError

    if isinstance(error, UsageError):
        return _fail(str(error), EXIT_USAGE)
    if isinstance(error, IMError):
        return _fail(describe_error(error), EXIT_FAILED)
    if isinstance(error, (CommandError, BackendError)):
        return _fail(str(error), EXIT_FAILED)
    if isinstance(error, BrokenPipeError):
        return _handle_broken_pipe()
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        return _fail("There is no room left on the disk.", EXIT_FAILED)
    if isinstance(error, OSError) and error.errno in FORBIDDEN and error.filename:
        return _fail(unusable(error), EXIT_FAILED)
    from imtui.cli import crash

    return _fail(crash.record_error(error), EXIT_FAILED)


def _fail(text: str, status: int) -> int:
    print_notice(text)
    return status


def _handle_broken_pipe() -> int:
    # Otherwise the interpreter would fail again, with a message, when it flushes the buffer.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return EXIT_OK


def _log_safely() -> None:
    # Without a handler, logging would print what the backend says as it is.
    logging.lastResort = _NoticeHandler(logging.WARNING)


class _NoticeHandler(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        try:
            print_notice(record.getMessage())
        except Exception:
            self.handleError(record)
