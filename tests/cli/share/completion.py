"""Completion scripts for bash, zsh and fish, made from the parser of the commands."""

import argparse
import re
from collections.abc import Iterator
from typing import Final

import shtab

SHELLS: Final = ("bash", "zsh", "fish")

_NEW_USERS: Final = "imtui account import"

_BASH: Final = """\
# $1: friends, accounts or saved; $2: the word
_imtui_users() {
  local program=${COMP_WORDS[0]/#\\~\\//$HOME/} IFS=$'\\n'
  compgen -W "$("$program" completion users "$1" "${COMP_LINE:0:COMP_POINT}" \\
    2>/dev/null </dev/null)" -- "$2"
}
_imtui_friends() { _imtui_users friends "$1"; }
_imtui_accounts() { _imtui_users accounts "$1"; }
_imtui_saved() { _imtui_users saved "$1"; }
_imtui_files() { compgen -f -- "$1"; }
_imtui_dirs() { compgen -d -- "$1"; }
"""
_ZSH: Final = """\
# The words of the whole line, which the commands of commands see without their beginning.
functions[_imtui_commands]=$functions[_shtab_imtui]
_shtab_imtui() {
  local imtui_program=$words[1] imtui_line="${(j: :)words[1,CURRENT]}"
  _imtui_commands "$@"
}
# $1: friends, accounts or saved
_imtui_users() {
  local expl
  local -a users
  users=(${(f)"$(${(Q)~imtui_program} completion users $1 "$imtui_line" 2>/dev/null </dev/null)"})
  _wanted users expl user compadd -a users
}
_imtui_friends() { _imtui_users friends }
_imtui_accounts() { _imtui_users accounts }
_imtui_saved() { _imtui_users saved }
"""
_FISH: Final = """\
# $argv[1]: friends, accounts or saved
function _imtui_users
  set -l program (string replace -r '^~/' "$HOME/" -- (commandline -opc)[1])
  set -l line (commandline -cp | string collect)
  command $program completion users $argv[1] $line 2>/dev/null </dev/null
end
"""
_PREAMBLES: Final = {"bash": _BASH, "zsh": _ZSH, "fish": _FISH}


def completion_script(parser: argparse.ArgumentParser, shell: str) -> str:
    """Return the script with which a shell completes the commands of ``parser``."""
    for each in _parsers(parser):
        for commands in _commands(each):
            for listed in commands._choices_actions:
                # Descriptions are too long beside the commands.
                commands.choices[listed.dest].description = listed.help
        has_data = "--data" in each._option_string_actions
        for action in each._actions:
            completes = _completes(action, each.prog, has_data=has_data)
            if completes is not None:
                action.complete = completes  # type: ignore[attr-defined]
    script = shtab.complete(parser, shell, preamble=_PREAMBLES[shell])
    if shell == "zsh":
        # Of several arguments, shtab would complete only the first.
        script = re.sub(r'^  "\(\*\)::?', '  "*:', script, flags=re.MULTILINE)
    return script.rstrip() + "\n"


def _parsers(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    yield parser
    for commands in _commands(parser):
        for each in commands.choices.values():
            yield from _parsers(each)


def _commands(
    parser: argparse.ArgumentParser,
) -> "Iterator[argparse._SubParsersAction[argparse.ArgumentParser]]":
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            yield action


def _completes(action: argparse.Action, prog: str, *, has_data: bool) -> shtab.CompleteType | None:
    if action.metavar in ("USER", "FRIEND") and prog != _NEW_USERS:
        return _users("accounts" if has_data else "friends")
    if "--user" in action.option_strings:
        return _users("saved")
    if action.metavar == "DIR":
        return {**shtab.DIRECTORY, "bash": "_imtui_dirs"}
    if action.metavar == "FILE":
        return {**shtab.FILE, "bash": "_imtui_files"}
    return None


def _users(kind: str) -> shtab.CompleteType:
    return {
        "bash": f"_imtui_{kind}",
        "zsh": f"_imtui_{kind}",
        "fish": f"(_imtui_users {kind})",
    }
