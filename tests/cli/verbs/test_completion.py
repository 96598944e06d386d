"""``imtui completion``."""

import pytest

from imtui.cli import main as cli
from imtui.cli.verbs.completion import SHELLS
from tests.cli.share.files import SHARE


@pytest.mark.parametrize("shell", SHELLS)
def test_it_prints_the_script_that_an_installation_has(
    shell: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["completion", shell]) == 0

    printed = capsys.readouterr().out
    assert printed == (SHARE / SHELLS[shell]).read_text()
    assert "imtui" in printed


@pytest.mark.parametrize("arguments", [[], ["tcsh"], ["users", "friends"]])
def test_another_shell_is_wrong_usage(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["completion", *arguments]) == 2
    assert capsys.readouterr().out == ""


def test_its_help_does_not_list_what_the_scripts_call(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["completion", "--help"]) == 0
    assert "users" not in capsys.readouterr().out
