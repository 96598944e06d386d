"""The pages of documentation, and what tests read from them."""

import re
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parent.parent
PAGES: Final = (ROOT / "README.md", *sorted((ROOT / "imtui").rglob("README.md")))


def page_of(package: str) -> str:
    """Return the page of a package of imtui, such as ``sdk``."""
    return (ROOT / "imtui" / package / "README.md").read_text(encoding="utf-8")


def blocks(page: str, language: str) -> list[str]:
    """Return a page's code blocks in a language."""
    return re.findall(rf"^```{language}\n(.*?)^```", page, re.DOTALL | re.MULTILINE)


def code_spans(page: str) -> list[str]:
    """Return the code within the prose and the tables of a page."""
    prose = re.sub(r"^```.*?^```", "", page, flags=re.DOTALL | re.MULTILINE)
    return re.findall(r"`([^`\n]+)`", prose)


def section(page: str, heading: str) -> str:
    """Return the section under a heading of level 2."""
    found = re.search(
        rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", page, re.DOTALL | re.MULTILINE
    )
    assert found is not None, f"no section {heading!r}"
    return found[1]


def table_names(page: str, heading: str) -> set[str]:
    """Return the Python names that the tables of a section have as code."""
    rows = [line for line in section(page, heading).splitlines() if line.startswith("|")]
    return set(re.findall(r"`(\w+)`", "\n".join(rows)))


def anchors(page: str) -> set[str]:
    """Return the anchors of a page's headings, as GitHub makes them."""
    prose = re.sub(r"^```.*?^```", "", page, flags=re.DOTALL | re.MULTILINE)
    titles = re.findall(r"^#+ (.+)$", prose, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}
