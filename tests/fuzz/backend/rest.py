"""Commands of admins, as the OpenAPI description has them: each is answered as it says."""

import asyncio
from typing import Any, Final, NamedTuple, TypeVar

import msgspec
from hypothesis import strategies as st
from msgspec import Struct

from imtui.server.commands import COMMANDS
from imtui.server.commands.command import Command
from imtui.server.commands.openapi import Envelope, description
from tests.fuzz.backend.bench import Bench, Fault, run_on_bench
from tests.fuzz.backend.names import NAMED, USERS
from tests.fuzz.backend.requests import INTERNAL
from tests.fuzz.backend.values import SKIPPED, document, values

IN_A_ROW: Final = 25
_DOCUMENT: Final[dict[str, Any]] = msgspec.json.decode(description())


class Step(NamedTuple):
    """A command, some seconds after the step before."""

    path: str
    body: Any
    pause: float


def _bodies(path: str) -> st.SearchStrategy[Any]:
    content = _DOCUMENT["paths"][path]["post"]["requestBody"]["content"]
    return values(content["application/json"]["schema"], _DOCUMENT, NAMED)


_BODIES: Final = {path: _bodies(path) for path in _DOCUMENT["paths"]}
S = TypeVar("S", bound=Struct)

_pauses: Final = st.sampled_from([1.0, 1.0, 6.0, 130.0])


@st.composite
def _steps(draw: st.DrawFn) -> list[Step]:
    steps = []
    for _ in range(IN_A_ROW):
        if draw(st.integers(0, SKIPPED)):
            path = draw(st.sampled_from(list(_BODIES)))
            steps.append(Step(path, draw(_BODIES[path]), draw(_pauses)))
    return steps


STEPS: Final = _steps()


def check(steps: list[Step], runner: asyncio.Runner) -> int:
    """Carry out commands on a new backend, and return how many outcomes differed.

    Raises:
        Fault: One was not answered as it has to be.
    """
    return len(run_on_bench(lambda bench: _outcomes(steps, bench), runner))


async def _outcomes(steps: list[Step], bench: Bench) -> set[tuple[str, int]]:
    outcomes = set()
    imported = {"Accounts": list(USERS)}
    await _post(bench, "/v4/im_open_login_svc/multiaccount_import", imported)
    for step in steps:
        bench.seconds += step.pause
        outcomes.add((step.path, await _post(bench, step.path, step.body)))
    return outcomes


async def _post(bench: Bench, path: str, body: Any) -> int:
    """Return the code of an answer, after a check of its contents."""
    command = COMMANDS[path]
    answer = await bench.post(path, document(body))
    if answer.status != 200:
        raise Fault(f"{path} was answered with the status {answer.status}")
    found = msgspec.json.decode(answer.content)
    envelope = _fits(path, found, Envelope)
    code = envelope.error_code
    if code in INTERNAL or code == command.service.internal:
        raise Fault(f"{path} failed: {found}")
    if (envelope.action_status == "OK") is not (code == 0):
        raise Fault(f"{path} was answered with {found}")
    if not code:
        _check_result(command, found)
    return code


def _check_result(command: Command, found: dict[str, Any]) -> None:
    result = msgspec.json.decode(msgspec.json.encode(_fits(command.path, found, command.response)))
    if {**found, **result} != found:
        raise Fault(f"{command.path} was answered with less than its result has: {found}")


def _fits(path: str, found: Any, type_: type[S]) -> S:
    try:
        return msgspec.convert(found, type_)
    except msgspec.ValidationError as wrong:
        raise Fault(f"{path} was answered with another result: {wrong}") from wrong
