"""The files that an installation puts into ``share/``."""

import os
import re
import shlex
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

from imtui.cli import paths
from imtui.cli.main import build_parser
from tests.cli.share.files import COMMAND, MAN_PAGE, SHARE, made_files
from tests.cli.share.man_page import ENVIRONMENT, EXAMPLES, FILES
from tests.pages import ROOT

MADE = made_files()


@pytest.mark.parametrize("file", MADE, ids=lambda file: file.name)
def test_a_file_is_as_the_parser_makes_it(file: Path) -> None:
    assert file.read_text(encoding="utf-8") == MADE[file], f"make it anew: {COMMAND}"


def test_an_installation_puts_each_file_where_programs_look_for_it() -> None:
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text())
    data_files = pyproject["tool"]["setuptools"]["data-files"]
    installed = {
        f"{to}/{Path(file).name}": file for to, files in data_files.items() for file in files
    }
    found = {file for file in SHARE.rglob("*") if file.is_file()}

    assert found == set(MADE)
    assert installed == {
        f"share/{file.relative_to(SHARE)}": str(file.relative_to(ROOT)) for file in MADE
    }


def test_groff_and_man_read_the_page_without_a_warning() -> None:
    if shutil.which("groff") is None or shutil.which("man") is None:
        pytest.skip("groff or man is not installed")
    checked = _run("groff", "-man", "-Tutf8", "-ww", MAN_PAGE)
    assert checked.stderr == ""

    shown = _run("man", "--warnings", "-l", MAN_PAGE)

    assert shown.stderr == ""
    lines = shown.stdout.splitlines()
    assert [line for line in lines if re.match("[A-Z]", line)][1:] == [
        *("NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "COMMANDS", "FILES", "ENVIRONMENT"),
        *("EXIT STATUS", "EXAMPLES"),
    ]
    assert "   imtui status get USER [USER ...]" in lines
    assert "       imtui - chat in the terminal, with presence at the centre" in lines
    assert "wss://… or ws://…" in shown.stdout
    # A word that roff took for a request would be missing.
    assert "user_status              on, off" in shown.stdout


def _run(*command: str | Path) -> "subprocess.CompletedProcess[str]":
    env = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "MANWIDTH": "80"}
    return subprocess.run(command, env=env, capture_output=True, text=True, check=True)


def test_its_examples_can_be_typed() -> None:
    for example in EXAMPLES:
        build_parser().parse_args(shlex.split(example)[1:])


def test_its_files_are_those_of_a_new_user(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", "/home/alice")
    found = (
        *(paths.settings_file(), paths.accounts_file(), paths.account_state("", 1, "a").parent),
        *(paths.local_data(), paths.app_log(), paths.crash_log()),
    )

    named = [file.rstrip("/").replace("~", "/home/alice") for file in FILES if file[0] == "~"]
    assert named == [str(path) for path in found]


def test_it_names_the_variables_of_the_environment() -> None:
    sources = "\n".join(path.read_text() for path in (ROOT / "imtui").rglob("*.py"))
    read = set(re.findall(r"\bIMTUI_[A-Z_]+", sources))

    assert read == {name for name in ENVIRONMENT if name.startswith("IMTUI_")}
