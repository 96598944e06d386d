"""What README says is true."""

import re
import shlex

from imtui.cli.main import build_parser
from tests.pages import ROOT, blocks, code_spans, section

README = (ROOT / "README.md").read_text(encoding="utf-8")
LINES_MAX = 280
BIG_ROOMS = ("protocol", "sdk", "server", "tui", "cli")


def test_it_is_short() -> None:
    assert len(README.splitlines()) <= LINES_MAX


def test_the_commands_it_shows_can_be_typed() -> None:
    lines = [line for block in blocks(README, "sh") for line in block.splitlines()]
    commands = [shlex.split(line, comments=True) for line in lines if line.startswith("imtui")]
    assert len(commands) > 6
    for _, *arguments in commands:
        build_parser().parse_args(arguments)


def test_the_files_and_folders_it_names_exist() -> None:
    paths = [span for span in code_spans(README) if re.match(r"(imtui|tests|\.ci)/", span)]
    assert len(paths) > 40
    assert [path for path in paths if not (ROOT / path).exists()] == []


def test_the_modules_it_has_run_exist() -> None:
    modules = re.findall(r"python -m (tests[\w.]+)", README)
    assert modules
    for module in modules:
        path = ROOT / module.replace(".", "/")
        assert (path / "__main__.py").exists() or path.with_suffix(".py").exists(), module


def test_it_names_every_room() -> None:
    packages = [ROOT / "imtui", *(ROOT / "imtui" / room for room in BIG_ROOMS)]
    rooms = {
        f"{file.parent.relative_to(ROOT).as_posix()}/"
        for package in packages
        for file in package.glob("*/__init__.py")
    }
    assert rooms - set(code_spans(section(README, "How it is built"))) == set()


def test_the_picture_shows_the_rooms() -> None:
    picture = section(README, "How it is built").split("```")[1]
    drawn = {word for word in re.findall(r"[a-z]+", picture) if (ROOT / "imtui" / word).is_dir()}
    assert drawn == {path.parent.name for path in (ROOT / "imtui").glob("*/__init__.py")}


def test_ci_ends_in_its_last_command() -> None:
    test_command = blocks(README, "sh")[-1].strip()
    assert (ROOT / ".ci" / "run").read_text().strip().splitlines()[-1] == test_command
