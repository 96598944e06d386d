"""Error messages of the admin's REST client."""

from pathlib import Path

import httpx
import pytest

from imtui.cli.admin.client import AdminClient
from imtui.cli.errors import CommandError
from imtui.protocol.errors import IMError
from imtui.sdk.rest import RestClient
from imtui.server.node.data_dir import BackendError, DataDir


class Failing(RestClient):
    """A client whose calls fail with a given error."""

    def __init__(self, error: IMError, cause: Exception | None = None) -> None:
        self._error = error
        self._error.__cause__ = cause

    async def call(self, command: str, body: dict[str, object]) -> dict[str, object]:
        raise self._error


def test_a_folder_without_a_backend_says_how_to_start_one(tmp_path: Path) -> None:
    with pytest.raises(BackendError) as error:
        DataDir(tmp_path).address()
    assert str(error.value) == DataDir(tmp_path).not_running
    message = f"No backend runs on {tmp_path}. Start it: imtui serve --data {tmp_path}"
    assert str(error.value) == message


@pytest.mark.parametrize("code", [9508, 9511])
async def test_an_unreachable_backend_of_a_folder_is_not_running(code: int) -> None:
    with pytest.raises(CommandError, match=r"^It does not run\.$"):
        await AdminClient(Failing(IMError(code)), "It does not run.").call("a/b", {})

    with pytest.raises(IMError):
        await AdminClient(Failing(IMError(code))).call("a/b", {})


@pytest.mark.parametrize(
    "client",
    [Failing(IMError(6001)), Failing(IMError(9508), httpx.RemoteProtocolError("no HTTP"))],
)
async def test_an_address_that_is_not_a_rest_port(client: RestClient) -> None:
    with pytest.raises(CommandError, match="not the REST port of a backend"):
        await AdminClient(client).call("a/b", {})


async def test_other_errors_are_unchanged() -> None:
    with pytest.raises(IMError):
        await AdminClient(Failing(IMError(70402)), "It does not run.").call("a/b", {})


async def test_errors_after_a_success_do_not_blame_the_address() -> None:
    class Ending(Failing):
        def __init__(self) -> None:
            super().__init__(IMError(9508), httpx.RemoteProtocolError("closed"))
            self.answers = [{"Count": 1}]

        async def call(self, command: str, body: dict[str, object]) -> dict[str, object]:
            return dict(self.answers.pop()) if self.answers else await super().call(command, body)

    client = AdminClient(Ending())
    assert await client.call("a/b", {}) == {"Count": 1}
    with pytest.raises(IMError):
        await client.call("a/b", {})


async def test_a_client_of_a_folder_takes_the_new_key_after_a_rotation() -> None:
    class Answering(Failing):
        async def call(self, command: str, body: dict[str, object]) -> dict[str, object]:
            return {"Count": 1}

    renewed: list[RestClient] = []

    def renew() -> RestClient:
        renewed.append(Answering(IMError(0)))
        return renewed[-1]

    client = AdminClient(Failing(IMError(70009)), "It does not run.", renew)
    assert await client.call("a/b", {}) == {"Count": 1}
    assert await client.call("a/b", {}) == {"Count": 1}
    assert len(renewed) == 1


async def test_a_key_that_is_wrong_twice_is_an_error() -> None:
    client = AdminClient(Failing(IMError(70009)), "", lambda: Failing(IMError(70009)))
    with pytest.raises(IMError):
        await client.call("a/b", {})
