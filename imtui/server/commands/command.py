"""Commands of the REST API: their types, their error codes and their handlers."""

import logging
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, ParamSpec

import msgspec

from imtui.protocol.errors import ErrorCode, IMError
from imtui.protocol.rest.body import Body
from imtui.protocol.rest.reading import decode
from imtui.protocol.rest.role import Role
from imtui.server.commands.change_log import ChangeLog
from imtui.server.core.archive import ArchiveError
from imtui.server.core.context import Context
from imtui.server.core.logins.registration import is_registered
from imtui.server.instant import Instant
from imtui.server.link.before_callbacks import BeforeCallbacks
from imtui.server.link.nodes import Nodes
from imtui.server.process_metrics import ProcessMetrics

RATE: Final = 200
"""The most calls of a command in a second."""
BULK_RATE: Final = 100
"""The same for commands that take many accounts."""

_log: Final = logging.getLogger(__name__)

_FIELD: Final = re.compile(r"missing required field `(\w+)`|at `\$\.(\w+)")


class Answer(Body, frozen=True):
    """An answer with the envelope only."""


@dataclass(frozen=True)
class Call:
    """The objects that a handler works with."""

    context: Context
    """The context of an admin who acts for the whole app."""
    role: Role
    """The role of the admin who calls."""
    log: ChangeLog
    metrics: ProcessMetrics
    nodes: Nodes
    began: Instant
    """When the backend started."""
    checkpoint: Callable[[], Awaitable[None]]
    """Stores and delivers the changes so far, and lets other tasks run.

    Raises ArchiveError while nothing can be stored, so that the handler stops there.
    """

    @property
    def now(self) -> Instant:
        """Return the time of the call."""
        return self.context.now

    def acting_for(self, user_id: str) -> Context:
        """Return the context in which the admin acts for an account."""
        return self.context.acting_for(user_id)

    def is_registered(self, user_id: str) -> bool:
        """Tell whether an account exists."""
        return is_registered(self.context, user_id)


@dataclass(frozen=True)
class Service:
    """A group of commands with common error codes."""

    name: str
    malformed: ErrorCode
    """The code for a body that does not fit the command."""
    internal: ErrorCode
    """The code for internal errors."""
    codes: Mapping[int, ErrorCode] = field(default_factory=dict)
    """The service's own codes, by the core's."""
    not_json: ErrorCode = ErrorCode.ERR_SVR_COMM_REQ_JSON_PARSE_FAILED
    has_display: bool = False
    """Whether the envelope has an ``ErrorDisplay``."""
    is_extension: bool = False
    """Whether the field does not have this service."""

    def code(self, error: IMError) -> int:
        """Return the service's code for an error of the core."""
        if error.code == ErrorCode.ERR_SVR_ACCOUNT_INTERNAL_ERROR:
            return self.internal
        return self.codes.get(error.code, error.code)


def extension(name: str) -> Service:
    """Return a service that the field does not have."""
    invalid = ErrorCode.ERR_SVR_ACCOUNT_INVALID_PARAMETERS
    internal = ErrorCode.ERR_SVR_ACCOUNT_INTERNAL_ERROR
    return Service(name, invalid, internal, {6017: invalid}, is_extension=True)


@dataclass(frozen=True)
class Command:
    """One command: ``POST /v4/{service}/{name}``."""

    service: Service
    name: str
    summary: str
    request: type[Body]
    response: type[Body]
    handler: Callable[[Call, Any], Body | Awaitable[Body]]
    """Raises IMError, with the core's codes or the service's own.

    A long one awaits ``Call.checkpoint`` between its parts; each part is stored on its own.
    """
    fields: Mapping[str, ErrorCode] = field(default_factory=dict)
    """The codes for fields that are missing or of the wrong type."""
    rate: int = RATE
    role: Role = Role.FULL
    """The lowest role that may call it; what ``read`` may call counts as no act of an admin."""
    is_read_only: bool = False
    """Whether it changes nothing, so that it also works while nothing can be stored."""
    before: Callable[[BeforeCallbacks, Any, str], Awaitable[Body]] | None = None
    """Asks the app's own server, and returns the request to handle.

    The last argument is the IP address of the admin's client.
    """

    @property
    def full_name(self) -> str:
        """Return the service and the name."""
        return f"{self.service.name}/{self.name}"

    @property
    def path(self) -> str:
        """Return the path of its URL."""
        return f"/v4/{self.full_name}"

    def read(self, body: bytes) -> Body:
        """Return the request in a body.

        Raises:
            IMError: The body is not JSON, or does not fit the command; with the service's code.
        """
        try:
            return decode(body, self.request)
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
    """Call a function for one item of a request, and return the item's code and message.

    A failure of the store is a result too: the items before it stay done, and the caller has to
    know which.
    """
    try:
        do(*args, **kwargs)
    except ArchiveError as error:
        _log.error("%s", error)
        return service.internal, service.internal.meaning
    except IMError as error:
        return service.code(error), error.message
    return 0, ""
