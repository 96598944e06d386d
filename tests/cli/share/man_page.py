"""The man page, made from the parser of the commands."""

import argparse
import re
import textwrap
from collections.abc import Iterable, Iterator
from typing import Final

from imtui import __version__

_COMMON_GROUPS: Final = ("account", "backend")
"""Options that several commands have are described once."""

_DESCRIPTION: Final = (
    "imtui shows who is ONLINE, OFFLINE or UNLOGINED right now, what they say they are doing, and "
    "messages that arrive once and in order on all of your devices.",
    "Without a command it starts the app. Without an account it uses a backend on this machine, "
    "with friends who are a demo; it starts when it is needed, and ends by itself.",
    "The commands are for scripts, status bars, admins and screen readers. They make nobody "
    "ONLINE. Options may stand before, between or after the other words; after -- there are only "
    "words.",
)
FILES: Final = {
    "~/.config/imtui/settings.toml": "The settings of the app.",
    "~/.local/share/imtui/accounts.json": "The accounts that imtui login saved. A UserSig is here "
    "only without a keyring.",
    "~/.local/share/imtui/accounts/": "What is remembered of each account between runs.",
    "~/.local/share/imtui/local/": "The backend on this machine.",
    "~/.local/state/imtui/log/imtui.log": "The log of the app.",
    "~/.local/state/imtui/log/errors.log": "Unexpected errors.",
    "DIR/imtui.toml": "The settings of a backend whose data folder is DIR.",
}
ENVIRONMENT: Final = {
    "IMTUI_USERSIG": "The UserSig, where --usersig-file names no file.",
    "IMTUI_DATABASE": "The PostgreSQL database of a backend, or its password beside --database.",
    "IMTUI_WEBHOOK_TOKEN": "The webhook token, where --webhook-token-file names no file.",
    "IMTUI_COMPLETION_TIMEOUT": "How long a shell may wait for user IDs after TAB, in seconds "
    "(0.5).",
    "IMTUI_LOG": "With the value debug, the log of the app is more detailed.",
    "SSL_CERT_FILE": "The certificates of CAs to trust in place of the system's, in PEM.",
    "NO_COLOR": "If set, only the terminal's own colours are used.",
    "VISUAL, EDITOR": "The editor for long messages.",
    "XDG_CONFIG_HOME, XDG_DATA_HOME, XDG_STATE_HOME": "Where the files above are, in place of "
    "~/.config, ~/.local/share and ~/.local/state.",
}
_EXIT_STATUS: Final = {
    "0": "Success.",
    "1": "An error, which is reported in one line.",
    "2": "Wrong usage.",
    "130": "Interrupted.",
}
EXAMPLES: Final = {
    "imtui": "Start the app.",
    'imtui status set "On the call" --for 45m': "Set a status, and clear it after 45 minutes.",
    "imtui watch bob --json": "Print a line for each change of bob's status.",
    'imtui send bob "In ten minutes"': "Send a message.",
    "imtui login --server wss://chat.example.org --app-id 1400000000 --user alice "
    "--usersig-file alice.sig": "Join a team's backend.",
    "imtui serve --data ./data": "Run a backend.",
}


def man_page(parser: argparse.ArgumentParser) -> str:
    """Return the page in roff, with the macros of man(7)."""
    return "\n".join(_lines(parser)) + "\n"


def _lines(parser: argparse.ArgumentParser) -> Iterator[str]:
    yield r".\" Made from the parser of the commands by: python -m tests.cli.share"
    yield f'.TH IMTUI 1 "" "imtui {__version__}" "User Commands"'
    yield ".SH NAME"
    yield r"imtui \- chat in the terminal, with presence at the centre"
    yield ".SH SYNOPSIS"
    yield r".B imtui"
    yield '.RI [ option " ...]"'
    yield ".br"
    yield r".B imtui"
    yield '.IR command " [" option " ...] [" argument " ...]"'
    yield ".SH DESCRIPTION"
    yield from _paragraphs(_DESCRIPTION)
    yield ".SH OPTIONS"
    yield "Of the app, and of all commands that use an account."
    for group in _groups(parser):
        yield from _arguments(parser, group)
    yield ".SH COMMANDS"
    for each in _commands(parser):
        yield from _command(each)
    yield ".SS Options that select the backend of an admin command"
    yield from _arguments(parser, _backend_options(parser))
    for heading, entries in (
        ("FILES", FILES),
        ("ENVIRONMENT", ENVIRONMENT),
        ("EXIT STATUS", _EXIT_STATUS),
    ):
        yield f".SH {heading}"
        for name, text in entries.items():
            yield from _entry(rf"\fB{_roff(name)}\fR", text)
    yield ".SH EXAMPLES"
    for line, text in EXAMPLES.items():
        yield from _entry(rf"\fB{_roff(line)}\fR", text)


def _command(parser: argparse.ArgumentParser) -> Iterator[str]:
    usage = " ".join(_placeholders(action) for action in _positionals(parser))
    yield f".SS {_roff(f'{parser.prog} {usage}'.strip())}"
    text = parser.description or ""
    groups = list(_groups(parser))
    names = {group.title for group in groups}
    if "account" in names:
        text += " The options that select an account apply."
    if "backend" in names:
        text += " The options that select a backend apply."
    yield from _paragraphs([text.strip()])
    for group in groups:
        if group.title not in _COMMON_GROUPS:
            yield from _arguments(parser, group)
    if parser.epilog:
        yield ".PP"
        yield ".nf"
        yield from (_roff(line) for line in parser.epilog.splitlines())
        yield ".fi"


def _arguments(parser: argparse.ArgumentParser, group: argparse._ArgumentGroup) -> Iterator[str]:
    for action in group._group_actions:
        is_listed = action.help not in (None, argparse.SUPPRESS)
        if is_listed and not isinstance(action, argparse._SubParsersAction):
            names = rf"\fB{_roff(', '.join(action.option_strings))}\fR"
            values = "" if action.nargs == 0 else rf"\fI{_roff(_placeholders(action))}\fR"
            text = (action.help or "") % {**vars(action), "prog": parser.prog}
            yield from _entry(f"{names} {values}".removeprefix(r"\fB\fR").strip(), text)


def _placeholders(action: argparse.Action) -> str:
    choices = "{" + ",".join(map(str, action.choices)) + "}" if action.choices else ""
    name = action.metavar or choices or action.dest.upper()
    forms = {"?": f"[{name}]", "*": f"[{name} ...]", "+": f"{name} [{name} ...]"}
    return forms.get(str(action.nargs), str(name))


def _positionals(parser: argparse.ArgumentParser) -> list[argparse.Action]:
    return [
        action
        for action in parser._get_positional_actions()
        if not isinstance(action, argparse._SubParsersAction)
    ]


def _groups(parser: argparse.ArgumentParser) -> Iterator[argparse._ArgumentGroup]:
    for group in parser._action_groups:
        actions = [one for one in group._group_actions if one.dest != "help"]
        if actions:
            group._group_actions = actions
            yield group


def _commands(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    """Yield the parsers of all commands that do something, in alphabetical order."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for listed in sorted(action._choices_actions, key=lambda one: one.dest):
                each: argparse.ArgumentParser = action.choices[listed.dest]
                each.description = each.description or _sentence(listed.help or "")
                yield each
                yield from _commands(each)


def _backend_options(parser: argparse.ArgumentParser) -> argparse._ArgumentGroup:
    found = (
        group for each in _commands(parser) for group in _groups(each) if group.title == "backend"
    )
    return next(found)


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."


def _paragraphs(texts: Iterable[str]) -> Iterator[str]:
    for number, text in enumerate(texts):
        if number:
            yield ".PP"
        yield _text(text)


def _entry(head: str, text: str) -> Iterator[str]:
    yield ".TP"
    yield head
    yield _text(text)


def _text(text: str) -> str:
    lines = textwrap.wrap(text, 70, break_long_words=False, break_on_hyphens=False)
    return "\n".join(map(_roff, lines))


def _roff(line: str) -> str:
    """Return a line in which roff finds nothing to obey."""
    line = line.replace("\\", r"\e").replace("-", r"\-").replace("~", r"\(ti").replace("'", r"\(aq")
    line = re.sub(r"[^\x00-\x7f]", lambda found: rf"\[u{ord(found[0]):04X}]", line)
    return rf"\&{line}" if line.startswith(".") else line
