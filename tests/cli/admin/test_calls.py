"""How an admin's verb reaches the REST API."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from msgspec import Struct, field

from imtui.cli import main as cli
from imtui.cli.admin.answers import Results
from imtui.cli.admin.calls import PER_CALL, attempt, batches, call
from imtui.cli.admin.client import AdminClient
from imtui.cli.errors import CommandError
from imtui.protocol.errors import IMError
from imtui.protocol.usersig import sign
from tests.cli.conftest import Served
from tests.cli.processes import Home
from tests.cli.rest_service import APP_ID, RestService, rest_service


class Scripted:
    """A client that answers with what is prepared, one after the other."""

    def __init__(self, *answers: dict[str, Any] | IMError) -> None:
        self.answers = list(answers)
        self.waits: list[float] = []

    async def call(self, command: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = self.answers.pop(0)
        if isinstance(answer, IMError):
            raise answer
        return answer

    async def sleep(self, delay: float) -> None:
        self.waits.append(delay)


def rest(client: Scripted) -> AdminClient:
    return cast("AdminClient", client)


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[RestService]:
    with rest_service(monkeypatch) as running:
        running.commands["im_open_login_svc/kick"] = lambda _: {}
        yield running


class Answer(Struct):
    """What the scripted client answers."""

    count: int = field(name="Count")


@pytest.mark.parametrize("code", [60007, 60011, 60018, 60019])
async def test_above_the_rate_it_waits_and_tries_again(code: int) -> None:
    client = Scripted(IMError(code), IMError(code), {"Count": 3})

    answer = await call(rest(client), "a/b", {}, Answer, sleep=client.sleep)

    assert answer.count == 3
    first, second = client.waits
    assert 0.25 <= first <= 0.5 <= second <= 1


async def test_it_does_not_wait_for_ever() -> None:
    client = Scripted(*[IMError(60007)] * 6)

    with pytest.raises(IMError) as error:
        await call(rest(client), "a/b", {}, Answer, sleep=client.sleep)

    assert error.value.code == 60007
    assert client.answers == []
    assert sum(client.waits) <= 12


async def test_other_refusals_are_not_tried_again() -> None:
    client = Scripted(IMError(70402))

    with pytest.raises(IMError):
        await call(rest(client), "a/b", {}, Answer, sleep=client.sleep)

    assert client.waits == []


@pytest.mark.parametrize("answer", [{}, {"Count": "x"}, {"Count": None}])
async def test_an_answer_of_another_kind_is_6001(answer: dict[str, Any]) -> None:
    with pytest.raises(IMError) as error:
        await call(rest(Scripted(answer)), "a/b", {}, Answer)
    assert error.value.code == 6001


async def test_an_expired_user_sig_says_whose() -> None:
    with pytest.raises(CommandError, match=r"70001 · .* for the admin"):
        await call(rest(Scripted(IMError(70001))), "a/b", {}, Answer)


@pytest.mark.parametrize(
    ("code", "told"),
    [
        (70052, "70052 · The UserSig was revoked; get a new one."),
        (70013, "70013 · The UserSig is for another user. Check --admin."),
    ],
)
async def test_what_is_wrong_with_the_user_sig_is_told_once(code: int, told: str) -> None:
    with pytest.raises(CommandError) as error:
        await call(rest(Scripted(IMError(code))), "a/b", {}, Answer)
    assert str(error.value) == told


async def test_an_attempt_returns_what_is_about_the_user_and_raises_the_rest() -> None:
    client = Scripted({}, IMError(70107), IMError(40003), IMError(60010), IMError(9511))

    assert [int((await attempt(rest(client), "a/b", {})).code) for _ in range(3)] == [
        0,
        70107,
        40003,
    ]
    for _ in range(2):
        with pytest.raises(IMError):
            await attempt(rest(client), "a/b", {})


async def test_what_an_answer_does_not_say_is_no_success() -> None:
    answer = {"ResultItem": [{"To_Account": "bob", "ResultCode": 0}]}

    results = await call(rest(Scripted(answer)), "a/b", {}, Results)

    assert results.of("bob").code == 0
    assert results.of("carol").code == 6001


def test_a_batch_is_what_one_call_takes() -> None:
    sizes = [len(batch) for batch in batches(range(2 * PER_CALL + 1))]
    assert sizes == [PER_CALL, PER_CALL, 1]


def test_any_service_is_called_as_the_field_says(service: RestService, tmp_path: Path) -> None:
    file = tmp_path / "admin.sig"
    file.write_text("from-the-file\n")

    assert service.run("kick", "bob") == 0
    assert service.run("kick", "bob", "--admin", "root", "--usersig-file", file) == 0

    first, second = service.queries
    assert first["sdkappid"] == str(APP_ID)
    assert (first["identifier"], first["usersig"]) == ("administrator", "the-admins-sig")
    assert (second["identifier"], second["usersig"]) == ("root", "from-the-file")


def test_options_that_the_app_has_too_may_stand_first(service: RestService) -> None:
    assert cli.main(["--app-id", "5", "kick", "bob", "--rest", service.url]) == 0
    assert service.queries[0]["sdkappid"] == "5"


@pytest.mark.parametrize(
    "options",
    [
        ["--rest", "http://127.0.0.1:1"],
        ["--rest", "127.0.0.1:1", "--app-id", "1"],
        ["--rest", "http://127.0.0.1:1", "--app-id", "1", "--data", "x"],
        ["--app-id", "1"],
        ["--admin", "root"],
        ["--usersig-file", "x"],
        ["--insecure", "--data", "x"],
    ],
)
def test_wrong_usage(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], options: list[str]
) -> None:
    monkeypatch.setenv("IMTUI_USERSIG", "sig")

    assert cli.main(["kick", "bob", *options]) == 2
    assert "imtui" in capsys.readouterr().err


def test_the_user_sig_is_missing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("IMTUI_USERSIG", raising=False)
    options = ["--rest", "http://127.0.0.1:1", "--app-id", "1"]

    assert cli.main(["kick", "bob", *options]) == 2
    [line] = capsys.readouterr().err.splitlines()
    assert "--usersig-file" in line
    assert "IMTUI_USERSIG" in line


def test_no_unencrypted_way_to_another_machine(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("IMTUI_USERSIG", "sig")

    assert cli.main(["kick", "bob", "--rest", "http://192.0.2.1", "--app-id", "1"]) == 1
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith("imtui: 6017 · ")
    assert "--insecure" in line


def test_nobody_listens(service: RestService, capsys: pytest.CaptureFixture[str]) -> None:
    service.url = "http://127.0.0.1:1"

    assert service.run("kick", "bob") == 1
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith("imtui: 9511 · ")
    assert "the-admins-sig" not in line


@pytest.mark.parametrize("verb", [["kick", "bob"], ["account", "list"], ["friend", "list", "bob"]])
def test_no_backend(home: Home, verb: list[str]) -> None:
    done = home.run(*verb, "--data", home.path / "none")
    assert (done.returncode, done.stdout) == (1, "")
    assert f"No backend runs on {home.path / 'none'}" in done.stderr

    done = home.run(*verb)
    assert (done.returncode, done.stdout) == (1, "")
    assert "--data" in done.stderr
    assert not home.local_data.exists()


def test_a_backend_by_its_folder_and_by_its_address(served: Served) -> None:
    options = ["--rest", served.rest, "--app-id", served.app_id]

    by_folder = served.home.run("console", "show", "--data", served.data)
    by_address = served.home.run(
        "console", "show", *options, IMTUI_USERSIG=served.user_sig("administrator")
    )
    assert by_folder.returncode == by_address.returncode == 0, by_address.stderr
    assert by_folder.stdout == by_address.stdout

    other_port = served.ws.replace("ws:", "http:")
    wrong = served.home.run(
        *("kick", "bob", "--rest", other_port, "--app-id", served.app_id),
        IMTUI_USERSIG=served.user_sig("administrator"),
    )
    assert (wrong.returncode, wrong.stdout) == (1, "")
    assert wrong.stderr == ("imtui: That is not the REST port of a backend (7789 by default).\n")

    someone = served.home.run("console", "show", *options, IMTUI_USERSIG=served.user_sig("bob"))
    assert someone.returncode == 1
    assert someone.stderr.startswith("imtui: 70013 · ")

    expired = sign("administrator", served.app_id, "x", 1, now=0)
    assert served.home.run("console", "show", *options, IMTUI_USERSIG=expired).returncode == 1
