"""Calls of the REST API with retries and batches."""

from typing import Any, cast

import pytest
from msgspec import Struct, field

from imtui.cli.admin.answers import Results
from imtui.cli.admin.calls import USERS_PER_CALL, batches, call, call_for_user
from imtui.cli.admin.client import AdminClient
from imtui.cli.errors import CommandError
from imtui.protocol.errors import IMError


class Scripted:
    """A client with prepared answers, used in order."""

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


class Answer(Struct):
    """The type of the scripted answers."""

    count: int = field(name="Count")


@pytest.mark.parametrize("code", [60007, 60011, 60018, 60019])
async def test_a_rate_limit_is_retried_after_a_delay(code: int) -> None:
    client = Scripted(IMError(code), IMError(code), {"Count": 3})

    answer = await call(rest(client), "a/b", {}, Answer, sleep=client.sleep)

    assert answer.count == 3
    first, second = client.waits
    assert 0.25 <= first <= 0.5 <= second <= 1


async def test_retries_are_limited() -> None:
    client = Scripted(*[IMError(60007)] * 6)

    with pytest.raises(IMError) as error:
        await call(rest(client), "a/b", {}, Answer, sleep=client.sleep)

    assert error.value.code == 60007
    assert client.answers == []
    assert sum(client.waits) <= 12


async def test_other_errors_are_not_retried() -> None:
    client = Scripted(IMError(70402))

    with pytest.raises(IMError):
        await call(rest(client), "a/b", {}, Answer, sleep=client.sleep)

    assert client.waits == []


@pytest.mark.parametrize("answer", [{}, {"Count": "x"}, {"Count": None}])
async def test_a_malformed_answer_is_6001(answer: dict[str, Any]) -> None:
    with pytest.raises(IMError) as error:
        await call(rest(Scripted(answer)), "a/b", {}, Answer)
    assert error.value.code == 6001


async def test_an_expired_user_sig_names_the_admin() -> None:
    with pytest.raises(CommandError, match=r"70001 · .* for the admin"):
        await call(rest(Scripted(IMError(70001))), "a/b", {}, Answer)


@pytest.mark.parametrize(
    ("code", "message"),
    [
        (70052, "70052 · The UserSig was revoked; get a new one."),
        (70013, "70013 · The UserSig is for another user. Check --admin."),
    ],
)
async def test_a_user_sig_error_has_at_most_one_hint(code: int, message: str) -> None:
    with pytest.raises(CommandError) as error:
        await call(rest(Scripted(IMError(code))), "a/b", {}, Answer)
    assert str(error.value) == message


async def test_call_for_user_returns_user_errors_and_raises_others() -> None:
    client = Scripted({}, IMError(70107), IMError(40003), IMError(60010), IMError(9511))

    assert [int((await call_for_user(rest(client), "a/b", {})).code) for _ in range(3)] == [
        0,
        70107,
        40003,
    ]
    for _ in range(2):
        with pytest.raises(IMError):
            await call_for_user(rest(client), "a/b", {})


async def test_a_missing_result_is_an_error() -> None:
    answer = {"ResultItem": [{"To_Account": "bob", "ResultCode": 0}]}

    results = await call(rest(Scripted(answer)), "a/b", {}, Results)

    assert results.result_for("bob").code == 0
    assert results.result_for("carol").code == 6001


def test_batches_fit_one_call() -> None:
    sizes = [len(batch) for batch in batches(range(2 * USERS_PER_CALL + 1))]
    assert sizes == [USERS_PER_CALL, USERS_PER_CALL, 1]
