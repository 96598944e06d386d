"""What a command of the REST API is: its types, its codes and what it does."""

import logging
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, ParamSpec

import msgspec

from imtui.protocol.errors import ErrorCode, IMError
from imtui.protocol.rest.body import Body
from imtui.server.commands.change_log import ChangeLog
from imtui.server.core.archive import ArchiveError
from imtui.server.core.context import Context
from imtui.server.core.logins.registration import is_registered
from imtui.server.instant import Instant
from imtui.server.link.before_callbacks import BeforeCallbacks
from imtui.server.metrics import Metrics

RATE: Final = 200
"""So many calls of a command are answered in a second; of some only ``BULK_RATE``."""
BULK_RATE: Final = 100

_log: Final = logging.getLogger(__name__)

_FIELD: Final = re.compile(r"missing required field `(\w+)`|at `\$\.(\w+)")


class Answer(Body, frozen=True):
    """An answer that says nothing beside the envelope."""


@dataclass(frozen=True)
class Call:
    """What a command is carried out with."""

    context: Context
    """An admin's, for the whole app."""
    log: ChangeLog
    metrics: Metrics
    began: Instant
    """When the backend started."""
    let_others: Callable[[], Awaitable[None]]
    """Have what was done so far kept and delivered, and let others have their turn.

    It raises ArchiveError if nothing can be kept: then nothing more is begun.
    """

    @property
    def now(self) -> Instant:
        """Return the present."""
        return self.context.now

    def acting_for(self, user_id: str) -> Context:
        """Return the context for functions of the core that act for an account."""
        return self.context.acting_for(user_id)

    def is_registered(self, user_id: str) -> bool:
        """Tell whether there is an account."""
        return is_registered(self.context, user_id)


@dataclass(frozen=True)
class Service:
    """What the commands of a service have in common."""

    name: str
    malformed: ErrorCode
    """For a body that is not what the command takes."""
    internal: ErrorCode
    """For a fault of ours."""
    codes: Mapping[int, ErrorCode] = field(default_factory=dict)
    """How the service calls what the core calls otherwise."""
    not_json: ErrorCode = ErrorCode.ERR_SVR_COMM_REQ_JSON_PARSE_FAILED
    has_display: bool = False
    """Whether the envelope has an ``ErrorDisplay``."""
    is_ours: bool = False
    """Whether the field has no such service."""

    def code(self, error: IMError) -> int:
        """Return the service's code for an error of the core."""
        return self.codes.get(error.code, error.code)


@dataclass(frozen=True)
class Command:
    """One command: ``POST /v4/{service}/{name}``."""

    service: Service
    name: str
    summary: str
    request: type[Body]
    response: type[Body]
    carry_out: Callable[[Call, Any], Body | Awaitable[Body]]
    """Raises IMError, with the core's codes or the service's own. What may take long lets others
    have their turn in between: each part is then kept for itself."""
    fields: Mapping[str, ErrorCode] = field(default_factory=dict)
    """The codes for single fields that are missing or of the wrong type."""
    rate: int = RATE
    is_reading: bool = False
    """It changes nothing, and is answered while nothing can be written too."""
    ask: Callable[[BeforeCallbacks, Any], Awaitable[Body]] | None = None
    """Asks the app's own server first, and returns the request as it is to be carried out."""

    @property
    def full_name(self) -> str:
        """Return the service and the name."""
        return f"{self.service.name}/{self.name}"

    @property
    def path(self) -> str:
        """Return the path of its URL."""
        return f"/v4/{self.full_name}"

    def read(self, body: bytes) -> Body:
        """Return the request that a body holds.

        Raises:
            IMError: The service's code for what is no JSON or not what the command takes.
        """
        try:
            return msgspec.json.decode(body, type=self.request)
        except msgspec.ValidationError as error:
            raise self._invalid(str(error)) from error
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise IMError(self.service.not_json) from error

    def _invalid(self, problem: str) -> IMError:
        if problem.startswith("Expected `object`") and "at `$" not in problem:
            return IMError(self.service.not_json)
        found = _FIELD.search(problem)
        name = (found[1] or found[2]) if found else ""
        code = self.fields.get(name, self.service.malformed)
        return IMError(code, f"{problem.replace('`', '')}.")


P = ParamSpec("P")


def result_of(
    service: Service, do: Callable[P, object], *args: P.args, **kwargs: P.kwargs
) -> tuple[int, str]:
    """Do something for one item of a request, and return its code and what is to be said of it.

    Also where the store fails: those that went before stay done, and the caller is to know.
    """
    try:
        do(*args, **kwargs)
    except ArchiveError as error:
        _log.error("%s", error)
        return service.internal, service.internal.meaning
    except IMError as error:
        return service.code(error), error.message
    return 0, ""
