"""What the page of the commands says is true."""

from pathlib import Path

import imtui.cli.verbs
from tests.pages import code_spans, page_of

PAGE = page_of("cli")


def test_it_names_every_command() -> None:
    folder = Path(imtui.cli.verbs.__file__).parent
    verbs = {path.stem for path in folder.rglob("*.py")} - {"__init__", "app"}
    named = {span.split(" ")[1] for span in code_spans(PAGE) if span.startswith("imtui ")}
    assert verbs - named == set()
