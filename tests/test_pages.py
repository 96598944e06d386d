"""What holds on every page of documentation."""

import re
import shlex
from pathlib import Path

import pytest

from imtui.cli.main import build_parser
from tests.pages import PAGES, ROOT, anchors, blocks, code_spans

PAGE_IDS = [page.relative_to(ROOT).as_posix() for page in PAGES]
ROOMS = ("cli", "protocol", "protocol/rest", "sdk", "server", "tui")

every_page = pytest.mark.parametrize("page", PAGES, ids=PAGE_IDS)


def test_the_pages_are_found() -> None:
    assert set(PAGE_IDS) == {
        *("README.md", "imtui/README.md"),
        *(f"imtui/{room}/README.md" for room in ROOMS),
    }


@every_page
def test_links_lead_to_files_and_headings(page: Path) -> None:
    broken = []
    for link in re.findall(r"\]\(([^)]+)\)", page.read_text(encoding="utf-8")):
        target, _, anchor = link.partition("#")
        file = (page.parent / target).resolve() if target else page
        is_there = file.exists() and (
            not anchor or anchor in anchors(file.read_text(encoding="utf-8"))
        )
        if not is_there:
            broken.append(link)
    assert broken == []


@every_page
def test_every_page_is_reached_from_readme(page: Path) -> None:
    readme = ROOT / "README.md"
    links = re.findall(r"\]\(([^)#]+)", readme.read_text(encoding="utf-8"))
    assert page == readme or page in [readme.parent / link for link in links]


@every_page
def test_the_commands_in_its_blocks_can_be_typed(page: Path) -> None:
    lines = [line for block in blocks(page.read_text("utf-8"), "sh") for line in block.splitlines()]
    for line in lines:
        program, *arguments = shlex.split(line, comments=True)
        if program == "imtui":
            build_parser().parse_args(arguments)


@every_page
def test_the_commands_in_its_prose_exist(page: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for span in code_spans(page.read_text("utf-8")):
        program, *arguments = shlex.split(span) if span.startswith("imtui ") else [""]
        if not program:
            continue
        if not any(argument.startswith("-") for argument in arguments):
            # Prose may name a command without its arguments; its help needs none.
            arguments.append("--help")
        try:
            build_parser().parse_args(arguments)
        except SystemExit as stop:
            assert stop.code == 0, span
    capsys.readouterr()
