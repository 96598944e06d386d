"""Requests of clients: each is answered, with a result of its type or a code that says why not."""

import asyncio
import typing
from typing import Any, Final, NamedTuple

import msgspec
from hypothesis import strategies as st
from msgspec import Struct

from imtui.protocol.errors import ErrorCode
from imtui.protocol.jsonrpc import encode
from imtui.protocol.messages import Empty, LoginResult, Method
from imtui.server.core.endpoint import Planned
from imtui.server.core.methods import METHODS
from tests.fuzz.backend.bench import Bench, Client, Fault, Message, run_on_bench
from tests.fuzz.backend.names import NAMED, USERS
from tests.fuzz.backend.values import SKIPPED, Values, document, values

INTERNAL: Final = {code for code in ErrorCode if "INTERNAL" in code.name}
IN_A_ROW: Final = 25
_STRANGER: Final = len(USERS)


class Step(NamedTuple):
    """A request by one of the connections, some seconds after the step before."""

    connection: int
    method: str
    params: Any
    pause: float


def result_type(method: str) -> type[Struct]:
    """Return the type of a method's result."""
    if method == Method.LOGIN:
        return LoginResult
    function = METHODS[method].function
    hints = typing.get_type_hints(function.apply if isinstance(function, Planned) else function)
    found: Any = hints["return"]
    result: type[Struct] = Empty if found is type(None) else found
    return result


def _params(type_: type[Struct]) -> Values:
    [schema], components = msgspec.json.schema_components([type_], ref_template="#/{name}")
    return values(schema, components, NAMED)


_RESULTS: Final = {method: result_type(method) for method in METHODS}
_PARAMS: Final = {method: _params(endpoint.params) for method, endpoint in METHODS.items()}
_connections: Final = st.sampled_from([*range(_STRANGER)] * 4 + [_STRANGER])
_pauses: Final = st.sampled_from([0.0, 1.0, 6.0, 130.0])


@st.composite
def _steps(draw: st.DrawFn) -> list[Step]:
    steps = []
    for _ in range(IN_A_ROW):
        if draw(st.integers(0, SKIPPED)):
            method = draw(st.sampled_from(list(METHODS)))
            connection = draw(_connections)
            steps.append(Step(connection, method, draw(_PARAMS[method]), draw(_pauses)))
    return steps


STEPS: Final = _steps()


def check(steps: list[Step], runner: asyncio.Runner) -> int:
    """Carry out requests on a new backend, and return how many outcomes differed.

    Raises:
        Fault: One was not answered as it has to be.
    """
    return len(run_on_bench(lambda bench: _outcomes(steps, bench), runner))


async def _outcomes(steps: list[Step], bench: Bench) -> set[tuple[str, int]]:
    """Return the methods with the codes of their answers; 0 is success."""
    outcomes = set()
    clients = [await _connect(bench, number) for number in range(_STRANGER + 1)]
    for step in steps:
        bench.seconds += step.pause
        client = clients[step.connection]
        answer = await client.ask(step.method, document(step.params))
        if answer is not None:
            outcomes.add((step.method, _code(step, answer)))
        if not client.is_open:
            client.lose()
            clients[step.connection] = await _connect(bench, step.connection)
    return outcomes


async def _connect(bench: Bench, number: int) -> Client:
    return bench.open() if number == _STRANGER else await bench.log_in(USERS[number])


def _code(step: Step, answer: Message) -> int:
    """Return the code of an answer, after a check of its contents."""
    if (error := answer.get("error")) is not None:
        if error["code"] in INTERNAL:
            raise Fault(f"{step.method} failed: {error}")
        return int(error["code"])
    result = answer["result"]
    try:
        decoded = msgspec.convert(result, _RESULTS[step.method])
    except msgspec.ValidationError as wrong:
        raise Fault(f"{step.method} was answered with another result: {wrong}") from wrong
    if msgspec.json.decode(encode(decoded)) != result:
        raise Fault(f"{step.method} was answered with more than its result has: {result}")
    return 0
