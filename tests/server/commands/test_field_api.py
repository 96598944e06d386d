"""What the page of the field's REST API says: which commands are there, and which clients work."""

import json
import re
import tomllib

from imtui.server.commands import COMMANDS
from tests.pages import ROOT, page_of, section
from tests.server.commands.test_bound_clients import NODE_FOLDER

PAGE = page_of("protocol/rest")
_ROW = re.compile(r"^\| (`.+`) \| (yes|no) \| (.*)\|$", re.MULTILINE)
_NAME = re.compile(r"`(\w+/\w+)`")


def rows() -> list[tuple[list[str], bool, str]]:
    """Return the commands of each row, whether they are there, and why not."""
    found = _ROW.findall(section(PAGE, "Commands"))
    return [(_NAME.findall(names), word == "yes", why.strip()) for names, word, why in found]


def test_every_row_of_the_table_is_read() -> None:
    lines = [line for line in section(PAGE, "Commands").splitlines() if line.startswith("| `")]
    assert len(rows()) == len(lines) > 30
    assert all(names for names, _, _ in rows())


def test_it_says_which_commands_are_there() -> None:
    said = [name for names, is_there, _ in rows() if is_there for name in names]
    there = [one.full_name for one in COMMANDS.values() if not one.service.is_extension]
    assert sorted(said) == sorted(there)


def test_it_says_why_the_others_are_not() -> None:
    others = [name for names, is_there, _ in rows() if not is_there for name in names]
    assert len(others) == len(set(others)) > 100
    assert [name for name in others if f"/v4/{name}" in COMMANDS] == []
    assert [names for names, is_there, why in rows() if bool(why) is is_there] == []


def test_what_it_gives_as_a_reason_is_there() -> None:
    reasons = [name for _, is_there, why in rows() if not is_there for name in _NAME.findall(why)]
    assert reasons
    assert [name for name in reasons if f"/v4/{name}" not in COMMANDS] == []


def test_the_versions_of_the_clients_are_those_that_are_tested() -> None:
    said = re.findall(r"`([a-z][\w-]+)` (?:\| )?([\d.]+)", section(PAGE, "Clients"))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = dict(
        re.split("[>=]=", one.partition(",")[0]) for one in project["optional-dependencies"]["dev"]
    )
    python = {name: wanted[name] for name in ("tencentcloud-sdk-python-im", "timsdk")}
    node = json.loads((NODE_FOLDER / "package.json").read_text())["dependencies"]
    assert dict(said) == python | node
